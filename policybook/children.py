"""Work done in forked children of this process. floor: children.

A fork has every module that was imported before it, and leaves nothing behind: notebooks
stay apart from each other without each starting an interpreter of its own.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from policybook.errors import ChildError

T = TypeVar("T")

FORKS = sys.platform == "linux"
"""Elsewhere a fork is missing, or unsafe under system libraries."""

_BEHIND = 5
"""How much nicer than its body is what is done beside it: a third of the weight."""


@dataclass(frozen=True)
class Child(Generic[T]):
    """A task at work in a process of its own."""

    process: BaseProcess
    answers: Connection[Any, Any]

    def result(self) -> T:
        """What the task returned; raises what it raised, or :class:`ChildError`."""
        try:
            raised, answer = self.answers.recv()
        except EOFError:
            self.process.join()
            raise ChildError(f"子进程中断（{self.process.exitcode}）") from None
        finally:
            self.answers.close()
        self.process.join()
        if raised:
            raise answer
        found: T = answer
        return found

    def stop(self) -> None:
        """End the child, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.answers.close()


def start(task: Callable[[], T]) -> Child[T]:
    """A task started in a forked child; its result and exceptions must pickle."""
    context = multiprocessing.get_context("fork")
    answers, mine = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(task, mine))
    process.start()
    mine.close()
    return Child(process, answers)


def _answer(task: Callable[[], Any], answers: Connection[Any, Any]) -> None:
    # What is garbage here belongs to the parent: its connections and threads are not in a fork,
    # and a finalizer that looks for them crashes.
    gc.freeze()
    try:
        answer = (False, task())
    except Exception as problem:
        answer = (True, problem)
    answers.send(answer)


@contextmanager
def beside(tasks: Sequence[Callable[[], T]], jobs: int) -> Iterator[Callable[[], list[T]]]:
    """All tasks at work beside the body; after it with one job or no forks.

    The body goes first where there is less than a core for each: others wait for it.
    Gives what waits for their answers, as leaving does. Who leaves by an error leaves none at work.
    """
    behind = [partial(_behind, task) for task in tasks]
    children = [start(task) for task in behind] if jobs > 1 and FORKS else []
    found: list[T] = []

    def answers() -> list[T]:
        if not found:
            found.extend([child.result() for child in children] or [task() for task in tasks])
        return found

    try:
        yield answers
        answers()
    except BaseException:
        for child in children:
            child.stop()
        raise


def _behind(task: Callable[[], T]) -> T:
    os.nice(_BEHIND)
    return task()


def run(
    tasks: Sequence[Callable[[], T]], jobs: int, meanwhile: Callable[[], object] | None = None
) -> Iterator[Child[T]]:
    """Each task's child, finished, in the order of the tasks; ``jobs`` at a time.

    ``meanwhile``: done here when the last has been started, before it is waited for.
    When the caller gives up, the children that are at work are stopped.
    """
    waiting = list(enumerate(tasks))[::-1]
    working: dict[Connection[Any, Any], int] = {}
    children: dict[int, Child[T]] = {}
    done: set[int] = set()
    asked = 0
    try:
        while asked < len(tasks):
            while waiting and len(working) < jobs:
                number, task = waiting.pop()
                children[number] = start(task)
                working[children[number].answers] = number
            if meanwhile and not waiting:
                meanwhile()
                meanwhile = None
            while asked in done:  # while the next are at work
                yield children[asked]
                asked += 1
            ready = wait(list(working)) if working else []
            done.update(working.pop(answers) for answers in list(working) if answers in ready)
    finally:
        for number in working.values():
            children[number].stop()


def answers(tasks: Sequence[Callable[[], T]], jobs: int) -> Iterator[T]:
    """The tasks' answers in their order: from children, or from here with one job or no forks."""
    if jobs == 1 or not FORKS:
        yield from (task() for task in tasks)
    else:
        yield from (child.result() for child in run(tasks, jobs))
