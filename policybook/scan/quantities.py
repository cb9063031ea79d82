"""Quantities: a numeral with magnitude, unit and approximation. floor: scan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from policybook.scan.hit import Hit
from policybook.scan.lexicon import CHINESE, alternation, words
from policybook.scan.numerals import DIGITS, MAGNITUDES, chinese_value, number_value

_SPACED = (
    r"\d{1,3}(?: \d{3}){1,9}(?![\d ])(?:\.\d+)?(?=\s?[\u4e00-\u9fff])"
    r"|\d{1,3}, \d{3}(?!\d)|\d{1,15}\. \d{1,9}"
)
_NUMBER = rf"\d{{1,3}}(?:[,，]\d{{3}}){{1,9}}(?!\d)(?:\.\d+)?|{_SPACED}|\d{{1,30}}(?:\.\d{{1,30}})?"
# 千 of 千瓦 and 百 of 百分点 belong to the unit.
_CHARACTER = f"(?:[{CHINESE.replace('千', '').replace('百', '')}]|千(?![瓦米克伏帕卡])|百(?!分))"
_MAGNITUDE = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克伏帕卡])|百(?!分)"
_SPLIT = "个(?P<inside>多|半|来)(?P<tail>月|小时|百分点|季度|工作日)"
_UNIT = (
    f"(?:{_SPLIT}|(?P<unit>(?:{alternation(words('units'))})(?![A-Za-z])"
    f"|{alternation(words('measures'))}))"
)
_AFTER = r"(?:及|或)?以[上下内]|左右|上下|不等|开外|有余|余|多(?=[，。；、！？）)的\s来]|$)"
_AFTER += r"|(?<=[年月天里倍成岁米斤亩元])多(?![种样方数少元级层维功部党渠])"

ARABIC = re.compile(
    rf"(?P<sign>[-−－]|零下)?(?P<number>{_NUMBER})"
    rf"(?:(?P<middle>[余多来几])(?={_MAGNITUDE}))? ?"
    rf"(?:(?P<magnitude>{_MAGNITUDE})(?:(?P<rest>\d{{1,15}}(?:\.\d{{1,15}})?)(?P<lower>万|千|百))?)?"
    rf"(?P<more>[余多来])? ?{_UNIT}?(?P<half>半)?(?P<after>{_AFTER})?",
    re.ASCII,
)
CHARACTERS = re.compile(
    rf"(?P<vague>[几数](?=[十百千万亿]))?"
    rf"(?P<number>{_CHARACTER}+(?:点[〇零一二三四五六七八九]+(?:万亿|[万亿])?)?)"
    rf"(?:(?P<middle>[余多几来])(?P<magnitude>万亿|亿|万|千(?![瓦米克伏帕卡])|百(?!分))?)?"
    rf"(?P<more>[余多几来])? ?{_UNIT}?(?P<half>半)?(?P<after>{_AFTER})?"
)
FRACTION = re.compile(
    rf"(?P<below>[{CHINESE}]{{1,8}}|\d{{1,9}})分之"
    rf"(?P<above>[{CHINESE}]{{1,12}}(?:点[{CHINESE}]{{1,9}})?|\d{{1,15}}(?:\.\d{{1,15}})?)"
    rf"(?P<more>[余多])?(?P<after>{_AFTER})?"
    r"|(?<![\d./])(?P<part>\d{1,2})/(?P<whole>\d{1,2})(?![\d/])"
    r"|(?P<tenths>[一二三四五六七八九])成(?P<hundredths>[一二三四五六七八九])(?![个项家户批])",
    re.ASCII,
)
_HALVES = (
    (r"过半数|超半数|超过半数", Fraction(1, 2), "", "过"),
    (r"过半(?![年百千个天])", Fraction(1, 2), "", "过"),
    (r"近半(?![年百千个天])|近半数", Fraction(1, 2), "", "近"),
    (r"半数以上|一半以上", Fraction(1, 2), "", "以上"),
    (r"一半(?!天)|半数|大半(?!年|天|个)|减半(?!征收)|对半", Fraction(1, 2), "", ""),
    (r"(?<![上下])半个多月", Fraction(1, 2), "个月", "多"),
    (r"(?<![上下多个年])半个月|(?<![上下多个年])半月(?!谈|刊|板)", Fraction(1, 2), "个月", ""),
    (r"(?<![上下大多年])半年多", Fraction(1, 2), "年", "多"),
    (r"(?<![上下大多])半年", Fraction(1, 2), "年", ""),
    (r"(?<![上下大多个])半(?:个)?小时", Fraction(1, 2), "小时", ""),
    (r"(?<=[至到仅只需用])半天", Fraction(1, 2), "天", ""),
    (r"翻(?:了)?两番", Fraction(4), "倍", ""),
    (r"翻(?:了)?三番", Fraction(8), "倍", ""),
    (r"翻(?:了)?(?:一)?番|翻(?:了)?(?:一)?倍", Fraction(2), "倍", ""),
)
_ANY_HALF = "|".join(f"(?P<w{place}>{row[0]})" for place, row in enumerate(_HALVES))
HALVES = re.compile(f"(?=[过超近半一大减对翻])(?:{_ANY_HALF})")

_BEFORE = re.compile(
    r"(?:(?:大|粗|节|预)?约|约为|将近|接近|逼近|超过|突破|超出|高于|多于|大于|低于|少于|小于"
    r"|不足|不到|不少于|不低于|不高于|不超过|至少|至多|最多|最少|高达|多达|逾"
    r"|(?<![最附临邻远就亲贴])近|(?<![赶])超|(?<![超通经])过)(?:了|近|到)?\s?$"
)
_ONE_COUNTS = re.compile(
    r"(?:元|吨|亩|公顷|公里|千米|米|平方|立方|倍|成|%|千瓦|度|小时|分钟|秒|百分点|克|公斤|斤|升|美元"
    r"|个?(?:月|百分点|季度|小时|工作日)|年|天|周|夜|座|所|台|辆|栋|幢|艘|架|宗|株|票)"
)
"""Units with which 一 is a number; with others it is no more than "a"."""
_EXTREME = re.compile(r"最[高低多少快慢大小长短好差]的?$")
_CONTINUES = re.compile(r"(?:\s?[—–~～至到→]+\s?|-)|\s?(?:或者?|和|与|、)\s?")


def blank(taken: str, spans: Iterable[tuple[int, int]]) -> str:
    """``taken`` without what the spans cover; they are in order and do not overlap."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [taken[last:start], "\0" * (end - start)]
        last = end
    return "".join([*pieces, taken[last:]])


def find_parts(text: str, taken: str) -> list[Hit]:
    """Fractions, tenths, halves and doublings, before their characters look like words.

    ``taken``: the text with what is no quantity blanked out.
    """
    hits = [hit for found in FRACTION.finditer(taken) if (hit := _fraction(text, found))]
    for found in HALVES.finditer(taken):
        _, value, unit, approximation = _HALVES[int((found.lastgroup or "w0")[1:])]
        start, end = found.span()
        said = approximation or approximation_before(text, start)
        hits.append(Hit(start, end, end, text[start:end], "quantity", value, unit, said))
    hits.sort(key=lambda hit: hit.start)
    return [hit for last, hit in pairwise([None, *hits]) if hit and _apart(last, hit)]


def _apart(last: Hit | None, hit: Hit) -> bool:
    return last is None or last.end <= hit.start


def find_numbers(text: str, taken: str) -> Iterator[Hit]:
    """Every number that is left, and the characters that count nothing as idioms."""
    numbers = list(ARABIC.finditer(taken))
    for found in numbers:
        yield _arabic(text, taken, found)
    taken = blank(taken, (found.span() for found in numbers))
    for found in CHARACTERS.finditer(taken):
        before = taken[found.start() - 1 : found.start()]
        if not _is_unit(taken, found) and not before.isdigit():  # else a magnitude of digits
            yield _characters(text, found)


def _is_unit(taken: str, found: re.Match[str]) -> bool:
    """A unit that stands alone, as in a heading （亿元） or in a cell of its own."""
    if found["vague"] or found["number"][0] not in "百千万亿":
        return False
    before, after = taken[found.start() - 1 : found.start()], taken[found.end() : found.end() + 1]
    return before in ("：", "（", "(", "/") or (before in ("", "\n") and after in ("", "\n"))


def _fraction(text: str, found: re.Match[str]) -> Hit | None:
    start, end = found.span()
    unit = ""
    if found["part"]:
        part, whole = int(found["part"]), int(found["whole"])
        if not 0 < part < whole:
            return None
        value = Fraction(part, whole)
    elif found["tenths"]:
        value = Fraction(int(DIGITS[found["tenths"]] + DIGITS[found["hundredths"]]), 10)
        unit = "成"
    else:
        above, below = number_value(found["above"]), number_value(found["below"])
        if above is None or not below:
            return None
        unit = {"百": "%", "千": "‰"}.get(found["below"], "")
        value = above if unit else above / below
    approximation = found["more"] or found["after"] or approximation_before(text, start)
    return Hit(start, end, end, text[start:end], "quantity", value, unit, approximation)


def approximation_before(text: str, start: int) -> str:
    """The approximation that ends where a numeral starts: 近, 超过, 不足."""
    found = _BEFORE.search(text, max(0, start - 5), start)
    return found[0].strip() if found else ""


def _arabic(text: str, taken: str, found: re.Match[str]) -> Hit:
    start, end = found.start(), found.start() + len(found[0].rstrip())
    digits = found["number"].replace(" ", "")
    value = number_value(digits)
    assert value is not None
    if found["sign"] == "零下":
        value = -value
    elif found["sign"]:
        before = taken[start - 1 : start]
        if before and ((before.isalnum() and ord(before) < 128) or before in "%‰)）\0"):
            start += 1  # a range: 63%-68%
        else:
            value = -value
    magnitude, numeral = found["magnitude"] or "", "magnitude"
    if found["rest"]:
        value = value * MAGNITUDES[magnitude] + Fraction(found["rest"]) * MAGNITUDES[found["lower"]]
        magnitude, numeral = ("万" if found["lower"] == "万" else ""), "lower"
        value = value / MAGNITUDES[magnitude] if magnitude else value
    elif magnitude:
        factor, magnitude = _factor(magnitude)
        value *= factor
    else:
        numeral = "number"
    value, unit, end = _unit(value, found, end)
    after = found["middle"] or found["more"] or found["inside"] or found["after"] or ""
    after = "" if after == "半" else after
    approximation = after or approximation_before(text, start)
    stop = found.end(numeral)
    return Hit(
        start, end, stop, text[start:end], "quantity", value, magnitude + unit, approximation
    )


def _factor(magnitude: str) -> tuple[int, str]:
    """千万 counts 1000 in 万: only 万, 亿 and 万亿 go with a unit."""
    if magnitude in ("万", "亿", "万亿"):
        return 1, magnitude
    if magnitude[-1] in "万亿":
        return MAGNITUDES[magnitude[:-1]], magnitude[-1]
    return MAGNITUDES[magnitude], ""


def _unit(value: Fraction, found: re.Match[str], end: int) -> tuple[Fraction, str, int]:
    """The unit, and a half that stands in it or after it (三个半小时, 三年半)."""
    unit = f"个{found['tail']}" if found["tail"] else found["unit"] or ""
    if found["inside"] == "半":
        value += Fraction(1, 2)
    if found["half"]:
        if unit in ("年", "个月", "天", "小时", "个小时", "倍"):
            value += Fraction(1, 2)
        else:
            end = found.start("half")  # 半 belongs to what follows
    return value, unit, end


def _characters(text: str, found: re.Match[str]) -> Hit:
    start, end = found.start(), found.start() + len(found[0].rstrip())
    numeral = found["number"]
    value, magnitude = _value_of(numeral)
    if found["magnitude"] and value is not None:
        factor, magnitude = _factor(found["magnitude"])  # 十多万
        value *= factor
    stop = max(found.end("number"), found.end("magnitude"))
    after = found["vague"] or found["middle"] or found["more"] or found["inside"] or ""
    after = after or found["after"] or ""
    after = "" if after == "半" else after
    if not after and len(numeral) == 2 and value and chinese_value(numeral[0]) == value:
        after = "几" if numeral[1] in DIGITS else ""  # 两三个
    above = "上" if text[start - 1 : start] == "上" and numeral[0] in "百千万亿" else ""
    approximation = after or above or approximation_before(text, start)
    if value is None or not _counts(text, found, value, approximation):
        return Hit(start, stop, stop, text[start:stop], "idiom", None, "", "")
    value, unit, end = _unit(value, found, end)
    return Hit(
        start, end, stop, text[start:end], "quantity", value, magnitude + unit, approximation
    )


def _value_of(numeral: str) -> tuple[Fraction | None, str]:
    """A numeral's value in its last magnitude: 两万三千 is 23000, 三十万 is 30 in 万."""
    for magnitude in ("万亿", "亿", "万"):
        if numeral.endswith(magnitude):
            whole = numeral[: -len(magnitude)]
            if not whole:
                return Fraction(1), magnitude
            if "点" in whole:
                return chinese_value(whole), magnitude
            value = chinese_value(whole + magnitude)
            if value is None and chinese_value(whole) is not None:
                return chinese_value(whole), magnitude
            return (value and value / MAGNITUDES[magnitude]), magnitude
    return chinese_value(numeral), ""


def _counts(text: str, found: re.Match[str], value: Fraction, approximation: str) -> bool:
    """Whether a numeral in characters counts something, or is part of a word."""
    numeral, unit = found["number"], found["unit"] or found["tail"]
    if numeral == "一" and not found["more"] and not found["middle"]:
        extreme = _EXTREME.search(text, max(0, found.start() - 3), found.start())
        return bool(unit and (extreme or _ONE_COUNTS.fullmatch(unit)))
    before = text[found.start() - 1 : found.start()]
    if all(character in "百千万亿" for character in numeral):
        large = len(numeral) > 1 and numeral[-1] in "万亿"
        return bool(unit or approximation or large or before == "每")
    if unit:
        return True
    return len(numeral) > 1 or bool(found["middle"] or found["more"])


def join_ranges(text: str, hits: list[Hit]) -> list[Hit]:
    """Where only the last of several numbers has the unit, all of them have it (三至五年)."""
    joined = list(hits)
    for place in range(len(joined) - 2, -1, -1):
        first, second = joined[place], joined[place + 1]
        between = text[first.end : second.start]
        if first.unit or first.end != first.numeral_end or not second.unit:
            continue
        if second.kind == "quantity" and _CONTINUES.fullmatch(between):
            if first.kind == "quantity":
                joined[place] = replace(first, unit=second.unit)
            elif first.kind == "idiom" and between.strip() not in ("和", "与", "、"):
                value = chinese_value(first.text)
                if value is not None:
                    joined[place] = replace(first, kind="quantity", value=value, unit=second.unit)
    return joined
