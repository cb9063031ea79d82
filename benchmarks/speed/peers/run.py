"""papermill's notebooks one after the other, then their pages."""

from __future__ import annotations

import json
from pathlib import Path

import papermill
from fill import fill


def main() -> None:
    """Run all notebooks; papermill has no cache."""
    Path("site/notebooks").mkdir(parents=True, exist_ok=True)
    for name in json.loads(Path("notebooks.json").read_text(encoding="utf-8")):
        values, chapter = f"values/{name}.json", name.partition("_")[2]
        papermill.execute_notebook(
            f"notebooks/{name}.ipynb",
            f"site/notebooks/{name}.ipynb",
            parameters={"values": values},
            progress_bar=False,
        )
        fill(Path(values), Path(f"pages/{chapter}.md"), Path(f"site/pages/{chapter}.md"))


if __name__ == "__main__":
    main()
