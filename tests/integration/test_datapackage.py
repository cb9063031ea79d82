"""The data package of the built edition: complete, true, and checked by others and by us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policybook.datapackage import PACKAGE, check_package
from policybook.published import CRATE, read_release
from policybook.release import write_sums
from policybook.verify import verify_release


def package_of(release: Path) -> Any:
    """The descriptor."""
    return json.loads((release / PACKAGE).read_text(encoding="utf-8"))


def faults(release: Path) -> list[str]:
    """What frictionless finds in a release's data package."""
    from frictionless import validate

    report = validate(str(release / PACKAGE))
    return [": ".join(map(str, fault)) for fault in report.flatten(["type", "note"])]


def test_frictionless_finds_nothing(site: Path) -> None:
    """Other people's program reads every ledger with its schema, keys, size and digest."""
    assert faults(site) == []


def test_the_package_says_whose_it_is(site: Path) -> None:
    """Licence, publisher and key words; a draft has no date."""
    package = package_of(site)
    assert package["licenses"][0]["name"] == "MIT"
    assert package["contributors"] == [{"title": "呼和浩特市人民政府", "roles": ["publisher"]}]
    assert {"呼和浩特市", "重点任务台账"} <= set(package["keywords"])
    assert "created" not in package


def test_the_package_names_its_sources(site: Path) -> None:
    """Each document with issuer and date as far as known; each ledger with those it cites."""
    package = package_of(site)
    rows = read_release(site).rows("documents")
    assert [one["title"] for one in package["sources"]] == [row["title"] for row in rows]
    report = package["sources"][0]
    assert (report["issuer"], report["issued"]) == (rows[0]["issuer"], rows[0]["issued"])
    assert all(all(one.values()) for one in package["sources"])
    for resource in package["resources"]:
        named = {one["id"] for one in resource["sources"]}
        text = (site / "data" / resource["path"]).read_text(encoding="utf-8")
        assert all(f",{name}:" in text or f",{name}," in text for name in named), resource["name"]
        empty = text.count("\n") == 1  # a heading alone cites nothing
        assert bool(named) != (empty or resource["name"] == "documents")


def test_size_and_digest_are_true(site: Path) -> None:
    """Bytes and sha256 of each file are those of the file that lies there."""
    package = package_of(site)
    ledgers = {path.name for path in (site / "data").glob("*.csv")}
    assert {resource["path"] for resource in package["resources"]} == ledgers
    for resource in package["resources"]:
        content = (site / "data" / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_every_measure_has_a_unit(site: Path) -> None:
    """A unit of its own, or the column in which each record has one."""
    for resource in package_of(site)["resources"]:
        names = [field["name"] for field in resource["schema"]["fields"]]
        for field in resource["schema"]["fields"]:
            if field["type"] in ("integer", "number"):
                assert field.get("unit") or field["unitColumn"] in names, field


@pytest.mark.parametrize(
    ("old", "new"),
    [("24184", "24185"), ("safety-hazards", "boilers")],
    ids=["a number", "a key twice"],
)
def test_a_changed_ledger_is_found_by_others_too(old: str, new: str, release: Path) -> None:
    """Digest and keys stand in the package, so that no program of ours is needed."""
    path = release / "data" / "tasks.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    assert any(fault.startswith("hash-count") for fault in faults(release))


def test_a_key_that_leads_nowhere_is_found_by_others_too(release: Path) -> None:
    """Foreign keys are declared as the standard has them, and enforced."""
    path = release / "data" / "policies.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parents = [row["parent"] for row in read_release(release).rows("policies") if row["parent"]]
    text = "".join(rows).replace(f",{parents[0]},", ",nobody,", 1)
    path.write_text(text, encoding="utf-8", newline="")
    assert any(fault.startswith("foreign-key") for fault in faults(release))


def _tasks(package: Any) -> Any:
    return next(one for one in package["resources"] if one["name"] == "tasks")


TAMPERINGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "hash": (lambda p: _tasks(p).update(hash=f"sha256:{64 * '0'}"), "台账 tasks hash"),
    "bytes": (lambda p: _tasks(p).update(bytes=1), "台账 tasks bytes"),
    "path": (lambda p: _tasks(p).update(path="funds.csv"), "台账 tasks path"),
    "sources of a ledger": (lambda p: _tasks(p)["sources"].pop(), "台账 tasks sources"),
    "publisher": (lambda p: p["contributors"][0].update(title="别处"), "contributors"),
    "source": (lambda p: p["sources"][0].update(issued="2024-08-23"), "sources"),
    "date": (lambda p: p.update(created="2024-01-01T00:00:00Z"), "created"),
    "licence": (lambda p: p["licenses"][0].update(name="CC0-1.0"), "licenses"),
    "title": (lambda p: p.pop("title"), "title"),
    "more": (lambda p: p.update(homepage="https://example.org"), "homepage"),
}


@pytest.mark.parametrize(("change", "place"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_changed_description_is_named(
    release: Path, change: Callable[[Any], Any], place: str
) -> None:
    """What differs from files, parameters and documents is named by its property."""
    package = package_of(release)
    change(package)
    (release / PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    (found,) = check_package(read_release(release))
    assert (found.code, found.place) == ("verify.package", f"{PACKAGE} {place}")


def test_a_ledger_described_twice_is_found(release: Path) -> None:
    """Of two descriptions readers would not know which one holds."""
    package = package_of(release)
    package["resources"].insert(-1, {**_tasks(package), "hash": "sha256:0"})
    (release / PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    (found,) = check_package(read_release(release))
    assert "两次" in found.message


def test_verify_checks_the_package_with_digests_made_anew(release: Path) -> None:
    """`policybook verify` names a wrong digest in the package, though SHA256SUMS agrees."""
    package = package_of(release)
    _tasks(package).update(hash=f"sha256:{64 * '0'}")
    (release / PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    write_sums(release)
    places = {found.place for found in verify_release(release)}
    crate = {f"{CRATE} {PACKAGE} {name}" for name in ("contentSize", "sha256")}
    assert places == {f"{PACKAGE} 台账 tasks hash", *crate}
