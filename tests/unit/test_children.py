"""Forked children: their answers, their failures, and how many are at work."""

from __future__ import annotations

import gc
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from policybook.children import beside, run, start
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


def test_work_of_the_parent_is_done_beside_the_last(tmp_path: Path) -> None:
    """Once, when all are started; a task is started before the answer ahead of it is taken."""
    parent: list[list[str]] = []

    def work(number: int) -> int:
        (tmp_path / f"{number}").touch()
        time.sleep(0.05)
        return number

    def meanwhile() -> None:
        for _moment in range(1000):  # a fork takes its time under load
            if (tmp_path / "2").exists():
                break
            time.sleep(0.01)
        parent.append(sorted(path.name for path in tmp_path.iterdir()))

    children = run([partial(work, number) for number in range(3)], 2, meanwhile)
    assert next(children).result() == 0
    assert parent == [["0", "1", "2"]]
    assert [child.result() for child in children] == [1, 2]
    assert len(parent) == 1


def test_who_gives_up_leaves_no_child_at_work(tmp_path: Path) -> None:
    """Children at work are stopped when the answers are no longer wanted."""

    def work(number: int) -> None:
        time.sleep(0.01 if number == 0 else 5)
        (tmp_path / f"{number}").touch()

    answers = run([partial(work, number) for number in range(3)], 2)
    next(answers).result()
    answers.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["0"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_done_beside_answers_in_order(jobs: int) -> None:
    """With one job it is done after the body, in this process."""
    with beside([partial(pow, 2, number) for number in range(3)], jobs) as answers:
        assert answers() == [1, 2, 4]
    with beside([os.getpid], jobs) as answers:
        pass
    assert (answers() == [os.getpid()]) == (jobs == 1)


def test_leaving_waits_for_what_is_done_beside(tmp_path: Path) -> None:
    """Nobody has to ask."""

    def work() -> None:
        time.sleep(0.05)
        (tmp_path / "done").touch()

    with beside([work], 2):
        pass
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_beside_is_raised_on_leaving(jobs: int) -> None:
    """The body cannot miss it."""

    def fail() -> None:
        raise NotebookError(error("notebook.failed", "here", "broken.", "mend it."))

    with pytest.raises(NotebookError), beside([fail], jobs):
        pass


def test_who_fails_leaves_nothing_at_work_beside(tmp_path: Path) -> None:
    """What is done beside a body that fails is stopped, or not begun."""

    def work() -> None:
        time.sleep(5)
        (tmp_path / "done").touch()

    for jobs in (1, 2):
        with pytest.raises(KeyError), beside([work], jobs):
            raise KeyError
    assert not list(tmp_path.iterdir())


def test_the_body_goes_before_what_is_done_beside_it() -> None:
    """A core that both want is rather the body's."""
    with beside([partial(os.nice, 0)], 2) as answers:
        assert answers()[0] > os.nice(0)
