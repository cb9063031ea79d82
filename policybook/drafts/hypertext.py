"""The visible text of an HTML page. floor: drafts.

Tags are taken apart here and not by ``html.parser``, which needs minutes for a few kilobytes
of unfinished tags. Every step below passes over the page once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Lines of their own.
_BLOCK = frozenset(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend
    li main menu nav ol optgroup option p pre search section summary table tbody tfoot thead
    title tr ul
    """.split()
)
_UNSEEN = frozenset(
    """
    audio canvas datalist desc head iframe noembed noframes noscript object rp script style
    template video
    """.split()
)
_IN_HEAD = frozenset("base link meta noscript script style template title".split())
_KEEPING = frozenset(["pre", "textarea"])
_DEPTH = 300  # of tables, rows and cells in each other; what is deeper is read as plain blocks
_SECTIONS = frozenset("tbody tfoot thead".split())
# An element that is still open when one of these begins has ended.
_ENDED_BY = {
    "p": _BLOCK - {"br"},
    "li": frozenset(["li"]),
    "dt": frozenset(["dt", "dd"]),
    "dd": frozenset(["dt", "dd"]),
    "option": frozenset(["option", "optgroup"]),
    **dict.fromkeys(_SECTIONS, _SECTIONS),
}
_ASIDE = re.compile(r"<!--|<[!?]|<(script|style)(?=[\s/>])", re.IGNORECASE)
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/<>]*+)((?:[^=>]|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>""")
_PLAIN_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++))?+""")
_UNDISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A line end of the source between two of these is no space.
_WIDE = r"[\u2014\u2018-\u201d\u2026\u3000-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_SOFT_BREAK = re.compile(rf"(?<={_WIDE})[ \t\f]*+[\r\n][ \t\r\n\f]*+(?={_WIDE})")
_HUGE_REFERENCE = re.compile(r"&#[0-9]{9,};?")


@dataclass
class _Flow:
    """A page, table, row or cell that is being read."""

    kind: str
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)  # elements: tag, hidden
    counts: Counter[str] = field(default_factory=Counter)  # of open, by tag
    unseen: bool = False
    hidden: int = 0  # of open


class _Reader:
    def __init__(self) -> None:
        self.flows = [_Flow("page")]
        self.holders = self.flows[:]  # page and cells: where text goes, past tables and rows
        self.hidden = 0
        self.kept = 0  # open elements that keep the line ends of the source
        self.in_title = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.flows[-1].counts["head"] and tag not in _IN_HEAD:
            self.end("head")
        if tag in ("table", "tr", "td", "th") or tag in _SECTIONS:
            self.end_table_parts(tag)
        flow = self.flows[-1]
        if flow.open and tag in _ENDED_BY.get(flow.open[-1][0], ()):
            self.pop()
        if tag in _BLOCK:
            self.break_line()
        hidden = (
            tag in _UNSEEN
            or "hidden" in attributes
            or bool(_UNDISPLAYED.search(attributes.get("style", "")))
        )
        if tag == "img" and not hidden and attributes.get("alt", "").strip():
            self.break_line()
            self.text(attributes["alt"])
            self.break_line()
        elif tag == "title":
            page = self.flows[0].counts
            self.in_title = bool(page["head"]) or not page["body"]
            hidden = hidden or not self.in_title
        if tag in ("table", "tr", "td", "th") and self.begin_table_part(tag, hidden):
            return
        if tag not in _VOID:
            flow.open.append((tag, hidden))
            flow.counts[tag] += 1
            flow.hidden += hidden
            self.hidden += hidden
            self.kept += tag in _KEEPING

    def begin_table_part(self, tag: str, hidden: bool) -> bool:
        kind = {"table": "table", "tr": "row"}.get(tag, "cell")
        inside = self.flows[-1].kind
        if len(self.flows) > _DEPTH:
            return False
        if kind == "cell" and inside == "table":
            self.flows.append(_Flow("row"))
            inside = "row"
        if {"row": "table", "cell": "row"}.get(kind, inside) != inside:
            return False  # a row without table: as any other element
        self.flows.append(_Flow(kind, unseen=hidden))
        if kind == "cell":
            self.holders.append(self.flows[-1])
        self.hidden += hidden
        return True

    def end_table_parts(self, tag: str) -> None:
        """End what a new cell, row or section of the same table ends."""
        ended = {"td": ["cell"], "th": ["cell"], "table": []}.get(tag, ["cell", "row"])
        while self.flows[-1].kind in ended:
            self.end_flow()

    def end(self, tag: str) -> None:
        self.in_title = False
        kind = {"table": "table", "tr": "row", "td": "cell", "th": "cell"}.get(tag)
        if tag in _SECTIONS:
            self.end_table_parts(tag)
        if kind and self.within(kind):
            while self.end_flow() != kind:
                pass
        elif self.flows[-1].counts[tag]:
            while self.pop() != tag:
                pass
        if tag in _BLOCK:
            self.break_line()

    def within(self, kind: str) -> bool:
        """Whether such a part of the innermost table is open."""
        parts = {"cell": ["cell"], "row": ["cell", "row"], "table": ["cell", "row", "table"]}
        for flow in reversed(self.flows[-3:]):
            if flow.kind == kind:
                return True
            if flow.kind not in parts[kind]:
                return False
        return False

    def pop(self) -> str:
        flow = self.flows[-1]
        tag, hidden = flow.open.pop()
        flow.counts[tag] -= 1
        flow.hidden -= hidden
        self.hidden -= hidden
        self.kept -= tag in _KEEPING
        return tag

    def end_flow(self) -> str:
        self.break_line()
        flow = self.flows.pop()
        above = self.flows[-1]
        if flow.kind == "cell":
            self.holders.pop()
            above.lines += [] if flow.unseen else ["\n".join(flow.lines)]
        elif flow.kind == "row":
            above.lines += ["\t".join(flow.lines)] if any(flow.lines) else []
        else:
            above.lines += flow.lines
        self.kept -= sum(flow.counts[tag] for tag in _KEEPING)
        self.hidden -= flow.hidden + flow.unseen
        return flow.kind

    def text(self, data: str) -> None:
        if self.hidden and not self.in_title:
            return
        for number, line in enumerate(re.split("\r\n?|\n", data) if self.kept else [data]):
            if number:
                self.break_line()
            self.holders[-1].line.append(line)

    def break_line(self) -> None:
        flow = self.holders[-1]
        line = re.sub(r"[ \t\r\n\f]+", " ", _SOFT_BREAK.sub("", "".join(flow.line))).strip(" ")
        flow.line.clear()
        if line:
            flow.lines.append(line)


def visible_text(source: str) -> str:
    """What a reader of the page sees: blocks on lines of their own, cells between tabs."""
    reader = _Reader()
    for part in _parts(_without_asides(source)):
        if isinstance(part, str):
            reader.text(unescape(_HUGE_REFERENCE.sub("\ufffd", part)))
            continue
        tag = part[2].lower()
        if part[1]:
            reader.end(tag)
        else:
            reader.start(tag, _attributes(part[3]))
    while len(reader.flows) > 1:
        reader.end_flow()
    reader.break_line()
    return "\n".join(reader.flows[0].lines)


def _parts(source: str) -> Iterator[str | re.Match[str]]:
    """Texts and tags in their order."""
    pattern = _TAG
    done = at = 0
    while (at := source.find("<", at)) >= 0:
        tag = pattern.match(source, at)
        if tag is None and re.compile("</?[A-Za-z]").match(source, at):
            pattern = _PLAIN_TAG  # an unfinished tag: the other pattern would now read to the end
            tag = pattern.match(source, at)
        if tag is None:
            at += 1
            continue
        yield source[done:at]
        yield tag
        done = at = tag.end()
    yield source[done:]


def _without_asides(source: str) -> str:
    """A page without comments, declarations, scripts and styles; one left open takes the rest."""
    kept = []
    at = 0
    while aside := _ASIDE.search(source, at):
        kept.append(source[at : aside.start()])
        if aside[1]:
            end = re.compile(rf"</{aside[1]}\b[^>]*+>", re.IGNORECASE).search(source, aside.end())
        elif aside[0] == "<!--":
            end = re.compile("--!?>").search(source, aside.start() + 2)
        else:
            end = re.compile(">").search(source, aside.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    return "".join([*kept, source[at:]])


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(written):
        bare = value[1:-1] if value[:1] in ("'", '"') else value
        found.setdefault(name.lower(), unescape(_HUGE_REFERENCE.sub("\ufffd", bare)))
    return found
