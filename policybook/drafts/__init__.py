"""Reading a draft (a Word draft, a speech, a press text) as plain text. floor: drafts.

Nothing is guessed: what cannot be read whole and exactly is refused with a reason.
Reading is bounded in time and memory, and writes nothing.
"""

from __future__ import annotations

from pathlib import Path

from policybook.drafts.encodings import decode_hypertext, decode_text
from policybook.drafts.hypertext import visible_text
from policybook.drafts.kinds import draft_kind
from policybook.drafts.markdown import prose_only
from policybook.drafts.record import Draft, DraftError, Mark, refusal
from policybook.drafts.word import word_text

__all__ = ["Draft", "DraftError", "Mark", "read_draft"]

LIMIT = 20_000_000  # bytes of a file


def read_draft(path: Path) -> Draft:
    """A document as plain text; raises :class:`DraftError` with the reason if there is none."""
    data = _content(path)
    kind = draft_kind(path, data)
    marks: tuple[Mark, ...] = ()
    if kind == "docx":
        text, marks = word_text(path, data)
    elif kind == "html":
        text = visible_text(decode_hypertext(path, data))
    else:
        text = decode_text(path, data)
    if not text.strip():
        raise refusal("empty", path, "文件里没有文字。", "打开文件确认有正文，再另存一次。")
    return Draft(path.name, kind, text, prose_only(text) if kind == "md" else text, marks)


def _content(path: Path) -> bytes:
    remedy = "核对路径和文件名，一次给出一个文件。"
    try:
        if path.is_dir():
            raise refusal("missing", path, "这是文件夹，不是文件。", remedy)
        if not path.is_file():
            raise refusal("missing", path, "没有这个文件。", remedy)
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as problem:
        raise refusal("missing", path, "文件打不开。", "核对路径和读取权限。") from problem
    if len(data) > LIMIT:
        message = f"文件超过 {LIMIT // 1_000_000} MB，按上限不读。"
        raise refusal("size", path, message, "删去图片和附件，或只留正文另存。")
    return data
