"""The folder from which Jupyter Book builds one edition. floor: stage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import orjson

from policybook.book import FACTS
from policybook.corrections import Correction
from policybook.explanations import Explanation
from policybook.inputs import Inputs
from policybook.keeping import USED
from policybook.model import Fact, Figure, fact_as_dict
from policybook.outputs import FIGURE_KEY
from policybook.period import Period
from policybook.provenance import write_provenance
from policybook.relations import Relation

SCHEMA_VERSION = 1
LOCALE = Path(__file__).parent / "locale"
"""What Sphinx says in English where it has no Chinese of its own."""
_NO_USES = b'"used_on":[]'


def stage_data(stage: Path, root: Path, data: Path, period: Period, inputs: Inputs) -> None:
    """Canonical ledgers, catalogue and notebooks: what a computing notebook sees."""
    target = stage / "data"
    (target / "schema").mkdir(parents=True)
    for name, schema in inputs.schemas.items():
        write_json(target / "schema" / f"{name}.json", schema.document)
    shutil.copyfile(data / "statistics.yml", target / "statistics.yml")
    folder = target / str(period)
    folder.mkdir()
    shutil.copyfile(inputs.folder / "period.yml", folder / "period.yml")
    if inputs.provenance.handed_in:
        write_provenance(folder, inputs.provenance)
    for name, ledger in inputs.ledgers.items():
        place = target if name == "documents" else folder
        (place / f"{name}.csv").write_text(ledger.canonical, encoding="utf-8", newline="")
    shutil.copytree(root / "notebooks", stage / "notebooks", ignore=shutil.ignore_patterns(".*"))


def facts_document(
    period: Period,
    facts: Mapping[str, Fact],
    figures: Mapping[str, Figure],
    relations: Iterable[Relation],
    inputs: Inputs,
) -> dict[str, Any]:
    """``facts.json``: every fact with its trace, figures, relations, corrections, reasons."""
    values = {name: Fraction(fact.value) for name, fact in facts.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "period": str(period),
        "released_on": str(inputs.parameters.released_on or ""),
        "signer": inputs.parameters.signer,
        "facts": [fact_as_dict(facts[name]) for name in facts],
        "figures": [
            {**asdict(one), "svg": f"figures/{one.id}.svg", "png": f"figures/{one.id}.png"}
            for one in figures.values()
        ],
        "relations": [
            {**asdict(relation), "filled": relation.filled(values)}
            for relation in relations
            if not relation.ledger
        ],
        "corrections": [_without_place(one) for one in inputs.corrections],
        "explanations": [_without_place(one) for one in inputs.explanations.entries],
        "not_compared": [asdict(one) for one in inputs.not_compared],
    }


def _without_place(entry: Correction | Explanation) -> dict[str, Any]:
    """What readers are told: not where the office wrote it down."""
    return {key: value for key, value in asdict(entry).items() if key != "place"}


def write_facts(path: Path, content: Mapping[str, Any]) -> None:
    """``facts.json``: a line an entry, for there may be many cells in it."""
    with path.open("wb") as file:
        before = b"{\n"
        for name, value in content.items():
            file.writelines([before, orjson.dumps(name), b":", *_lines(value)])
            before = b",\n"
        file.write(b"\n}\n")


def write_uses(path: Path, used: Mapping[str, list[str]]) -> None:
    """The pages that use each fact, written into ``facts.json`` once they are made.

    A fact is a line, and its pages come last in it: nothing else has to be written anew.
    """
    lines = []
    for line in path.read_bytes().split(b"\n"):
        before, key, after = line.rpartition(_NO_USES)
        if key:
            fact = orjson.loads(before[: before.index(b",")] + b"}")["id"]
            line = before + key[:-2] + orjson.dumps(used.get(fact, [])) + after
        lines.append(line)
    path.write_bytes(b"\n".join(lines))


def _lines(value: object) -> Iterator[bytes]:
    if not (isinstance(value, list) and value):
        yield orjson.dumps(value)
        return
    before = b"[\n"
    for one in value:
        yield before
        yield orjson.dumps(one)
        before = b",\n"
    yield b"\n]"


def write_json(path: Path, content: object) -> None:
    """JSON in the one form we write."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def stage_narrative(stage: Path, root: Path) -> None:
    """Narrative and settings: what of the book does not wait for facts."""
    shutil.copytree(root / "book", stage / "book", ignore=shutil.ignore_patterns(".*"))
    for name in ("_config.yml", "_toc.yml"):
        shutil.copyfile(root / name, stage / name)
    shutil.copytree(LOCALE, stage / "locales")  # where Sphinx looks before its own


def stage_facts(stage: Path, content: Mapping[str, Any], notebooks: Mapping[str, Any]) -> None:
    """Facts and executed notebooks: the rest of the book."""
    write_facts(stage / FACTS, content)
    for name, notebook in notebooks.items():
        nbformat.write(_page(notebook), stage / "notebooks" / f"{name}.ipynb")


def _page(notebook: Any) -> Any:
    """An executed notebook whose figures point to the published files, alt text and all."""
    page = nbformat.from_dict(notebook)
    for cell in page.cells:
        for output in cell.get("outputs", []):
            metadata = output.get("metadata", {})
            figure = metadata.get(FIGURE_KEY)
            if figure:
                name, alt = figure["id"], escape(figure["alt"])
                place = f'id="output-{name}" src="../figures/{name}.svg"'
                image = f'<img class="chart" {place} alt="{alt}">'
                output["data"] = {"text/html": image, "text/plain": figure["title"]}
            output["metadata"] = {}
    return page


def source_headings(stage: Path) -> dict[str, str]:
    """What each narrative page's source is headed, by page: its first line."""
    pages = sorted((stage / "book").glob("*.md"))
    lines = {page.stem: page.read_text(encoding="utf-8").partition("\n")[0] for page in pages}
    return {name: line.removeprefix("# ").strip() for name, line in lines.items()}


def used_on(stage: Path) -> dict[str, list[str]]:
    """Pages by statistic, as the build left it."""
    used: dict[str, list[str]] = json.loads((stage / USED).read_text(encoding="utf-8"))
    return {name: [f"{page}.html" for page in pages] for name, pages in used.items()}
