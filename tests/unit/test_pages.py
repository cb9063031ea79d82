"""What a page displays, read for checking."""

from __future__ import annotations

import pytest

from policybook.pages import Span, read_page, read_text


def test_facts_are_read_with_their_variant() -> None:
    """Id, variant and text, whatever tags are inside."""
    page = read_page(
        '<p>率<a class="stat" data-stat="a.rate" href="x"><span>97</span>%</a>，'
        '<span data-stat="a.rate" data-show="number">97</span><br>'
        '<span data-fact="b.name">&lt;b&gt; &amp; 余</span></p>'
    )
    assert page.facts == [
        ("a.rate", "display", "97%"),
        ("a.rate", "number", "97"),
        ("b.name", "display", "<b> & 余"),
    ]


def test_a_fact_inside_another_is_read_too() -> None:
    """Nesting hides nothing."""
    page = read_page('<div data-stat="a.all">共<b data-stat="a.part">3</b>项</div>')
    assert page.facts == [("a.all", "display", "共3项"), ("a.part", "display", "3")]


def test_cells_are_read_with_ledger_and_record() -> None:
    """A cell belongs to the record and ledger around it."""
    page = read_page(
        '<table data-ledger="works"><tr data-record="road"><td data-column="planned">200</td>'
        '<td data-column="note"></td></tr><tr data-record="lanes">'
        '<td data-column="planned">1<img src="x">00</td></tr></table>'
        '<p data-column="planned">5</p>'
    )
    assert page.cells == [
        ("works", "road", "planned", "200"),
        ("works", "road", "note", ""),
        ("works", "lanes", "planned", "100"),
        ("", "", "planned", "5"),
    ]


def test_figures_are_read_by_rows() -> None:
    """A figure's table gives its headings and rows; other tables do not mix in."""
    page = read_page(
        "<table><tr><td>9</td></tr></table>"
        '<table data-figure="one"><thead><tr><th>名称</th><th>数</th></tr></thead>'
        "<tbody><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td></td></tr></tbody></table>"
        '<table data-figure="two"><tr><td>丙</td></tr></table><table><tr><td>8</td></tr></table>'
    )
    assert page.figures == [("one", [["名称", "数"], ["甲", "1"], ["乙", ""]]), ("two", [["丙"]])]


def test_a_figure_without_rows_is_still_there() -> None:
    """A table emptied by hand shows as one without rows."""
    assert read_page('<table data-figure="one"></table>').figures == [("one", [])]


def test_unclosed_tags_hide_nothing() -> None:
    """An end tag closes what was left open inside it."""
    page = read_page('<div data-stat="a.b"><p>3<b>项</div><span data-stat="c.d">4</span>')
    assert page.facts == [("a.b", "display", "3项"), ("c.d", "display", "4")]


def test_scripts_are_text_and_not_tags() -> None:
    """What a script writes is not on the page."""
    page = read_page("<script>x = '<b data-stat=\"a.b\">3</b>'</script><p>4</p>")
    assert page.facts == []


def test_each_table_of_a_figure_is_read() -> None:
    """A right table further down does not hide a wrong one."""
    page = read_page(
        '<table data-figure="one"><tr><td>9</td></tr></table>'
        '<table data-figure="one"><tr><td>8</td></tr></table>'
    )
    assert page.figures == [("one", [["9"]]), ("one", [["8"]])]


@pytest.mark.parametrize("html", ["", "<!-- 3 -->"])
def test_what_is_no_page_is_said(html: str) -> None:
    """A page emptied by hand is an error, and no page that shows nothing."""
    with pytest.raises(ValueError, match="empty"):
        read_page(html)


def test_visible_text_has_blocks_on_lines_and_owners() -> None:
    """Blanks collapse, what is hidden is left out, marks say what answers for a part."""
    page = read_text(
        '<article><p>共 <b data-stat="a.b">3</b>\n 项<br>余</p><script>9</script><p hidden>8</p>'
        '<div class="cell"><pre>7</pre></div><img src="x.svg" alt="图">'
        "<code>v<i>1</i></code></article>"
    )
    assert page.text == "共 3 项\n余\n图\nv1\n"
    assert set(page.spans) == {
        Span(2, 3, "fact", "a.b", "display"),
        Span(8, 9, "alt", "x.svg", ""),
        Span(10, 12, "code", "v1", ""),
        Span(0, 12, "article", "", ""),
    }
