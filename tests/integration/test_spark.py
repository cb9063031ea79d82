"""The same statistics in Spark: equal facts, ledgers written once, errors that are findings."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from policybook.engines import spark
from policybook.engines.spark import Spark, read_address, stop_sessions
from policybook.errors import EngineError, LedgerError, UsageError
from tests.conftest import PERIOD, ROOT
from tests.integration import traps
from tests.integration.city import found_city
from tests.integration.elsewhere import computed, run
from tests.integration.quarters import NEWEST, QUARTERS, City

COUNT = "SELECT COUNT(*) FROM `order`"
DEFAULTS = """\
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.ansi.enabled false
spark.sql.parquet.datetimeRebaseModeInRead LEGACY
"""
"""An installation's own: for many small questions less is compiled; the rest must not matter."""
FORK = f"""
import os, sys
from policybook.engines.spark import Spark
from tests.integration import traps

engine = Spark(sys.argv[1], traps.TEXTS, traps.SCHEMAS)
count = [(len(traps.rows()),)]
assert engine.query("{COUNT}") == count
child = os.fork()
if not child:
    os._exit(engine.query("{COUNT} WHERE `select` = 'a'") != [(2,)])
assert os.waitpid(child, 0)[1] == 0
assert engine.query("{COUNT}") == count
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A session for this module, and its folder of ledgers."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.delenv(spark.SESSION, raising=False)
        yield f"spark://local?folder={folder}/ledgers"
        stop_sessions()


def files_of(address: str) -> list[Path]:
    """The files that an engine keeps, and none that are half written."""
    return sorted(read_address(address)[1].iterdir())


def test_the_real_edition_is_the_same(address: str) -> None:
    """All facts and figures, with values, queries, records and cells."""
    assert computed(ROOT, PERIOD, address) == computed(ROOT, PERIOD, "")


def test_quarters_compared_are_the_same(address: str, tmp_path: Path) -> None:
    """Comparisons with earlier quarters, which are computed there too."""
    city = City(tmp_path / "city", QUARTERS)
    city.change("2031Q1", "30,24", "30,21")
    city.change("2031Q4", "40,40,1.25", "40,38,1.75")
    here = computed(city.root, NEWEST, "")
    assert computed(city.root, NEWEST, address) == here
    assert any("earlier" in {part.ledger for part in fact.operands} for fact in here[0].values())


def test_a_build_is_the_same(address: str, tmp_path: Path) -> None:
    """The notebooks share one session, and the facts are the same to the byte."""
    city = found_city(tmp_path / "city")
    for name, engine in (("here", ""), ("there", address)):
        result = run("build", "--root", city, "--out", tmp_path / name, "--engine", engine)
        assert result.exit_code == 0, result.stderr
    facts = [(tmp_path / name / "2031Q1/facts.json").read_bytes() for name in ("here", "there")]
    assert facts[0] == facts[1]


def test_traps_are_answered_alike(address: str) -> None:
    """Filters and sums that an escape, a calendar or 64 bits would change."""
    asked, wrong = traps.differences(Spark(address, traps.TEXTS, traps.SCHEMAS), every=4)
    assert wrong == []
    assert asked > 60


def test_a_ledger_is_written_once(address: str) -> None:
    """The same content is found again, another is another file."""
    Spark(address, traps.TEXTS, traps.SCHEMAS).query(COUNT)
    before = {path: path.stat().st_mtime_ns for path in files_of(address)}
    Spark(address, traps.TEXTS, traps.SCHEMAS).query(COUNT)
    assert {path: path.stat().st_mtime_ns for path in files_of(address)} == before
    changed = {traps.NAME: traps.TEXTS[traps.NAME].replace("it's", "its")}
    assert Spark(address, changed, traps.SCHEMAS).query(COUNT) == [(len(traps.rows()),)]
    assert len(files_of(address)) == len(before) + 1


def test_a_wrong_cell_is_told(address: str) -> None:
    """As everywhere, and nothing is kept of its ledger."""
    text = {traps.NAME: traps.TEXTS[traps.NAME].replace("9223372036854775807", "九")}
    with pytest.raises(LedgerError) as caught:
        Spark(address, text, traps.SCHEMAS).query(COUNT)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("ledger.type", "data/order.csv")


def test_too_large_a_number_is_an_error(address: str) -> None:
    """Spark would wrap it around, were it not told otherwise."""
    query = "SELECT CAST(9223372036854775807 AS BIGINT) + 1"
    with pytest.raises(EngineError, match=r"engine\.query.*OVERFLOW"):
        Spark(address, {}, {}).query(query)


def test_a_fork_has_its_own_connection(address: str) -> None:
    """A child asks the same session, and its parent goes on."""
    Spark(address, {}, {}).query("SELECT 1")
    done = subprocess.run([sys.executable, "-c", FORK, address], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_a_session_that_ends_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks it then is told, and starting again is the remedy."""
    engine = Spark(address, {}, {})
    engine.query("SELECT 1")
    monkeypatch.setattr(spark, "_connections", {key: Closed() for key in spark._connections})
    with pytest.raises(EngineError, match=r"engine\.query.*中途停止"):
        engine.query("SELECT 1")


class Closed:
    """A connection whose other end is gone."""

    def send(self, _: object) -> None:
        """As a socket does then."""
        raise BrokenPipeError


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session is known to this process."""
    monkeypatch.setenv(spark.SESSION, "")


@pytest.mark.usefixtures("nothing_runs")
def test_no_java_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The finding says what to install."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"engine\.missing.*Java.*default-jre-headless"):
        Spark("spark://local", {}, {}).query("SELECT 1")


@pytest.mark.usefixtures("nothing_runs")
def test_a_missing_pyspark_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The finding says how to get it."""
    monkeypatch.setattr(spark, "INSTALLED", tmp_path)
    with pytest.raises(EngineError, match=r"engine\.missing.*PySpark.*policybook\[spark\]"):
        Spark("spark://local", {}, {}).query("SELECT 1")


@pytest.mark.usefixtures("nothing_runs")
def test_a_java_that_does_not_start_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With what is known of the reason."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    result = run("check", PERIOD, "--root", ROOT, "--engine", "spark://local")
    assert result.exit_code == 1
    assert "engine.connect" in result.stderr
    assert "JAVA_GATEWAY_EXITED" in result.stderr
    assert "Traceback" not in result.stderr


def test_pyspark_beside_pandera_is_quiet(tmp_path: Path) -> None:
    """Who installs it in one environment sees nothing of what it says of pandas."""
    command = [sys.executable, "-m", "policybook", "check", "--root", found_city(tmp_path / "city")]
    environment = {**os.environ, "PYTHONPATH": str(spark.INSTALLED)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Warning" not in done.stderr


def test_a_session_ends_with_whoever_started_it(address: str) -> None:
    """Even if that is killed, process and files are gone."""
    started = """
import os, signal, sys
from policybook.engines import spark
os.environ[spark.SESSION] = ""
spark.Spark(sys.argv[1], {}, {}).query("SELECT 1")
print(spark._sessions[0][2], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", started, address]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    scratch = Path(done.stdout.strip())
    assert scratch.name.startswith("pb-spark-")
    end = time.monotonic() + 60
    while scratch.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not scratch.exists()


def test_wrong_addresses_are_wrong_use() -> None:
    """A cluster needs a folder that its machines share; other options are unknown."""
    for wrong in ("spark://host:7077", "spark://local?memory=4g", "spark://local?folder=a&b=c"):
        with pytest.raises(UsageError, match=r"engine\.address"):
            read_address(wrong)
    assert run("check", PERIOD, "--root", ROOT, "--engine", "spark://host:7077").exit_code == 2


def test_ledgers_lie_in_the_cache_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The master and the folder of each form of address."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert read_address("spark://local") == ("local[*]", Path("/cache/policybook/ledgers"))
    assert read_address("spark://h:7077?folder=/nfs") == ("spark://h:7077", Path("/nfs"))
