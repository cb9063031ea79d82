"""Numbers as departments write them, exactly. floor: sheets."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from policybook.numbers import plain
from policybook.schema import Field
from policybook.sheets.cleaning import clean, half_width, squeeze
from policybook.sheets.reading import Reading, changed, refused
from policybook.sheets.units import unit_kind

PLACEHOLDERS = frozenset("- -- --- — —— – / \\ 无 暂无 n/a na 待定 … …… ... ......".split(" "))
"""What people write into a cell that they leave open."""

EXCEL = Context(prec=15, rounding=ROUND_HALF_UP)
"""Excel keeps 15 significant digits; what stands after them in a file is binary noise."""

_CANONICAL = re.compile(r"0|-?(?!0[^.]|0$)\d{1,15}(\.\d{0,9}[1-9])?", re.ASCII)
_WRITTEN = re.compile(
    r"(?P<sign>[+-]?) ?(?P<whole>\d+|[1-9]\d{0,2}(?:,\d{3})+)(?P<places>\.\d+)?"
    r"(?P<exponent>[eE][+-]?\d{1,2})?(?![\d.,])\s*(?P<tail>.*)",
    re.ASCII,
)
_CHINESE = re.compile(r"[负〇零一二两三四五六七八九十百千万亿点壹贰叁肆伍陆柒捌玖拾佰仟]+")
_RANGE = re.compile(r"\d[^\d.,]{0,4}?\s*[-~—–至到]+\s*\d")
_ABOUT = re.compile(
    r"^(约|近|大约|超|逾|不足|不到|至少|>|<|≥|≤|≈)|(余|多|左右|上下|以上|以下|\+)\D*$"
)
_NUMBER_REMEDY = "只写数字，如 4116.09；不写单位、逗号和文字。"
_LARGEST_RATIO = 10
_LONGEST = 25  # digits: what Decimal multiplies without rounding


def number_text(value: int | float) -> str:
    """A number cell's text without exponent, to the 15 digits that Excel keeps."""
    if isinstance(value, int):
        return str(value)
    return plain(EXCEL.plus(Decimal(repr(value))))


def is_rounded(value: int | float) -> bool:
    """Whether a number cell has more digits in the file than Excel shows."""
    return isinstance(value, float) and len(Decimal(repr(value)).as_tuple().digits) > EXCEL.prec


def read_number(field: Field, value: int | float, percent: bool) -> Reading:
    """A number cell of a numeric column; ``percent`` says that it is shown as one."""
    if isinstance(value, float) and not Decimal(value).is_finite():
        return refused(str(value), "ingest.number", "不是有限的数", _NUMBER_REMEDY)
    text = number_text(value)
    if percent and not field.printed:
        return _percent_refused(f"{plain(Decimal(text).scaleb(2))}%")
    if is_rounded(value):
        return changed(text, "ingest.rounded", repr(value), "是二进制误差")
    return Reading(text) if percent else _ratio(field, Reading(text))


def read_amount(field: Field, raw: str) -> Reading:
    """A text in a numeric column."""
    if _CANONICAL.fullmatch(raw):
        return _ratio(field, Reading(raw))
    text = clean(raw)[0]
    half = half_width(text).strip()
    if half.lower() in PLACEHOLDERS:
        return changed("", "ingest.placeholder", text, "表示没有数")
    match = _WRITTEN.fullmatch(half)
    if match is None:
        return _refuse(field, text, half)
    tail = match["tail"]
    if tail == "%" and not field.printed:
        return _percent_refused(text)
    own_unit = bool(field.unit) and squeeze(tail) == squeeze(field.unit)
    if tail and tail != "%" and not own_unit:
        return _refuse(field, text, half)
    digits = match["whole"].replace(",", "") + (match["places"] or "")
    exponent = int((match["exponent"] or "e0")[1:]) - (2 if tail == "%" else 0)
    if len(digits) > _LONGEST or abs(exponent) > _LONGEST:
        return refused(text, "ingest.number", "位数太多", _NUMBER_REMEDY)
    number = Decimal(f"{match['sign']}{digits}E{exponent}")
    # Zeros at the end say how exactly a number is printed, unless nothing but zeros follows.
    is_whole = number == number.to_integral_value()
    value = plain(number or abs(number)) if is_whole or exponent else f"{number:f}"
    if value == raw:
        return _ratio(field, Reading(value))
    code, why = _change(match, own_unit)
    reading = changed(value, code, raw, why)
    return reading if tail == "%" else _ratio(field, reading)


def _change(match: re.Match[str], own_unit: bool) -> tuple[str, str]:
    """The code and words for what most changes a text."""
    if match["tail"] == "%":
        return "ingest.percent-text", "是百分数文本"
    if own_unit:
        return "ingest.unit-stripped", "带着单位"
    if match["exponent"]:
        return "ingest.exponent", "是科学记数"
    if "," in match["whole"]:
        return "ingest.thousands", "有千分位逗号"
    return "ingest.number-form", "不是数字的规范写法"


def _ratio(field: Field, reading: Reading) -> Reading:
    """A ratio column that holds 97 for 97 % is seen: it would be 9700 %."""
    if not field.printed or not reading.value or abs(Decimal(reading.value)) < _LARGEST_RATIO:
        return reading
    percent = plain(Decimal(reading.value).scaleb(2))
    message = f"“{reading.value}”在比率列里等于 {percent}%（{field.title}）。"
    remedy = f"若应为 {reading.value}%，写成 {reading.value}% 或 0.97 这样的小数。"
    return Reading(reading.value, "warning", "ingest.ratio", message, remedy)


def _percent_refused(raw: str) -> Reading:
    return refused(raw, "ingest.percent", "是百分数，这一列不是比率", _NUMBER_REMEDY)


def _refuse(field: Field, text: str, half: str) -> Reading:
    """Why a text is no number, as exactly as can be said."""
    body = half.removesuffix(field.unit) if field.unit else half
    if re.fullmatch(r"\([\d., ]+\)", body, re.ASCII):
        why, code = "用括号表示负数", "ingest.parentheses"
        return refused(text, code, why, "负数写减号，如 -5；不是负数的去掉括号。")
    if _RANGE.search(half):
        return refused(text, "ingest.range", "是区间", "填一个数；区间写在说明里。")
    if _ABOUT.search(body) and re.search(rf"\d|{_CHINESE.pattern}", body):
        remedy = "填准确数；只有约数的，与汇总单位商定填法，并写在说明里。"
        return refused(text, "ingest.approximate", "是约数", remedy)
    if _CHINESE.fullmatch(body):
        return refused(text, "ingest.chinese-number", "是汉字数字", "改成阿拉伯数字。")
    match = _WRITTEN.fullmatch(half)
    if match and unit_kind(match["tail"]):
        wanted = f"本列单位是{field.unit}" if field.unit else "本列不写单位"
        remedy = "换算后只填数字。" if field.unit else "只填数字，单位写在计量单位列。"
        return refused(text, "ingest.unit-value", f"的单位不对：{wanted}", remedy)
    if "," in half:
        remedy = "小数点写“.”，千分位逗号去掉。"
        return refused(text, "ingest.comma", "里的逗号不是千分位", remedy)
    return refused(text, "ingest.number", "不是数字", _NUMBER_REMEDY)
