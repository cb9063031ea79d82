"""The reply to the committee (研究处理情况报告), drafted from a release. floor: paper.

What the ledgers know is put in, every number as a field that names its statistic; what nobody has
said yet is a gap that names who has to fill it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policybook.comparisons import AGAINST
from policybook.coverage import published_parameters
from policybook.deadlines import DEADLINES
from policybook.errors import UsageError, error
from policybook.model import Fact
from policybook.opinions import Number, Request, Row, requests
from policybook.paper.chapters import front_page, notice
from policybook.paper.compose import closing, composed, dated
from policybook.paper.record import Block, Grid, Paragraph, Piece
from policybook.published import Release
from policybook.schema import Schema

DRAFT = "代拟稿，由台账生成，未经审定。"


def reply_bytes(release: Release) -> bytes:
    """The draft as a Word file: the same bytes from the same release.

    Raises :class:`UsageError` when the release has no ledger of requests.
    """
    schema = _asking(release)
    records = release.records()
    asked = list(
        requests(schema.name, lambda name: records.get(name, {}), release.schemas, release.facts)
    )
    parameters = published_parameters(release.folder)
    said = DRAFT + notice(front_page(release.folder))
    name = _title(release, schema)
    body = [
        Paragraph("Title", (Piece(name),)),
        Paragraph("Subtitle", (Piece(f"{parameters['period']}\u3000{DRAFT.rstrip('。')}"),)),
        Paragraph("Addressee", (Piece(f"{parameters['committee']}："),)),
        _text(
            f"现将审议意见的研究处理情况报告如下。到期状态截至{parameters['as_of']}；"
            "数字由本期台账重算，附件逐个写明来历。"
        ),
        *_demands(asked),
        _heading(1, "总体情况"),
        *_overall(release, schema),
        _heading(1, "逐项办理情况"),
        *(block for one in asked if not one.demand for block in _item(one)),
        _heading(1, "尚缺的内容"),
        *_gaps([one for one in asked if not one.demand]),
        *closing({**parameters, "reporting_date": ""}, said),
    ]
    made = dated({"reporting_date": parameters["as_of"]})
    return composed(release, body, name, parameters["issuer"], said, made)


def _asking(release: Release) -> Schema:
    """The ledger of what was asked: one with due dates and with statistics beside them."""
    for schema in release.schemas.values():
        links = {field.references for field in schema.fields}
        if schema.deadline and "statistics" in links and release.rows(schema.name):
            return schema
    message = "这一期没有登记审议意见，没有可以答复的。"
    remedy = "在审议意见台账登记后重新生成。"
    raise UsageError(error("reply.none", release.folder, message, remedy))


def _title(release: Release, schema: Schema) -> str:
    documents = release.records()["documents"]
    cited = dict.fromkeys(row["source"].partition(":")[0] for row in release.rows(schema.name))
    titles = [documents[name]["title"] for name in cited if name in documents]
    return f"关于{f'《{titles[0]}》' if len(titles) == 1 else '审议意见'}研究处理情况的报告"


def _heading(level: int, text: str) -> Paragraph:
    return Paragraph(f"Heading{level}", (Piece(text),))


def _text(*parts: str | Piece) -> Paragraph:
    return Paragraph("BodyText", tuple(_pieces(parts)))


def _pieces(parts: Iterable[str | Piece]) -> Iterator[Piece]:
    return (Piece(one) if isinstance(one, str) else one for one in parts)


def _cell(text: str) -> Piece:
    return Piece(text, cell=True)


def _table(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[Sequence[Piece]]]
) -> list[Block]:
    caption = (Piece("表"), Piece("", count="表"), Piece("\u3000"), Piece(name))
    head = tuple(Paragraph("TableHead", (Piece(one),)) for one in heads)
    body = (
        tuple(
            Paragraph("TableNumber" if place else "TableText", tuple(cell))
            for place, cell in enumerate(row)
        )
        for row in rows
    )
    return [Paragraph("Caption", caption), Grid((head, *body))]


def _demands(asked: Iterable[Request]) -> Iterator[Paragraph]:
    """The documents that have to be handed in, this one among them."""
    for one in (one for one in asked if one.demand):
        due = one.deadline
        said = ("：", *_due(due)) if due else ("。",)
        yield _text(_cell(one.row["title"]), *said)


def _due(due: Row) -> list[str | Piece]:
    if not due["due"]:
        return ["缺收到日期或期限，算不出到期日。"]
    return [_cell(due["due"]), "到期，", _cell(due["state"]), "。"]


def _overall(release: Release, schema: Schema) -> Iterator[Block]:
    """The edition's own facts about what was asked."""
    found = [fact for fact in release.facts.values() if _about(fact, schema)]
    if not found:
        yield _text("本期没有这方面的统计数字。")
        return
    rows = [((Piece(fact.label),), (Piece(fact.display, fact.id),)) for fact in found]
    yield from _table("审议意见办理的总体情况", ("统计数字", "本期"), rows)


def _about(fact: Fact, schema: Schema) -> bool:
    used = {part.ledger for part in fact.operands}
    return bool(used) and used <= {schema.name, DEADLINES}


def _item(one: Request) -> Iterator[Block]:
    yield Paragraph("Heading2", (_cell(one.row["title"]),))
    if one.deadline:
        who = ("责任单位：", _cell(one.responsible), "。") if one.responsible else ()
        yield _text(*who, *_due(one.deadline))
    yield from _numbers(one.numbers)
    for link in one.links:
        parts: list[str | Piece] = [f"{link.title}："]
        for place, row in enumerate(link.rows):
            parts += ["；" if place else "", _cell(row["title"])]
            if link.state and row[link.state]:
                parts += ["（", _cell(row[link.state]), "）"]
        yield _text(*parts, "。")
    if not one.parts or one.answered:
        yield _answer(one)
    for part in one.parts:
        yield Paragraph("BodyStrong", (_cell(part.row["title"]),))
        yield _answer(part)


def _numbers(numbers: Sequence[Number]) -> Iterator[Block]:
    if not numbers:
        return
    compared = [
        (kind, name)
        for kind, (_, name, _) in AGAINST.items()
        if any(kind in one.changes for one in numbers)
    ]
    based = any(one.base for one in numbers)
    heads = [
        "统计数字",
        *(["提出时"] if based else []),
        "本期",
        *(f"比{name}" for _, name in compared),
    ]
    rows = []
    for one in numbers:
        unit = f"（{one.fact.unit}）" if based and one.fact.unit else ""  # of the number beside it
        row: list[Sequence[Piece]] = [(Piece(one.fact.label + unit),)]
        if based:
            row.append(_base(one))
        row.append((Piece(one.fact.display, one.fact.id),))
        for kind, _ in compared:
            change = one.changes.get(kind)
            row.append((Piece(change.display, change.id),) if change else (Piece("—"),))
        rows.append(row)
    yield from _table("对照的统计数字", heads, rows)


def _base(one: Number) -> Sequence[Piece]:
    if one.base is None:
        return (Piece("—"),)
    return (_cell(one.base["shown"]), Piece("（"), _cell(one.base["period"]), Piece("）"))


def _answer(one: Request) -> Paragraph:
    if one.deadline and one.answered:
        said = ("：", _cell(one.row["reply"])) if one.row.get("reply") else ("。",)
        # Cells that touch would be read as one cell in several runs.
        return _text(_cell(one.deadline["done"]), " ", _cell(one.deadline["state"]), *said)
    return _text(
        "〔待", _who(one.responsible), "填写：采取的措施、取得的结果、下一步的安排和完成时间〕"
    )


def _who(responsible: str) -> str | Piece:
    return _cell(responsible) if responsible else "责任单位"


def _gaps(asked: Sequence[Request]) -> Iterator[Paragraph]:
    """What is missing, by who has to supply it."""
    missing = {
        "尚未答复": [one for one in asked if not one.answered],
        "没有可以对照的统计数字": [one for one in asked if not one.numbers],
    }
    for what, items in missing.items():
        for responsible in dict.fromkeys(one.responsible for one in items):
            theirs = [one for one in items if one.responsible == responsible]
            yield _text(f"{what}，待", _who(responsible), "补：", *_titles(theirs), "。")
    undated = [one for one in asked if not (one.deadline and one.deadline["due"])]
    if undated:
        yield _text("缺收到日期或期限，待提出意见的单位补：", *_titles(undated), "。")
    if not (undated or any(missing.values())):
        yield _text("没有。")


def _titles(asked: Sequence[Request]) -> Iterator[str | Piece]:
    for place, one in enumerate(asked):
        yield "；" if place else ""
        yield _cell(one.row["title"])
