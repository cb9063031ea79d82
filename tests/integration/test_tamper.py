"""Anything touched in a release is found and named, by the package and by verify.py alike.

Each way of tampering is tried twice: as it is, and with SHA256SUMS made anew by whoever
tampered, so that not the digests find it but what the files say.
Ways that do not hide one another share a copy, since a copy is read as a whole.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import pytest

from benchmarks.mutations import KINDS
from benchmarks.mutations import judge as judge_change
from policybook.errors import Finding, UsageError
from policybook.inventory import check_sums
from policybook.published import SUMS
from policybook.release import VERIFIER, write_sums
from policybook.verify import verify_release
from tests.integration.tampering import GROUPS, OWNED, Expected, Tampering

MADE_UP = '<b data-stat="made.up">1</b></article>'
DIGESTS = {
    "verify.hash": "应为",
    "verify.missing": "应为“无”",
    "verify.extra": "写作“无”",
}
CASES = [(group, way) for group, ways in GROUPS.items() for way in range(len(ways))]
NAMES = [f"{group}-{GROUPS[group][way].__name__}" for group, way in CASES]


@dataclass(frozen=True)
class Verdict:
    """What both verifiers say of one folder."""

    package: list[Finding]
    verifier: list[str]  # lines, without the last one, which counts


@dataclass(frozen=True)
class Inspected:
    """A group's ways of tampering, and the verdicts on the copy that bears them."""

    expected: list[Expected]
    as_is: Verdict
    forged: Verdict  # SHA256SUMS made anew


def run_verifier(release: Path) -> subprocess.CompletedProcess[str]:
    """verify.py on a release, as an auditor runs it: the one that we publish."""
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(release)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def judge(release: Path, status: int = 1) -> Verdict:
    """Both verdicts; neither changes the folder, neither fails."""
    run = run_verifier(release)
    assert run.returncode == status, run.stdout + run.stderr
    assert not run.stderr
    return Verdict(verify_release(release), run.stdout.splitlines()[:-1])


@pytest.fixture(scope="module")
def inspect(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Inspected]:
    """Each group's copy, tampered with and judged, once."""

    @cache
    def inspected(group: str) -> Inspected:
        release = Path(shutil.copytree(site, tmp_path_factory.mktemp(group) / site.name))
        expected = [tamper(release) for tamper in GROUPS[group]]
        as_is = judge(release)
        write_sums(release)
        result = Inspected(expected, as_is, judge(release))
        assert not list(release.parent.glob(f"{OWNED}*"))
        shutil.rmtree(release)
        return result

    return inspected


def names(words: tuple[str, ...], texts: list[str]) -> bool:
    """Whether one text has all the words."""
    return any(all(word in text for word in words) for text in texts)


def test_a_pristine_release_has_no_findings(site: Path) -> None:
    """Both verifiers agree with a release as it was built, exit status 0."""
    verdict = judge(site, status=0)
    assert verdict == Verdict([], [])


@pytest.mark.parametrize(("group", "way"), CASES, ids=NAMES)
def test_the_digest_tells(inspect: Callable[[str], Inspected], group: str, way: int) -> None:
    """Whatever is touched, its file is named by the published digests."""
    inspected = inspect(group)
    expected = inspected.expected[way]
    places = [
        finding.place for finding in inspected.as_is.package if finding.code == expected.digest
    ]
    assert expected.file in places
    words = f"sha256 {expected.file}：", DIGESTS[expected.digest], SUMS
    assert names(words, inspected.as_is.verifier)


@pytest.mark.parametrize(("group", "way"), CASES, ids=NAMES)
def test_the_content_tells(inspect: Callable[[str], Inspected], group: str, way: int) -> None:
    """With digests made anew it is found and named all the same, by both verifiers."""
    inspected = inspect(group)
    expected = inspected.expected[way]
    findings = list(map(str, inspected.forged.package))
    assert names(expected.package, findings), "\n".join(findings)
    assert names(expected.verifier, inspected.forged.verifier), "\n".join(inspected.forged.verifier)


@pytest.mark.parametrize("group", GROUPS)
def test_digests_made_anew_agree(inspect: Callable[[str], Inspected], group: str) -> None:
    """The second verdict rests on no digest."""
    forged = inspect(group).forged
    assert not [one for one in forged.package if one.code in ("verify.hash", "verify.extra")]
    assert not [line for line in forged.verifier if line.startswith("sha256 ")]


@pytest.mark.parametrize("group", GROUPS)
def test_findings_say_what_to_do(inspect: Callable[[str], Inspected], group: str) -> None:
    """Every finding has its five parts, and none comes twice."""
    for verdict in (inspect(group).as_is, inspect(group).forged):
        assert all(all(finding.as_dict().values()) for finding in verdict.package)
        assert len(set(verdict.package)) == len(verdict.package)
        assert len(set(verdict.verifier)) == len(verdict.verifier)


def test_checks_side_by_side_find_the_same(site: Path, tmp_path: Path) -> None:
    """Pages are shared out among the processes; what is wrong on any is told in the same order."""
    release = Path(shutil.copytree(site, tmp_path / site.name))
    for page in sorted(release.rglob("*.html"))[::20]:
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("</article>", MADE_UP), encoding="utf-8")
    alone = verify_release(release, jobs=1)
    assert len([one for one in alone if "made.up" in one.place]) >= 5
    assert verify_release(release, jobs=3) == alone


def test_a_page_that_is_no_name_is_told(site: Path, tmp_path: Path) -> None:
    """Where facts.json names something else as a page, the check of pages says it cannot go on."""
    release = Path(shutil.copytree(site, tmp_path / site.name))
    path = release / "facts.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"used_on":[', '"used_on":[7,', 1), encoding="utf-8")
    found = [one for one in verify_release(release) if one.code == "verify.broken"]
    assert any("check_pages" in one.message for one in found)


def test_malicious_queries_have_no_effect(inspect: Callable[[str], Inspected]) -> None:
    """Refused by both verifiers, each by name; what they would write is not there."""
    inspected = inspect("queries")  # which looks for the files that must not come to be
    refused = [one for one in inspected.forged.package if one.code == "verify.query"]
    assert len(refused) >= 2 * len(GROUPS["queries"])
    assert not [line for line in inspected.forged.verifier if "root:" in line]


@pytest.mark.parametrize("kind", KINDS)
def test_a_random_change_is_found(release: Path, kind: str) -> None:
    """Both verifiers find what `benchmarks/mutations.py` does; undone, nothing is left of it."""
    change = KINDS[kind](release, Random(kind))
    judged = judge_change(release, kind, change)
    assert judged.found[:2] == (True, True), change.what
    assert check_sums(release) == []


def untouched(release: Path) -> Expected:
    """Only the digests are gone."""
    (release / SUMS).unlink()
    return Expected(SUMS, ("verify.missing", SUMS), (SUMS,))


def no_json(release: Path) -> Expected:
    """facts.json is a page."""
    (release / "facts.json").write_text("<html>404</html>", encoding="utf-8")
    return Expected("facts.json", ("verify.facts", "facts.json"), ("facts.json",))


def other_json(release: Path) -> Expected:
    """facts.json is JSON of another kind."""
    (release / "facts.json").write_text(json.dumps(["facts"]), encoding="utf-8")
    return Expected("facts.json", ("verify.facts", "facts.json"), ("facts.json",))


def shapeless_facts(release: Path) -> Expected:
    """facts.json has facts without what a fact is made of."""
    text = json.dumps({"facts": [{"id": "a.b"}], "figures": [], "relations": []})
    (release / "facts.json").write_text(text, encoding="utf-8")
    return Expected("facts.json", ("verify.facts", "facts.json"), ("KeyError",))


def no_facts(release: Path) -> Expected:
    """facts.json is gone."""
    (release / "facts.json").unlink()
    return Expected("facts.json", ("verify.missing", "facts.json"), ("facts.json",))


def no_package(release: Path) -> Expected:
    """The description of the data is gone."""
    (release / "data" / "datapackage.json").unlink()
    return Expected("", ("verify.facts", "datapackage.json"), ("datapackage.json",))


def garbage_in_the_database(release: Path) -> Expected:
    """ledgers.sqlite is no database."""
    (release / "ledgers.sqlite").write_bytes(b"\x00\xff" * 5000)
    return Expected("", ("verify.database", "ledgers.sqlite"), ("ledgers.sqlite",))


@pytest.mark.parametrize(
    "tamper",
    [
        untouched,
        no_json,
        other_json,
        shapeless_facts,
        no_facts,
        no_package,
        garbage_in_the_database,
    ],
)
def test_a_broken_release_is_a_finding(release: Path, tamper: Tampering) -> None:
    """A release too broken to go on with is told so, with exit status 1 and no traceback."""
    expected = tamper(release)
    verdict = judge(release)
    assert names(expected.package, list(map(str, verdict.package))), verdict.package
    assert names(expected.verifier, verdict.verifier), verdict.verifier
    if expected.file != SUMS:
        write_sums(release)
        assert judge(release).package


def test_a_folder_that_is_no_release_is_wrong_use(tmp_path: Path) -> None:
    """Neither verifier takes any folder for a release."""
    with pytest.raises(UsageError, match=r"verify\.folder"):
        verify_release(tmp_path)
    run = run_verifier(tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "用法" in run.stderr


def test_the_verifier_explains_itself(tmp_path: Path) -> None:
    """--help says how to use verify.py, with an example; a second folder is wrong use."""
    command = [sys.executable, "-I", str(VERIFIER)]
    run = subprocess.run([*command, "--help"], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0
    assert "例：python3 verify.py 2024Q2" in run.stdout
    run = subprocess.run([*command, str(tmp_path), str(tmp_path)], capture_output=True, check=False)
    assert run.returncode == 2


def test_the_verifier_runs_on_old_pythons() -> None:
    """verify.py is written in the Python of 2020: an auditor's machine may be old."""
    ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_the_published_verifier_checks_its_own_folder(site: Path) -> None:
    """Without arguments the verify.py of a release looks at the folder it lies in."""
    assert (site / "verify.py").read_bytes() == VERIFIER.read_bytes()
    run = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=site,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout
    assert "0 处不符" in run.stdout
