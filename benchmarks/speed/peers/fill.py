"""Fill values into a page: fill.py VALUES TEMPLATE PAGE; a page that stays the same is not written.

A page that is written again is read again by Sphinx; MyST substitutions, which stand in
``_config.yml``, would have all pages read again, and glue none.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path


def fill(values: Path, template: Path, page: Path) -> None:
    """One page."""
    texts = json.loads(values.read_text(encoding="utf-8"))["texts"]
    source = template.read_text(encoding="utf-8")
    text = re.sub(r"\{\{ *([a-z_.]+) *\}\}", lambda found: texts[found[1]], source)
    if not page.is_file() or page.read_text(encoding="utf-8") != text:
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    fill(*map(Path, sys.argv[1:]))
