"""Numerals that the narrative may type, each with its class and reason. floor: exemptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, error

CLASSES = {
    "name": "名称",
    "document": "文号",
    "ordinal": "次序",
    "idiom": "习语",
    "date": "日期",
    "example": "举例",
}
"""What an exempt numeral can be, and what a reader is told."""


@dataclass(frozen=True)
class Exemption:
    """A text in which a numeral is no statistic (豁免)."""

    text: str
    kind: str  # one of CLASSES; "class" in the file
    reason: str

    def as_dict(self) -> dict[str, str]:
        """As it is published."""
        return {"text": self.text, "class": self.kind, "reason": self.reason}

    def places(self, page: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a page's text."""
        return occurrences(self.text, page)


def occurrences(part: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a part stands in a text, overlapping ones too."""
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + 1)


def load_exemptions(path: Path) -> tuple[Exemption, ...]:
    """The exemption file of a book; none when there is no such file.

    Raises :class:`ConfigError` with all that is wrong.
    """
    if not path.exists():
        return ()
    entries = read_yaml(path)
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise ConfigError(error("exemption.shape", path, "豁免清单应是列表。", "每项以 - 开头。"))
    findings: list[Finding] = []
    found: dict[str, Exemption] = {}
    for number, entry in enumerate(entries, start=1):
        place = f"{path} 第{number}条"
        try:
            values = {
                key: str(value or "").strip()
                for key, value in check_keys(entry, place, ("text", "class", "reason")).items()
            }
        except ConfigError as problem:
            findings += problem.findings
            continue
        findings += _findings(values, place, found)
        found[values["text"]] = Exemption(values["text"], values["class"], values["reason"])
    if findings:
        raise ConfigError(findings)
    return tuple(found.values())


def _findings(values: dict[str, str], place: str, found: dict[str, Exemption]) -> Iterator[Finding]:
    if not values["text"] or not values["reason"]:
        yield error("exemption.empty", place, "text 和 reason 不能为空。", "写明文字和理由。")
    if values["class"] not in CLASSES:
        known = "、".join(f"{name}（{title}）" for name, title in CLASSES.items())
        yield error(
            "exemption.class", place, f"不认识的类别 {values['class']}。", f"可用：{known}。"
        )
    if values["text"] in found:
        yield error("exemption.twice", place, f"“{values['text']}”出现两次。", "删去一条。")
