"""Editions made by a Dask cluster of separate processes, some of which are killed at work."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from policybook.cli import app
from policybook.cluster import client
from tests.conftest import ROOT
from tests.integration.city import PERIODS, VISITS_CELLS, found_city, write_notebook
from tests.integration.cluster import Cluster, Trap, cluster

CHAPTER = "08_grassroots.ipynb"


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """A scheduler; what workers it has is the matter of each test."""
    with cluster() as found:
        yield found


@pytest.fixture
def working(running: Cluster) -> Cluster:
    """With two workers: one as Dask starts it, and one without a nanny."""
    if not running.workers:
        running.start_worker()
    if len(running.workers) < 2:
        running.start_worker("--no-nanny")
    return running


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    """What a worker is caught in."""
    return Trap(tmp_path_factory.mktemp("trap") / "set")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, trap: Trap) -> Path:
    """Two editions, built on this machine alone."""
    root = found_city(tmp_path_factory.mktemp("cluster") / "city", PERIODS)
    write_notebook(root / "notebooks" / CHAPTER, "来访的计算", {**VISITS_CELLS, "trap": trap.cell})
    result = build(root)
    assert result.exit_code == 0, result.output
    return root


def build(root: Path, *options: str) -> Result:
    """``policybook build`` with nothing kept."""
    return CliRunner().invoke(app, ["build", *options, "--root", str(root), "--no-cache"])


def built(site: Path) -> dict[str, bytes]:
    """All files of a site."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def test_editions_are_the_same_though_a_worker_is_lost(
    city: Path, trap: Trap, working: Cluster, tmp_path: Path
) -> None:
    """A worker killed in the middle of a notebook: another makes its edition, byte for byte."""
    with trap.killing(working):
        result = build(city, "--out", str(tmp_path / "site"), "--scheduler", working.address)
    assert result.exit_code == 0, result.output
    assert len(working.workers) == 1
    assert built(tmp_path / "site") == built(city / "_build/site")


def test_notebooks_of_one_edition_are_the_same_though_a_worker_is_lost(
    city: Path, trap: Trap, working: Cluster, tmp_path: Path
) -> None:
    """Of a single edition the notebooks are given out, and a lost one is run again."""
    command = (PERIODS[0], "--out", str(tmp_path / "site"), "--scheduler", working.address)
    with trap.killing(working):
        result = build(city, *command)
    assert result.exit_code == 0, result.output
    assert len(working.workers) == 1
    assert built(tmp_path / "site" / PERIODS[0]) == built(city / "_build/site" / PERIODS[0])


def test_without_workers_left_nothing_is_changed(
    city: Path, trap: Trap, working: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All workers killed in the middle of the work: a finding, and no edition half written."""
    monkeypatch.setattr(client, "PATIENCE", 1.0)
    with trap.killing(working, whom="all"):
        result = build(city, "--out", str(tmp_path / "site"), "--scheduler", working.address)
    assert result.exit_code == 1
    assert "错误 [cluster.no-workers] tcp://127.0.0.1:" in result.output
    assert "dask worker" in result.output
    assert built(tmp_path / "site") == {}


def test_without_a_scheduler_nothing_is_changed(city: Path, trap: Trap, tmp_path: Path) -> None:
    """A scheduler killed in the middle of the work: a finding, and nothing of Dask's own."""
    with cluster() as found:
        found.start_worker("--no-nanny")
        command = (PERIODS[0], "--out", str(tmp_path / "site"), "--scheduler", found.address)
        with trap.killing(found, whom="scheduler"):
            result = build(city, *command)
            found.stop()
    assert result.exit_code == 1
    assert result.output.startswith("错误 [cluster.lost] tcp://127.0.0.1:")
    assert "Traceback" not in result.output
    assert built(tmp_path / "site") == {}


@pytest.mark.parametrize("periods", [PERIODS, PERIODS[:1]], ids=["editions", "notebooks"])
def test_findings_are_those_of_this_machine(
    city: Path, working: Cluster, tmp_path: Path, periods: tuple[str, ...]
) -> None:
    """What fails there is told, and left for inspection, as if it had failed here."""
    root = Path(shutil.copytree(city, tmp_path / "city"))
    failing = {**VISITS_CELLS, "failing": "1 / 0"}
    write_notebook(root / "notebooks" / CHAPTER, "来访的计算", failing)
    here = build(root, *periods)
    assert here.exit_code == 1
    assert "ZeroDivisionError" in here.output
    left = built(root / "_build/broken")
    assert len(left) == 1
    before = built(root / "_build/site")
    shutil.rmtree(root / "_build/broken")
    there = build(
        root, *periods, "--scheduler", working.address if len(periods) > 1 else client.LOCAL
    )
    assert (there.exit_code, there.output) == (here.exit_code, here.output)
    assert built(root / "_build/broken").keys() == left.keys()
    assert built(root / "_build/site") == before


def test_a_worker_with_another_program_is_refused(
    city: Path, working: Cluster, tmp_path: Path
) -> None:
    """One that would make other pages is named with what differs, and nothing is sent."""
    other = tmp_path / "other"
    shutil.copytree(ROOT / "policybook", other / "policybook")
    with (other / "policybook/static/policybook.css").open("a", encoding="utf-8") as style:
        style.write("\n")
    working.start_worker("--no-nanny", PYTHONPATH=str(other))
    try:
        working.await_workers(3)
        result = build(city, "--out", str(tmp_path / "site"), "--scheduler", working.address)
    finally:
        working.kill(working.workers[-1])
    assert result.exit_code == 1
    assert "错误 [cluster.version] tcp://127.0.0.1:" in result.output
    assert "policybook（本机 " in result.output
    assert built(tmp_path / "site") == {}


def test_a_scheduler_that_does_not_answer_is_a_finding(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens, or not with a certificate that we have."""
    monkeypatch.setattr(client, "CONNECT", 1.0)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        for protocol in ("tcp", "tls"):
            address = f"{protocol}://127.0.0.1:{bound.getsockname()[1]}"
            result = build(city, "--scheduler", address)
            assert result.exit_code == 1
            assert f"错误 [cluster.unreachable] {address}\n" in result.output


def test_wrong_use_is_told(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is none, and Dask that is not installed."""
    result = build(city, "--scheduler", "http://example.org")
    assert (result.exit_code, "[cluster.address] http://example.org" in result.output) == (2, True)
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = build(city, "--scheduler", "tcp://127.0.0.1:1")
    assert (result.exit_code, "pip install 'policybook[dask]'" in result.output) == (2, True)
