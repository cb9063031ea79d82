"""The public commands: help with an example, exit statuses, the shapes of --json."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from policybook.cli import app
from policybook.errors import Finding
from policybook.model import Cell, Fact, Operand
from tests.conftest import PERIOD, ROOT

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
RATE = "safety.hazards_rate"


def run(*arguments: object) -> Result:
    """A command in this process, on a wide terminal without colours."""
    environment = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    result = CliRunner().invoke(app, list(map(str, arguments)), env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def test_the_promised_commands_are_there() -> None:
    """What this release promises; more may come."""
    assert {"build", "check", "verify", "trace", "serve"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    """--help says what the command is for and gives an example that names it."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert re.search(rf"例：policybook {command}\b", result.stdout), result.stdout
    assert "Usage: " in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_wrong_use(command: str) -> None:
    """Exit status 2, and the option is named."""
    result = run(command, "--colour")
    assert result.exit_code == 2
    assert "--colour" in result.stderr


def test_no_command_shows_the_list() -> None:
    """Without a command all of them are listed, one line each; it is no success."""
    result = run()
    assert result.exit_code == 2
    assert all(command in result.output for command in COMMANDS)
    assert run("--help").exit_code == 0


def test_an_unknown_command_is_wrong_use() -> None:
    """Exit status 2, and the command is named."""
    result = run("publish")
    assert result.exit_code == 2
    assert "publish" in result.stderr


def test_check_passes_on_the_real_data() -> None:
    """Exit status 0: text for people, an empty list for machines."""
    result = run("check", PERIOD, "--root", ROOT)
    assert (result.exit_code, result.stderr) == (0, "")
    assert PERIOD in result.stdout
    result = run("check", "--root", ROOT, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == []


def test_verify_passes_on_the_real_site(site: Path) -> None:
    """Exit status 0 for a release named, and for the newest one under _build/site."""
    result = run("verify", site)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "通过" in result.stdout
    result = run("verify", site, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_verify_tells_what_it_finds(release: Path) -> None:
    """Exit status 1; each finding has the five parts."""
    (release / "data" / "extra.csv").write_text("id\n", encoding="utf-8")
    result = run("verify", release, "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert list(found) == [field.name for field in fields(Finding)]
    assert (found["code"], found["place"]) == ("verify.extra", "data/extra.csv")
    result = run("verify", release)
    assert result.exit_code == 1
    assert "[verify.extra] data/extra.csv" in result.stderr


@pytest.mark.parametrize("command", ["verify", "serve"])
def test_a_site_that_is_not_there_is_wrong_use(command: str, tmp_path: Path) -> None:
    """Exit status 2, and what to do first."""
    result = run(command, "--root", tmp_path)
    assert result.exit_code == 2
    assert "policybook build" in result.stderr


def test_a_folder_that_is_no_release_is_wrong_use(tmp_path: Path) -> None:
    """Exit status 2, as JSON too."""
    result = run("verify", tmp_path, "--json")
    assert result.exit_code == 2
    assert [one["code"] for one in json.loads(result.stdout)] == ["verify.folder"]


def test_trace_prints_the_whole_way() -> None:
    """Value, formula, query, cells, documents and notebook, in words."""
    result = run("trace", RATE, "--root", ROOT)
    assert result.exit_code == 0, result.stderr
    for words in (
        "97%",
        RATE,
        "24184 ÷ 24871 = 97.24% → 97%",
        "data/tasks.csv 第",
        "completed列",
        "planned列",
        "SELECT",
        "呼和浩特市人民政府关于“政策落地工程”实施情况的报告",
        "notebooks/02_state_council_16.ipynb",
    ):
        assert words in result.stdout, words


def test_trace_gives_a_fact_to_machines() -> None:
    """--json has the fields of a fact, of its operands and of their cells."""
    result = run("trace", RATE, "--period", PERIOD, "--root", ROOT, "--json")
    assert result.exit_code == 0, result.stderr
    fact = json.loads(result.stdout)
    assert list(fact) == [field.name for field in fields(Fact)]
    assert (fact["id"], fact["number"], fact["value"]) == (RATE, "97", "24184/24871")
    for operand in fact["operands"]:
        names = [field.name for field in fields(Operand) if field.name != "counted"]
        assert list(operand) == names  # which an operand over a large ledger has as well
        assert list(operand["cells"][0]) == list(Cell._fields)


@pytest.mark.parametrize(
    ("statistic", "near"), [("safety.hazard_rate", RATE), ("总数", "statistics.yml")]
)
def test_trace_of_an_unknown_statistic_is_wrong_use(statistic: str, near: str) -> None:
    """Exit status 2, with the nearest ids, or where to look."""
    result = run("trace", statistic, "--root", ROOT, "--json")
    assert result.exit_code == 2
    (found,) = json.loads(result.stdout)
    assert (found["code"], found["place"]) == ("trace.unknown", statistic)
    assert near in found["remedy"]


def test_serve_refuses_a_port_in_use(site: Path, tmp_path: Path) -> None:
    """Exit status 2 when somebody else listens there."""
    (tmp_path / "_build").mkdir()
    (tmp_path / "_build" / "site").symlink_to(site.parent)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--root", tmp_path, "--port", port)
    assert result.exit_code == 2
    assert f"127.0.0.1:{port}" in result.stderr


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_senseless_number_of_jobs_is_wrong_use(jobs: str) -> None:
    """Exit status 2 before anything is done."""
    result = run("build", PERIOD, "--root", ROOT, "--jobs", jobs)
    assert result.exit_code == 2
    assert "--jobs" in result.stderr


def test_the_module_is_the_command() -> None:
    """`python -m policybook` is the same command, and piped it prints no colour and no progress."""
    done = subprocess.run(
        [sys.executable, "-m", "policybook", "check", "2024Q9", "--root", str(ROOT)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "period.form" in done.stderr
    assert "\x1b" not in done.stderr


def test_help_is_quick_to_load() -> None:
    """Asking for help loads none of the heavy packages."""
    code = (
        "import sys; from policybook.cli import app; app(['--help'], standalone_mode=False);"
        "heavy = {'ibis', 'pandas', 'duckdb', 'sphinx', 'matplotlib', 'papermill'};"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_cache_is_told_and_cleared(tmp_path: Path) -> None:
    """Its size by kind; after clearing, nothing."""
    kept = tmp_path / "_build/cache/notebooks/a.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"x" * 1_500_000)
    assert "1.5" in run("cache", "--root", tmp_path).stdout
    assert "清除了 1 个" in run("cache", "--root", tmp_path, "--limit", "1").stdout
    told = json.loads(run("cache", "--root", tmp_path, "--json").stdout)
    assert told["kinds"]["notebooks"] == {"count": 0, "bytes": 0}
