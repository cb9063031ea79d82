"""What of a Markdown text is prose, with everything else as spaces. floor: drafts.

MyST is known as far as the books of this project use it: roles, directives, targets.
Lines indented by four spaces are read as prose: Chinese paragraphs are typed so too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

# Directives whose body is prose; any other body is ids, code or data.
_PROSE_DIRECTIVES = frozenset(
    """
    admonition attention caution card danger dropdown epigraph error figure grid grid-item
    grid-item-card hint important list-table margin note seealso sidebar tab-item tab-set
    tip topic warning
    """.split()
)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n|\Z)")
_FENCE = re.compile(
    r"(?:[ \t>]|(?:[-*+]|[0-9]{1,9}[.)])[ \t])*+(?P<fence>`{3,}+|~{3,}+|:{3,}+)(?P<rest>.*)",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"\s*+\{(?P<name>[a-z0-9_:-]+)\}")
_OPTION = re.compile(r"\s*+:[a-z][a-z_-]*:")
# Lines without any prose: rules, tables' second lines, targets, block breaks, definitions of links.
_EMPTY = re.compile(
    r"[-*_=+|: ]{3,}|\([a-zA-Z0-9_.-]+\)=|\+\+\+.*|%.*|\[[^\]^][^\]]*\]:.*", re.DOTALL
)
# Marks of headings, quotes, lists and footnotes that begin a line.
_START = re.compile(r"\s*+(?:#{1,6}(?=\s)|>|[-*+](?=\s)|[0-9]{1,9}[.)](?=\s)|\[\^[^\[\]\s]++\]:)")
_NAME = r"[A-Za-z][A-Za-z0-9-]*+"
_VALUE = r"""(?:"[^"<]*+"|'[^'<]*+'|[^\s"'=<>`]++)"""
_INLINE = re.compile(
    rf"""
      <(?:https?|ftp|mailto):[^<>\s]*+>
    | </?{_NAME}(?:\s++[A-Za-z_:][\w.:-]*+(?:\s*+=\s*+{_VALUE})?+)*+\s*+/?>   # HTML
    | \]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)                     # where a link leads
    | \[\^[^\[\]\s]++\]                                               # a footnote's mark
    | (?:https?|ftp)://[!#-;=?-Z\\_a-z~\[\]%]++ | www\.[!#-;=?-Z_a-z~%]++
    | (?P<escape>\\)[!-/:-@\[-`{{-~]                                 # what follows is text
    | !?\[ | \] | \*++ | (?<![A-Za-z0-9])__?+ | __?+(?![A-Za-z0-9]) | ~~ | \|
    """,
    re.VERBOSE | re.ASCII,
)
_ASIDE = re.compile(r"(?<!`)<(?:!--|(?P<tag>script|style)(?=[\s>]))", re.IGNORECASE)
_TICKS = re.compile(r"(?:\{[a-zA-Z0-9_:.-]++\})?(?P<ticks>`++)")


def prose_only(text: str) -> str:
    """A text of the same length: prose as it is, the rest as spaces, line ends kept."""
    for hide in (_front_matter, _blocks, _code, _marks):
        text = _blank(text, hide(text))
    return text


def _blank(text: str, spans: Iterator[tuple[int, int]]) -> str:
    parts = []
    at = 0
    for start, end in spans:
        parts += [text[at:start], re.sub(r"[^\r\n]", " ", text[max(at, start) : end])]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _lines(text: str) -> Iterator[re.Match[str]]:
    return (line for line in _LINE.finditer(text) if line[0])


def _front_matter(text: str) -> Iterator[tuple[int, int]]:
    lines = _lines(text)
    first = next(lines, None)
    if first is not None and first[0].rstrip() == "---":
        for line in lines:
            if line[0].rstrip() in ("---", "..."):
                yield 0, line.end()
                return


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Fenced code, directives that hold no prose, options, comments, scripts."""
    fences: list[tuple[str, bool]] = []  # open fences and whether they hold prose
    hidden_to = 0
    unclosed: set[str] = set()
    for line in _lines(text):
        if line.start() < hidden_to:
            for span in _asides(text, hidden_to, line.end(), unclosed):
                hidden_to = span[1]
                yield span
            continue
        prose = not fences or fences[-1][1]
        fence = _FENCE.match(line[0])
        if fence and fences and _closes(fence, fences[-1][0]):
            fences.pop()
            yield line.span()
        elif not prose:
            yield line.span()
        elif fence and (fence["fence"][0] != "`" or "`" not in fence["rest"]):
            directive = _DIRECTIVE.match(fence["rest"])
            holds = bool(directive and directive["name"] in _PROSE_DIRECTIVES)
            fences.append((fence["fence"], holds))
            title = fence.start("rest") + directive.end() if directive and holds else len(line[0])
            yield line.start(), line.start() + title
        elif fences and _OPTION.match(line[0]):
            yield line.span()
        else:
            for span in _asides(text, *line.span(), unclosed):
                hidden_to = span[1]
                yield span


def _closes(fence: re.Match[str], opened: str) -> bool:
    mark = fence["fence"]
    return not fence["rest"].strip() and mark[0] == opened[0] and len(mark) >= len(opened)


def _asides(text: str, at: int, end: int, unclosed: set[str]) -> Iterator[tuple[int, int]]:
    """Comments, scripts and styles that begin in a line; they may end further down.

    One that never ends hides the rest where it begins a line, and is text within one.
    """
    line_start = at
    while at < end and (aside := _ASIDE.search(text, at, end)):
        closing = f"</{aside['tag'].lower()}>" if aside["tag"] else "-->"
        found = -1 if closing in unclosed else text.find(closing, aside.end())
        if found >= 0:
            at = found + len(closing)
            yield aside.start(), at
        elif text[line_start : aside.start()].strip():
            unclosed.add(closing)
            at = aside.end()
        else:
            at = len(text)
            yield aside.start(), at


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of lines without an empty one between them."""
    for filled, lines in groupby(_lines(text), lambda line: bool(line[0].strip())):
        if filled:
            spans = [line.span() for line in lines]
            yield spans[0][0], spans[-1][1]


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Code and roles between backticks, within a paragraph."""
    for start, end in _paragraphs(text):
        ticks = list(_TICKS.finditer(text, start, end))
        later: dict[int, list[int]] = defaultdict(list)
        for index in range(len(ticks) - 1, -1, -1):
            later[len(ticks[index]["ticks"])].append(index)
        at = 0
        while at < len(ticks):
            same = later[len(ticks[at]["ticks"])]
            while same and same[-1] <= at:
                same.pop()
            if same:
                yield ticks[at].start(), ticks[same[-1]].end()
                at = same[-1]
            at += 1


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Lines of marks, marks that begin a line, and markup within one."""
    for line in _lines(text):
        if _EMPTY.fullmatch(line[0].strip()):
            yield line.span()
            continue
        at = line.start()
        while start := _START.match(text, at, line.end()):
            yield start.span()
            at = start.end()
        for mark in _INLINE.finditer(text, at, line.end()):
            yield mark.span("escape" if mark["escape"] else 0)
