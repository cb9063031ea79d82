"""Queries kept for the next time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ibis.expr.types as ir
import pytest
from ibis import _

from policybook import queries
from policybook.expression import unbound_tables
from policybook.queries import ENGINES, compile_table, decimal_places, remembering
from policybook.schema import Schema

Ask = Callable[[], list[str]]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dialects that are really compiled for, in turn."""
    done: list[str] = []
    real = queries._compiled

    def counted(expr: ir.Expr, dialect: str, places: queries.Places) -> str:
        done.append(dialect)
        return real(expr, dialect, places)

    monkeypatch.setattr(queries, "_compiled", counted)
    return done


@pytest.fixture
def ask(schemas: dict[str, Schema]) -> Ask:
    """One question put to each engine, made anew each time it is asked."""

    def asked(kind: str = "道路", column: str = "planned") -> list[str]:
        works = unbound_tables(schemas)["works"]
        table = works.filter(_.kind == kind).agg(sum=works[column].sum())
        return [compile_table(table, name, decimal_places(schemas)) for name in ENGINES]

    return asked


def test_the_same_question_is_compiled_once(ask: Ask, compiled: list[str], tmp_path: Path) -> None:
    """For each engine, and the next time not at all; what comes out is what was compiled."""
    with remembering(tmp_path / "kept" / "works.json"):
        first = [ask(), ask()]
    assert compiled == list(ENGINES)
    with remembering(tmp_path / "kept" / "works.json"):
        assert first == [ask(), ask()]
    assert compiled == list(ENGINES)
    assert ask() == first[0]


@pytest.mark.parametrize(
    "other", [("桥梁", "planned"), ("道路", "completed"), ("道路'", "planned")]
)
def test_another_question_is_compiled(
    other: tuple[str, str], ask: Callable[..., list[str]], compiled: list[str], tmp_path: Path
) -> None:
    """Another text or column is never taken for what is known."""
    kept = tmp_path / "works.json"
    with remembering(kept):
        ask()
    with remembering(kept):
        told = ask(*other)
    assert compiled == [*ENGINES, *ENGINES]
    assert told == ask(*other)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"compiler": "older", "queries": {}}'])
def test_what_another_program_kept_is_not_used(
    content: str, ask: Ask, compiled: list[str], tmp_path: Path
) -> None:
    """Nor what is no JSON: queries are compiled again, and kept."""
    kept = tmp_path / "works.json"
    kept.write_text(content, encoding="utf-8")
    for _time in range(2):
        with remembering(kept):
            ask()
    assert compiled == list(ENGINES)


def test_only_what_was_asked_last_is_kept(ask: Callable[..., list[str]], tmp_path: Path) -> None:
    """Questions of editions long past do not pile up."""
    kept = tmp_path / "works.json"
    sizes = []
    for kind in ("甲", "乙", "丙"):
        with remembering(kept):
            ask(kind)
        sizes.append(kept.stat().st_size)
    assert len(set(sizes)) == 1


def test_nothing_is_kept_without_a_file(ask: Ask, compiled: list[str]) -> None:
    """As with ``--no-cache``."""
    for _time in range(2):
        with remembering(None):
            ask()
    assert compiled == [*ENGINES, *ENGINES]
