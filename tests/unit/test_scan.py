"""The scanner of numerals: a labelled corpus, its parts, and properties that hold for any text."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from cn2an import an2cn
from hypothesis import given
from hypothesis import strategies as st

from policybook.scan import KINDS, scan, sentence
from policybook.scan.lexicon import alternation, words
from policybook.scan.numerals import chinese_value, number_value
from policybook.scan.scanner import normal

CORPUS = Path(__file__).with_name("quantities.txt")
MARK = re.compile(r"\{\{(.*?)\}\}")


class Label(NamedTuple):
    """A marked numeral of the corpus."""

    start: int
    text: str
    kind: str
    value: str = ""
    unit: str = ""
    approximation: str = ""


def parse(line: str) -> tuple[str, list[Label]]:
    """A line of the corpus without its marks, and what they say."""
    labels: list[Label] = []
    plain, end = "", 0
    for mark in MARK.finditer(line):
        plain += line[end : mark.start()]
        labels.append(Label(len(plain), *mark[1].split("|")))
        plain += labels[-1].text
        end = mark.end()
    return plain + line[end:], labels


def labelled(line: str) -> list[tuple[int, str, Fraction, str, str]]:
    """The quantities that a line is labelled with."""
    return [
        (one.start, one.text, Fraction(one.value), one.unit, one.approximation)
        for one in parse(line)[1]
        if one.kind == "quantity"
    ]


def found(line: str) -> list[tuple[int, str, Fraction | None, str, str]]:
    """The quantities that the scanner finds in it."""
    return [
        (hit.start, hit.text, hit.value, hit.unit, hit.approximation)
        for hit in scan(parse(line)[0])
        if hit.kind == "quantity"
    ]


def corpus(mark: str = "") -> list[str]:
    """The labelled lines, or those marked as known limits."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    if mark:
        return [line.removeprefix(mark) for line in lines if line.startswith(mark)]
    return [line for line in lines if line and line[:2] not in ("# ", "! ")]


def test_the_corpus_is_found_whole_and_nothing_besides() -> None:
    """Each quantity of each line has its place, exact value, unit and approximation."""
    lines = corpus()
    assert len(lines) > 600
    assert [line for line in lines if found(line) != labelled(line)] == []


def test_other_numerals_of_the_corpus_are_no_quantities() -> None:
    """A date, name, document number, ordinal or idiom is seen, or passed over as a word."""
    wrong = []
    for line in corpus():
        text, labels = parse(line)
        counted = {place for hit in scan(text) if hit.kind == "quantity" for place in span(hit)}
        wrong += [
            (line, one.text)
            for one in labels
            if one.kind != "quantity" and counted & set(range(one.start, one.start + len(one.text)))
        ]
    assert wrong == []


def span(hit: object) -> range:
    """The places that a hit covers."""
    return range(hit.start, hit.end)  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", corpus("! "))
def test_known_limits_are_still_limits(line: str) -> None:
    """A line that the scanner comes to reach belongs among the others."""
    assert found(line) != labelled(line)


@pytest.mark.parametrize(
    ("text", "kind", "marked"),
    [
        ("落实国务院16号文件精神", "document", "16号"),
        ("国发〔2023〕16号", "document", "〔2023〕16号"),
        ("按GB/T 9704—2012排版", "document", "GB/T 9704—2012"),
        ("依照第二十三条的规定", "document", "第二十三条"),
        ("8月22—23日召开会议", "date", "8月22—23日"),
        ("截至2024年6月底", "date", "2024年6月底"),
        ("前三季度增长较快", "date", "前三季度"),
        ("二〇二四年八月二十二日", "date", "二〇二四年八月二十二日"),
        ("上午9时30分开始", "date", "9时30分"),
        ("S43机场高速通车", "name", "S43"),
        ("开启“强首府2.0”", "name", "2.0"),
        ("5A级景区两处", "name", "5A级"),
        ("谋划“十五五”规划", "name", "十五五"),
        ("二十届三中全会精神", "name", "二十届三中全会"),
        ("安全生产治本攻坚三年行动", "name", "三年"),
        ("打造8星社区党支部", "name", "8星"),
        ("张四家村党支部", "name", "四家"),
        ("第十九次会议听取报告", "ordinal", "第十九次"),
        ("一是政策梳理方面", "ordinal", "一是"),
        ("（三）国家战略", "ordinal", "（三）"),
        ("第二批特别国债", "ordinal", "第二批"),
        ("牢固树立一盘棋思想", "idiom", "一盘棋"),
        ("参观一件件文物", "idiom", "一件件"),
    ],
)
def test_what_is_no_quantity_has_its_class(text: str, kind: str, marked: str) -> None:
    """Dates, documents, names, ordinals and idioms are told apart."""
    assert (kind, marked) in [(hit.kind, hit.text) for hit in scan(text)]


@pytest.mark.parametrize(
    "text", ["统一部署", "进一步加强", "万一发生", "老百姓十分满意", "一般债券", "千方百计"]
)
def test_words_that_count_nothing_are_no_quantity(text: str) -> None:
    """A character of a numeral inside a word states no number."""
    assert [hit for hit in scan(text) if hit.kind == "quantity"] == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("三至五年", [3, 5], ["年", "年"]),
        ("63%~68%", [63, 68], ["%", "%"]),
        ("2×100万千瓦", [2, 100], ["", "万千瓦"]),
        ("“2+4”政策矩阵", [2, 4], ["", ""]),
        ("增速为-3.2%", [Fraction(-16, 5)], ["%"]),
        ("1亿2000万元", [12000], ["万元"]),
        ("三千多户", [3000], ["户"]),
        ("两个半月", [Fraction(5, 2)], ["个月"]),
    ],
)
def test_several_numbers_stand_together(text: str, value: list[int], unit: list[str]) -> None:
    """Ranges, expressions, signs, mixed magnitudes and halves are read exactly."""
    hits = [hit for hit in scan(text) if hit.kind == "quantity"]
    assert [hit.value for hit in hits] == value
    assert [hit.unit for hit in hits] == unit


def test_a_listing_that_a_number_sums_up_makes_it_a_quantity() -> None:
    """…等“六个工作机制” counts what was listed; “六个工程” alone is a name."""
    assert [hit.kind for hit in scan("季度报告、督查督办等“六个工作机制”")] == ["quantity"]
    assert [hit.kind for hit in scan("列为“六个工程”之首")] == ["name"]


@given(st.integers(min_value=0, max_value=10**15))
def test_numbers_in_characters_come_back(number: int) -> None:
    """What cn2an writes is read again as the same number."""
    assert chinese_value(an2cn(str(number))) == number


@given(st.integers(min_value=2, max_value=10**11))
def test_a_count_in_characters_is_found(number: int) -> None:
    """Value times magnitude of the unit is the number that was written."""
    hits = [hit for hit in scan(f"共有{an2cn(str(number))}个") if hit.kind == "quantity"]
    assert len(hits) == 1
    sizes = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "": 1}
    size = next(sizes[mark] for mark in sizes if hits[0].unit.startswith(mark))
    assert hits[0].value is not None
    assert hits[0].value * size == number


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["{:f}", "{:,f}"]),
    st.booleans(),
    st.sampled_from(["亿元", "%", "万千瓦", "个百分点", "户", "‰"]),
)
def test_a_formatted_number_is_parsed(number: Decimal, form: str, wide: bool, unit: str) -> None:
    """Separators and full-width digits do not change the value."""
    text = form.format(number)
    if wide:
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    hits = [hit for hit in scan(f"达到{text}{unit}。") if hit.kind == "quantity"]
    assert [(hit.value, hit.unit) for hit in hits] == [(Fraction(number), unit)]


@given(
    st.text(
        alphabet="一二三十百万亿个项年月日0129.,%第“”，。、 \n近余多至—（）号期级A", max_size=60
    )
)
def test_any_text_is_scanned_in_order(text: str) -> None:
    """Hits never overlap, keep to the text, and have the class and value that belong together."""
    end = 0
    for hit in scan(text):
        assert end <= hit.start < hit.numeral_end <= hit.end <= len(text)
        assert hit.text == text[hit.start : hit.end]
        assert hit.kind in KINDS
        assert (hit.value is not None) == (hit.kind == "quantity")
        end = hit.end


@given(st.text(max_size=80))
def test_places_stay_the_same(text: str) -> None:
    """Another spelling of a sign takes as many characters as the sign."""
    assert len(normal(text)) == len(text)


def test_decimals_in_characters_are_exact() -> None:
    """What follows 点 does not go through a float."""
    assert chinese_value("十二点五七") == Fraction(1257, 100)
    assert number_value("1,234.5") == Fraction(2469, 2)
    assert chinese_value("三三") is None


def test_a_digit_alone_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """cn2an takes long to load, and on many pages nothing longer stands in characters."""
    monkeypatch.setitem(sys.modules, "cn2an", None)
    read = chinese_value.__wrapped__
    values = [read(digit) for digit in "〇零一二两三四五六七八九"]
    assert values == [0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9]
    assert read("一点五") == Fraction(3, 2)
    with pytest.raises(ImportError):
        read("十一")


def test_the_lexicon_matches_its_own_words() -> None:
    """Every entry is matched by the pattern made of all, whatever shares its beginning."""
    for section in ("uncounted", "idiom", "name", "measures", "units", "date"):
        pattern = re.compile(alternation(words(section)))
        assert [w for w in words(section) if not pattern.match(w.partition("!")[0])] == []


def test_a_word_gives_way_to_what_follows() -> None:
    """十分 is a word, but not in 十分钟."""
    pattern = re.compile(alternation(["十分!之钟"]))
    assert pattern.match("十分满意")
    assert not pattern.match("十分钟")


def test_a_sentence_is_cut_out() -> None:
    """The sentence around a place, and no more than a part of a long one."""
    assert sentence("前一句。这里有36台。后一句。", 7) == "这里有36台。"
    assert len(sentence("长" * 500, 250)) <= 80


@pytest.mark.parametrize(
    "text",
    ["٣٤٥个", "1" * 5000, "一" * 5000, "十百千万" * 1000, "1,111" * 1000, "\n" * 5000, "亿一" * 9],
)
def test_strange_numerals_do_no_harm(text: str) -> None:
    """Digits of other scripts and numerals without end raise nothing and keep to the text."""
    assert all(hit.text == text[hit.start : hit.end] for hit in scan(text))
