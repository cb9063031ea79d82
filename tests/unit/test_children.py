"""Forked children: their answers, their failures, and how many are at work."""

from __future__ import annotations

import gc
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from policybook.children import run, start
from policybook.errors import ChildError, NotebookError, error


def test_answers_come_in_the_order_of_the_tasks() -> None:
    """The quickest child does not come first."""

    def answer(number: int) -> int:
        time.sleep(0.05 * (3 - number))
        return number

    tasks = [partial(answer, number) for number in range(4)]
    assert [child.result() for child in run(tasks, 4)] == [0, 1, 2, 3]


def test_a_child_does_not_change_its_parent() -> None:
    """What a task does to modules and variables stays with it."""
    kept: list[int] = []
    start(lambda: kept.append(1)).result()
    assert kept == []


def test_a_child_finalizes_nothing_of_its_parent(tmp_path: Path) -> None:
    """Garbage of the parent is not collected in the child, which lacks its threads."""

    class Held:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            (tmp_path / f"{os.getpid()}").touch()

    def collect() -> int:
        gc.collect()
        return os.getpid()

    gc.disable()
    try:
        Held()
        child = start(collect).result()
    finally:
        gc.enable()
    assert not (tmp_path / f"{child}").exists()
    gc.collect()
    assert (tmp_path / f"{os.getpid()}").exists()


def test_a_large_answer_arrives_whole() -> None:
    """An answer may be larger than what a pipe holds."""
    assert len(start(lambda: "字" * 3_000_000).result()) == 3_000_000


def test_an_exception_is_raised_where_the_answer_is_wanted() -> None:
    """Findings of a child are those of its parent."""

    def fail() -> None:
        raise NotebookError(error("notebook.failed", "here", "broken.", "mend it."))

    with pytest.raises(NotebookError) as caught:
        start(fail).result()
    assert [finding.code for finding in caught.value.findings] == ["notebook.failed"]


def test_a_killed_child_is_an_error() -> None:
    """A child that ends without an answer is not waited for."""
    with pytest.raises(ChildError, match="-9"):
        start(lambda: os.kill(os.getpid(), signal.SIGKILL)).result()


def test_no_more_children_than_jobs_are_at_work(tmp_path: Path) -> None:
    """Each finds no more at work than there are jobs, itself counted."""

    def work(number: int) -> int:
        mark = tmp_path / f"{number}"
        mark.touch()
        seen = len(list(tmp_path.iterdir()))
        time.sleep(0.05)
        mark.unlink()
        return seen

    seen = [child.result() for child in run([partial(work, n) for n in range(6)], 2)]
    assert max(seen) == 2


def test_who_gives_up_leaves_no_child_at_work(tmp_path: Path) -> None:
    """Children at work are stopped when the answers are no longer wanted."""

    def work(number: int) -> None:
        time.sleep(0.01 if number == 0 else 5)
        (tmp_path / f"{number}").touch()

    answers = run([partial(work, number) for number in range(3)], 2)
    next(answers).result()
    answers.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["0"]
