"""The Process Run Crate of the built edition: valid for others, true for us.

The validator asks for the JSON-LD context of RO-Crate, and gets the one that ``rocrate`` ships.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import requests
import rocrate
from rocrate.rocrate import ROCrate

from policybook.crate import check_crate, write_crate
from policybook.published import CRATE, read_release
from policybook.release import write_sums
from policybook.verify import verify_release

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
"""pyshacl's, which the validator runs."""
CONTEXT = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"


def crate_of(release: Path) -> Any:
    """The file."""
    return json.loads((release / CRATE).read_text(encoding="utf-8"))


def entity(content: Any, name: str) -> Any:
    """One entity of it."""
    return next(one for one in content["@graph"] if one["@id"] == name)


def change(release: Path, changed: Callable[[Any], Any]) -> None:
    """Write the file again, changed."""
    content = crate_of(release)
    changed(content)
    (release / CRATE).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def validate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], list[str]]:
    """What the validator's required profile finds, without a net."""

    def answer(_: object, request: requests.PreparedRequest, **__: object) -> requests.Response:
        assert request.url == "https://w3id.org/ro/crate/1.1/context"
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        response.headers["Content-Type"] = "application/ld+json"
        response._content = CONTEXT.read_bytes()
        return response

    def refuse(*_: object) -> None:
        raise AssertionError("no net is needed")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", answer)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    def validated(release: Path) -> list[str]:
        from rocrate_validator.models import Severity
        from rocrate_validator.services import validate

        settings = {
            "rocrate_uri": str(release),
            "profile_identifier": "process-run-crate",
            "requirement_severity": Severity.REQUIRED,
            "no_cache": True,
        }
        result = validate(settings)
        return [str(issue.message) for issue in result.get_issues()]

    return validated


def test_the_crate_is_valid(site: Path, validate: Callable[[Path], list[str]]) -> None:
    """The validator finds nothing that Process Run Crate or RO-Crate requires and is not there."""
    assert validate(site) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda c: entity(c, "#run-08_grassroots").pop("instrument"), "instrument"),
        (lambda c: entity(c, "./").pop("conformsTo"), "versioned permalink of the profile"),
        (lambda c: entity(c, "facts.csv").update({"@id": "gone.csv"}), "gone.csv"),
    ],
    ids=["no instrument", "no profile", "no file"],
)
def test_a_broken_crate_is_not_valid(
    release: Path, validate: Callable[[Path], list[str]], broken: Callable[[Any], Any], words: str
) -> None:
    """The same validation fails once something that is required is missing."""
    change(release, broken)
    assert any(words in issue for issue in validate(release))


def test_it_reads_again(site: Path) -> None:
    """rocrate reads what it wrote: root, actions, files."""
    crate = ROCrate(site)
    assert crate.root_dataset["license"]["name"] == "MIT License"
    assert crate.root_dataset["publisher"]["name"] == "呼和浩特市人民政府"
    assert crate.root_dataset["datePublished"] == "2024-08-22"
    actions = crate.root_dataset["mentions"]
    assert len(actions) == 10
    assert {action.type for action in actions} == {"CreateAction"}


def test_every_notebook_is_a_run(site: Path) -> None:
    """Ledgers and parameters in, facts and figures out, as the facts themselves say."""
    release, crate = read_release(site), ROCrate(site)
    facts, figures = set(), set()
    for action in crate.root_dataset["mentions"]:
        notebook = action["instrument"].id
        used = {one.id for one in action["object"]}
        assert {"#parameter-period", "#parameter-data"} <= used
        made = {one.id for one in action["result"]}
        for fact in release.facts.values():
            if notebook == f"notebooks/{fact.notebook}.html":
                assert f"#{fact.id}" in made
                assert {source["file"] for source in fact.sources} <= used
                facts.add(fact.id)
        figures |= {name for name in made if name.startswith("figures/")}
    assert facts == set(release.facts)
    drawn = {path.relative_to(site).as_posix() for path in (site / "figures").iterdir()}
    assert figures == drawn
    hazards = crate.get("#safety.hazards_rate")
    assert hazards["value"] == release.facts["safety.hazards_rate"].value


def test_files_are_described_truly(site: Path) -> None:
    """Size and sha256 of each file; all files but those of folders described as a whole."""
    described = {one["@id"]: one for one in crate_of(site)["@graph"] if "sha256" in one}
    for name, told in described.items():
        content = (site / name).read_bytes()
        assert told["sha256"] == hashlib.sha256(content).hexdigest()
        assert told["contentSize"] == str(len(content))
        assert told["encodingFormat"] != "application/octet-stream", name
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    whole = ("book/", "trace/", "_static/", CRATE, "SHA256SUMS")
    assert set(described) == {name for name in files if not name.startswith(whole)}


def test_the_software_has_its_versions(site: Path) -> None:
    """What computed is named with the installed version."""
    crate = ROCrate(site)
    named = {one["name"]: one["version"] for one in crate.get_by_type("SoftwareApplication")}
    for name in ("policybook", "papermill", "duckdb", "ibis-framework"):
        assert named[name] == version(name)
    assert "pytest" not in named


def test_the_crate_has_no_time(release: Path) -> None:
    """Written again it is the same bytes, and no action says when it ran."""
    before = (release / CRATE).read_bytes()
    (release / CRATE).unlink()
    write_crate(read_release(release))
    assert (release / CRATE).read_bytes() == before
    assert not any(key.endswith("Time") for one in crate_of(release)["@graph"] for key in one)


@pytest.mark.parametrize(
    ("released_on", "reporting_date", "published"),
    [
        ("2024-10-08", "2024年8月22日", "2024-10-08"),
        ("", "2024年8月2日", "2024-08-02"),
        ("", "待定", "2024-06-30"),
    ],
    ids=["released", "reported", "neither"],
)
def test_the_date_is_never_that_of_the_build(
    release: Path, released_on: str, reporting_date: str, published: str
) -> None:
    """The day of release; of a draft the reporting date, or else the quarter's last day."""
    for name, keys, value in (
        ("facts.json", ("released_on",), released_on),
        ("coverage.json", ("parameters", "reporting_date"), reporting_date),
    ):
        content = json.loads((release / name).read_text(encoding="utf-8"))
        inner = content[keys[0]] if len(keys) > 1 else content
        inner[keys[-1]] = value
        (release / name).write_text(json.dumps(content), encoding="utf-8")
    write_crate(read_release(release))
    assert entity(crate_of(release), "./")["datePublished"] == published


def _drop(content: Any, name: str) -> None:
    content["@graph"] = [one for one in content["@graph"] if one["@id"] != name]


TAMPERINGS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "digest": (
        lambda c: entity(c, "data/tasks.csv").update(sha256=64 * "0"),
        "data/tasks.csv sha256",
    ),
    "value": (
        lambda c: entity(c, "#safety.hazards_rate").update(value="1"),
        "#safety.hazards_rate value",
    ),
    "publisher": (lambda c: entity(c, "#publisher").update(name="别处"), "#publisher name"),
    "date": (lambda c: entity(c, "./").update(datePublished="2024-01-01"), "./ datePublished"),
    "ledgers": (
        lambda c: entity(c, "#run-08_grassroots")["object"].pop(),
        "#run-08_grassroots object",
    ),
    "a run less": (lambda c: _drop(c, "#run-08_grassroots"), "#run-08_grassroots"),
    "a file more": (
        lambda c: c["@graph"].append({"@id": "more.csv", "@type": "File"}),
        "more.csv",
    ),
    "a time": (
        lambda c: entity(c, "#run-08_grassroots").update(endTime="2024-08-22"),
        "#run-08_grassroots endTime",
    ),
}


@pytest.mark.parametrize(("changed", "place"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_changed_crate_is_named(release: Path, changed: Callable[[Any], Any], place: str) -> None:
    """What differs from the release is named by entity and property."""
    change(release, changed)
    (found,) = check_crate(read_release(release))
    assert (found.code, found.place) == ("verify.crate", f"{CRATE} {place}")


def test_an_entity_twice_is_found(release: Path) -> None:
    """Of two entities of one name readers would not know which one holds."""
    change(release, lambda c: c["@graph"].insert(0, dict(entity(c, "facts.csv"), sha256="0")))
    (found,) = check_crate(read_release(release))
    assert found.place == CRATE


def test_a_file_added_to_the_digests_is_found(release: Path) -> None:
    """A file that the crate does not describe was added later; without a digest it is no matter."""
    (release / "data" / "extra.csv").write_text("id\n", encoding="utf-8")
    assert check_crate(read_release(release)) == []
    write_sums(release)
    places = {found.place for found in check_crate(read_release(release))}
    assert places == {f"{CRATE} data/extra.csv", f"{CRATE} ./ hasPart"}


def test_verify_checks_the_crate_with_digests_made_anew(release: Path) -> None:
    """`policybook verify` finds it, and a crate that is gone, though SHA256SUMS agrees."""
    change(release, lambda c: entity(c, "data/tasks.csv").update(sha256=64 * "0"))
    write_sums(release)
    (found,) = verify_release(release)
    assert found.code == "verify.crate"
    (release / CRATE).unlink()
    write_sums(release)
    (found,) = verify_release(release)
    assert (found.code, found.place) == ("verify.missing", CRATE)
