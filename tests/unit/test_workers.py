"""Jobs packed, done elsewhere and answered, without a cluster."""

from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from distributed import KilledWorker

from policybook.cluster import client
from policybook.cluster.apart import obey, ordered, perform
from policybook.cluster.versions import differing, versions
from policybook.errors import ChildError, ClusterError, LedgerError, SiteError, error, note
from policybook.sending import Made, receive
from policybook.vendored import sqlite_digest
from policybook.workers import Answer, Job, do, pack, unpack


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a file in a folder, and an empty folder."""
    folder = tmp_path / "source"
    (folder / "data/空").mkdir(parents=True)
    (folder / "data/台账.csv").write_bytes("编号\r\n一\n".encode())
    return folder


def test_what_is_unpacked_is_what_was_packed(source: Path, tmp_path: Path) -> None:
    """Bytes, names in Chinese and empty folders; parts come under their own names."""
    packed = pack({"root/data": source / "data", "a.csv": source / "data/台账.csv"})
    unpack(packed, tmp_path / "there")
    found = tmp_path / "there/root/data"
    assert (found / "空").is_dir()
    expected = (source / "data/台账.csv").read_bytes()
    assert (found / "台账.csv").read_bytes() == expected
    assert (tmp_path / "there/a.csv").read_bytes() == expected


def test_nothing_is_unpacked_outside_of_its_folder(tmp_path: Path) -> None:
    """Names that lead elsewhere come to lie within."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../outside", "")
        archive.writestr("/absolute", "")
    unpack(packed.getvalue(), tmp_path / "inside")
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert {path.name for path in (tmp_path / "inside").iterdir()} == {"outside", "absolute"}


def _fail(folder: Path) -> None:
    (folder / "broken").mkdir()
    (folder / "broken/kept").write_text("here", encoding="utf-8")
    place = f"{folder}/data/a.csv"
    raise LedgerError(error("x", place, f"{folder}/broken/kept", f"{folder}/other"))


def test_findings_name_places_of_the_sender(source: Path, tmp_path: Path) -> None:
    """What a failing job says and leaves is as if it had failed at the sender's."""
    mine = tmp_path / "mine"
    places = (("broken", str(mine / "failed")), ("", str(mine)))
    job = Job(_fail, places, "broken")
    answer = pickle.loads(pickle.dumps(do(job, pack({"": source}), tmp_path / "there")))
    with pytest.raises(LedgerError) as caught:
        answer.result(job)
    expected = error("x", f"{mine}/data/a.csv", f"{mine}/failed/kept", f"{mine}/other")
    assert caught.value.findings == [expected]
    assert (mine / "failed/kept").read_text(encoding="utf-8") == "here"


def test_any_other_failure_is_raised_at_the_sender(tmp_path: Path) -> None:
    """A fault of the program itself is not hidden, and leaves nothing."""
    job = Job(partial(int, "x"), (), "broken")  # the folder is no base
    with pytest.raises(TypeError):
        do(job, pack({}), tmp_path / "there").result(job)


def test_a_job_is_done_in_a_process_of_its_own(source: Path) -> None:
    """It finds its folder, and its answer comes back."""
    job = Job(os.listdir, (), "broken")
    packed = perform(pack({"": source}), ordered(job, "", versions()))
    answer: Answer[list[str]] = pickle.loads(packed)
    assert answer.result(job) == ["data"]


def test_a_process_that_ends_without_an_answer_is_told() -> None:
    """As when memory is short; the worker itself lives on."""
    job = Job(sys.exit, (), "broken")
    with pytest.raises(ChildError):
        pickle.loads(perform(pack({}), ordered(job, "", versions()))).result(job)


def test_an_order_that_cannot_be_read_is_told() -> None:
    """The process beside the worker ends, and the worker says so."""
    with pytest.raises(ChildError):
        perform(b"", b"no order")


def test_a_job_of_another_program_is_not_even_read() -> None:
    """A worker that came after the others were asked refuses by itself."""
    order = pickle.dumps(({**versions(), "policybook": "another"}, "", b"unreadable"))
    with pytest.raises(ClusterError) as caught:
        pickle.loads(obey(b"", order)).result(Job(os.listdir, (), "broken"))
    assert "policybook（本机 another，那里 " in caught.value.findings[0].message


class _Lost:
    """A client whose workers die of every job; it stands for its futures too."""

    def scheduler_info(self) -> dict[str, Any]:
        return {"workers": {"tcp://a:1": {}, "tcp://b:2": {}}}

    def run(self, function: Callable[[], Any], on_error: str) -> dict[str, Any]:
        return {"tcp://a:1": function(), "tcp://b:2": OSError("lost just now")}

    def submit(self, *_: Any, **__: Any) -> _Lost:
        return self

    def result(self, timeout: float) -> bytes:
        raise KilledWorker("job", None, 3)


def test_a_job_that_every_worker_dies_of_is_a_finding() -> None:
    """Dask gives up after some workers; a worker lost while versions are asked stops nothing."""
    said: list[str] = []
    workers = client.DaskWorkers(cast(Any, _Lost()), "tcp://s:1", said.append)
    (result,) = workers.run([Job(os.listdir, (), "broken")], b"")
    with pytest.raises(ClusterError) as caught:
        result()
    assert [one.code for one in caught.value.findings] == ["cluster.killed"]
    assert said == ["交给 tcp://s:1 的 2 个 Dask worker：1 件"]


def test_versions_are_those_of_all_required_packages() -> None:
    """Of packages that are required by others too; not of tools for development."""
    found = versions()
    assert {"policybook", "Python", "SQLite", "duckdb", "sphinx", "tornado"} <= found.keys()
    assert not {"pytest", "ruff"} & found.keys()
    assert differing(found, found) == []
    assert differing({"a": "1"}, {"b": "2"}) == ["a（本机 1，那里 没有）", "b（本机 没有，那里 2）"]


def test_sqlite_for_browsers_is_part_of_the_versions(tmp_path: Path) -> None:
    """A worker without it would make pages that cannot recompute."""
    assert sqlite_digest(tmp_path) == ""
    (tmp_path / "dist").mkdir()
    for name in ("index.mjs", "sqlite3.wasm"):
        (tmp_path / "dist" / name).write_bytes(b"1")
    first = sqlite_digest(tmp_path)
    (tmp_path / "dist/index.mjs").write_bytes(b"2")
    assert len({"", first, sqlite_digest(tmp_path)}) == 3


@pytest.mark.parametrize("sums", ["", "0  a.html\n"], ids=["none", "wrong"])
def test_a_damaged_release_is_not_put_in_place(tmp_path: Path, sums: str) -> None:
    """What arrives must agree with its own digests."""
    made = tmp_path / "made"
    made.mkdir()
    (made / "a.html").write_text("a", encoding="utf-8")
    if sums:
        (made / "SHA256SUMS").write_text(sums, encoding="utf-8")
    with pytest.raises(SiteError, match=r"cluster\.damaged"):
        receive(Made([note("a", "b", "c", "d")], pack({"": made})), tmp_path / "release")
