"""What lies beside the editions of a site: the way in and the list of editions. floor: front."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from policybook.errors import SiteError, error
from policybook.folders import replace_file
from policybook.period import Period, parse_period
from policybook.redirect import leading_to
from policybook.register import Released

_TITLE = "各期报告"


def find_releases(out: Path) -> list[Period]:
    """The published editions of a site, oldest first."""
    found = [
        path.parent.name
        for path in out.glob("*/SHA256SUMS")
        if not path.parent.name.startswith(".")
    ]
    return sorted(parse_period(name) for name in found)


def write_front(out: Path, register: Mapping[str, Released]) -> None:
    """``index.html``, ``switcher.json`` and ``editions.js``, each complete or not at all.

    ``editions.js`` says the same as the list in a form that pages opened from ``file:`` can load.
    """
    releases = list(reversed(find_releases(out)))
    if not releases:
        raise SiteError(error("site.none", out, "没有一期已发布。", "运行 policybook build。"))
    newest = str(releases[0])
    items = "\n".join(
        f'<li><a href="{name}/index.html">{name}</a>{_state(register.get(str(name)))}</li>'
        for name in releases
    )
    switcher = [
        {
            "name": str(name),
            "version": str(name),
            "url": f"{name}/index.html",
            "preferred": str(name) == newest,
        }
        for name in releases
    ]
    editions = [
        {
            "name": str(name),
            "quarter": str(name.first),
            "revision": name.revision,
            "url": f"{name}/index.html",
            "released_on": register[str(name)].released_on if str(name) in register else "",
            "note": register[str(name)].note if str(name) in register else "",
        }
        for name in releases
    ]
    listed = json.dumps(editions, ensure_ascii=False, indent=1)
    replace_file(out / "editions.js", f"window.policybookEditions({listed});\n")
    replace_file(out / "switcher.json", json.dumps(switcher, ensure_ascii=False, indent=1) + "\n")
    body = f"<h1>{_TITLE}</h1>\n<ul>\n{items}\n</ul>"
    page = leading_to(f"{newest}/index.html", f"{newest}/_static/favicon.svg", _TITLE, body)
    replace_file(out / "index.html", page)


def _state(released: Released | None) -> str:
    if released is None:
        return "（尚未正式发布）"
    note = f"：{escape(released.note)}" if released.note else ""
    return f"（{released.released_on} 发布{note}）"
