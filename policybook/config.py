"""The only reader of YAML: edition parameters and keyed mappings. floor: config."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from policybook.errors import ConfigError, error

_NULL = "tag:yaml.org,2002:null"
_NO_MAPPING = "这里应是一组键和值。"


@dataclass(frozen=True)
class Parameters:
    """``period.yml``: what an edition says of itself; dates by name, texts by name."""

    period: str
    title: str
    city: str
    issuer: str
    committee: str
    reporting_date: date | None
    opinion_date: date | None
    data_until: str
    year_start: date
    year_end: date
    next_release: date | None
    empty_ledgers: tuple[str, ...]
    as_of: date  # the day for which it is told what is due
    released_on: date | None = None  # of the register; None for a draft
    signer: str = ""  # of the register: fingerprint of the key; "" unsigned

    @property
    def version(self) -> str:
        """First edition or which re-issue, for readers."""
        _, again, revision = self.period.partition("-r")
        return f"更正版第 {revision} 版" if again else "初版"

    @property
    def texts(self) -> dict[str, str]:
        """All that pages may show of an edition, by name."""
        return {name: self.text(name) for name in TEXTS}

    def text(self, name: str) -> str:
        """A parameter as shown to readers: dates as 2024年8月22日; ``KeyError`` if unknown."""
        if name not in TEXTS:
            raise KeyError(name)
        value = getattr(self, name)
        if name == "released_on" and value is None:
            return "尚未正式发布（草稿）"
        if name == "signer":
            return f"SHA256SUMS.sig，密钥指纹 {value}" if value else "未签名"
        if isinstance(value, date):
            return f"{value.year}年{value.month}月{value.day}日"
        return "待定" if value is None else str(value)


TEXTS = (
    *(name for name in Parameters.__dataclass_fields__ if name != "empty_ledgers"),
    "version",
)
"""What pages may show of an edition."""
_DATE = re.compile(r"(\d+)年(\d+)月(\d+)日")


def parse_shown_date(text: str) -> date | None:
    """The date that :meth:`Parameters.text` shows so; None for another text, such as 待定."""
    found = _DATE.fullmatch(text)
    return date(*map(int, found.groups())) if found else None


_OF_REGISTER = ("released_on", "signer")
_OPTIONAL = ("as_of",)
_KEYS = [
    name for name in Parameters.__dataclass_fields__ if name not in (*_OF_REGISTER, *_OPTIONAL)
]
_DATES = ("year_start", "year_end")
_DATES_OR_NONE = ("reporting_date", "opinion_date", "next_release", "as_of")


class _UniqueLoader(yaml.CSafeLoader):  # libyaml, which PyYAML's wheels have: 7 times as quick
    """Safe YAML that refuses a key given twice."""


def _mapping(loader: _UniqueLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"键“{key}”出现两次", node.start_mark
            )
    return loader.construct_mapping(node, deep=True)


_UniqueLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _TextLoader(_UniqueLoader):
    """Every scalar as the text that stands there, an empty one as "".

    YAML 1.1 reads ``0140`` as 96, ``1:30`` as 90, ``on`` as true, and cuts long decimals.
    """


_TextLoader.yaml_implicit_resolvers = {
    first: [one for one in known if one[0] == _NULL]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_TextLoader.add_constructor(_NULL, lambda loader, node: "")


def read_entries(path: Path) -> list[tuple[str, dict[str, str]]]:
    """A YAML file that is a list of mappings of texts: each with its place, for findings.

    Raises :class:`ConfigError` with all entries that are something else.
    """
    entries = read_yaml(path, _TextLoader)
    if entries in (None, ""):
        return []
    if not isinstance(entries, list):
        remedy = "每条以“- ”起头。"
        raise ConfigError(error("config.list", path, "这里应是列表。", remedy))
    found, findings = [], []
    for number, entry in enumerate(entries, start=1):
        place = f"{path} 第{number}条"
        if not isinstance(entry, dict):
            findings.append(error("config.shape", place, _NO_MAPPING, "按说明改写。"))
        elif not all(isinstance(value, str) for value in entry.values()):
            keys = "、".join(key for key, value in entry.items() if not isinstance(value, str))
            message = f"{keys} 应是一段文字。"
            findings.append(error("config.text", place, message, "写成一行，必要时加引号。"))
        else:
            found.append((place, {str(key): value.strip() for key, value in entry.items()}))
    if findings:
        raise ConfigError(findings)
    return found


def read_yaml(path: Path, loader: type[_UniqueLoader] = _UniqueLoader) -> Any:
    """One YAML file's content; :class:`ConfigError` naming file and line when it is broken."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except FileNotFoundError:
        raise ConfigError(error("config.missing", path, "缺少这个文件。", "补上该文件。")) from None
    except UnicodeDecodeError:
        raise ConfigError(
            error("config.encoding", path, "不是 UTF-8 文本。", "另存为 UTF-8。")
        ) from None
    except (yaml.YAMLError, ValueError) as problem:  # ValueError: 2024-13-01
        mark = getattr(problem, "problem_mark", None)
        place = f"{path} 第{mark.line + 1}行" if mark else str(path)
        message = getattr(problem, "problem", None) or str(problem)
        raise ConfigError(
            error("config.yaml", place, f"YAML 写法有误：{message}。", "改正该行。")
        ) from None


def check_keys(
    entry: object, place: str, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Any]:
    """``entry`` as a mapping with just these keys; :class:`ConfigError` otherwise."""
    if not isinstance(entry, dict):
        raise ConfigError(error("config.shape", place, _NO_MAPPING, "按说明改写。"))
    unknown = sorted(set(map(str, entry)) - set(required) - set(optional))
    missing = sorted(set(required) - set(entry))
    if unknown or missing:
        parts = [f"不认识的键 {'、'.join(unknown)}"] if unknown else []
        parts += [f"缺少键 {'、'.join(missing)}"] if missing else []
        known = "、".join([*required, *optional])
        raise ConfigError(
            error("config.keys", place, "，".join(parts) + "。", f"可用的键：{known}。")
        )
    return entry


def read_parameters(path: Path, period: str) -> Parameters:
    """An edition's ``period.yml``, checked against its period; a re-issue has the first's."""
    entry = {"as_of": None, **check_keys(read_yaml(path), str(path), _KEYS, _OPTIONAL)}
    if str(entry["period"]) not in (period, period.partition("-r")[0]):
        raise ConfigError(
            error(
                "config.period",
                path,
                f"期号写作 {entry['period']}，文件夹却是 {period}。",
                "两处写成一致。",
            )
        )
    for name in (*_DATES, *_DATES_OR_NONE):
        optional = name in _DATES_OR_NONE
        if not (isinstance(entry[name], date) or (optional and entry[name] is None)):
            raise ConfigError(
                error("config.date", f"{path} {name}", "这里应是日期。", "写成 2024-08-22。")
            )
    if not isinstance(entry["empty_ledgers"], list):
        raise ConfigError(
            error("config.list", f"{path} empty_ledgers", "这里应是列表。", "没有时写 []。")
        )
    values = {**entry, "empty_ledgers": tuple(map(str, entry["empty_ledgers"]))}
    values["as_of"] = entry["as_of"] or _last_known(entry, period)
    texts = {
        name: str(values[name]) for name in ("title", "city", "issuer", "committee", "data_until")
    }
    return Parameters(**{**values, **texts, "period": period})


def _last_known(entry: Mapping[str, Any], period: str) -> date:
    """The later of the report and the opinion on it, or else the quarter's last day."""
    known: list[date] = [entry[name] for name in ("reporting_date", "opinion_date") if entry[name]]
    if known:
        return max(known)
    year, quarter = int(period[:4]), int(period[5])
    return date(year + quarter // 4, 3 * quarter % 12 + 1, 1) - timedelta(days=1)
