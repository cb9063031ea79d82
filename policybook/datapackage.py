"""``data/datapackage.json``: a release's ledgers described for other programs. floor: release.

Data Package v2 (https://datapackage.org): schemas, units, digests, licence, publisher, and what
the ledgers were made from: the documents they cite, the workbooks that were handed in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from policybook.coverage import published_parameters
from policybook.errors import Finding, error
from policybook.provenance import HandedIn, Provenance, read_provenance
from policybook.published import RESTORE, Release, check_properties
from policybook.schema import Schema

LICENCE = {
    "name": "MIT",
    "path": "https://opensource.org/license/mit",
    "title": "MIT License",
}
"""That of the project, ``LICENSE``; figures, names and dates are facts and nobody's."""
PACKAGE = "data/datapackage.json"
_CITED = ("title", "id", "issuer", "issued", "kind", "number")
_RATIO = "1"
"""The unit of a printed rate, which is kept as a share: 97% as 0.97."""
_UNIT = "unit"
"""The column of a ledger that has the unit of its numbers, where each record has its own."""


def datapackage(
    edition: Mapping[str, str],
    released_on: str,
    schemas: Mapping[str, Schema],
    contents: Mapping[str, bytes],
    provenance: Provenance,
) -> dict[str, Any]:
    """The descriptor of one edition's ledgers.

    ``edition``: the parameters as texts; ``released_on``: a date, "" for a draft;
    ``contents``: each ledger's published bytes.
    """
    rows = {name: _rows(content) for name, content in contents.items()}
    documents = {row["id"]: _document(row) for row in rows.get("documents", ())}
    workbooks = {one.workbook: _workbook(one) for one in provenance.handed_in}
    handed_in: dict[str, dict[str, None]] = {}
    for origin in provenance.origins:
        handed_in.setdefault(origin.ledger, {})[origin.workbook] = None
    resources = []
    for name, content in contents.items():
        cited = dict.fromkeys(row.get("source", "").partition(":")[0] for row in rows[name])
        sources = [one for key, one in documents.items() if key in cited]
        sources += [one for key, one in workbooks.items() if key in handed_in.get(name, ())]
        resources.append(_resource(schemas[name], content, sources))
    departments = dict.fromkeys(one.department for one in provenance.handed_in if one.department)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"policybook-{edition['period'].lower()}",
        "title": f"{edition['title']}：台账",
        "description": "本期全部统计数字由这些台账算出；算法见上一级文件夹的 facts.json。",
        "version": edition["period"],
        **({"created": f"{released_on}T00:00:00Z"} if released_on else {}),
        "keywords": [edition["city"], *(schemas[name].title for name in contents)],
        "licenses": [LICENCE],
        "contributors": [
            {"title": edition["issuer"], "roles": ["publisher"]},
            *({"title": name, "roles": ["dataCollector"]} for name in departments),
        ],
        "sources": [*documents.values(), *workbooks.values()],
        "resources": resources,
    }


def _rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8", errors="replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _document(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row[name] for name in _CITED if row.get(name)}


def _workbook(one: HandedIn) -> dict[str, str]:
    told = {"title": one.workbook, "hash": f"sha256:{one.sha256}", "issuer": one.department}
    return {name: text for name, text in told.items() if text}


def _resource(schema: Schema, content: bytes, sources: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "name": schema.name,
        "title": schema.title,
        "description": schema.description,
        "type": "table",
        "path": f"{schema.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "sources": sources,
        "schema": {**schema.document, "fields": list(_fields(schema))},
    }


def _fields(schema: Schema) -> Iterator[dict[str, Any]]:
    """As declared, but each measure with its unit, or the column in which a record has its own."""
    for field, entry in zip(schema.fields, schema.document["fields"], strict=True):
        more = {}
        if field.printed and not field.unit:
            more = {"unit": _RATIO}
        elif field.numeric and not field.unit and _UNIT in schema.names:
            more = {"unitColumn": _UNIT}
        yield {**entry, **more}


def check_package(release: Release) -> list[Finding]:
    """The descriptor against the files it describes, and against the parameters and facts."""
    stated = json.loads((release.folder / PACKAGE).read_text(encoding="utf-8"))
    contents = {name: (release.folder / f"data/{name}.csv").read_bytes() for name in release.texts}
    right = datapackage(
        published_parameters(release.folder),
        release.released_on,
        release.schemas,
        contents,
        read_provenance(release.folder),
    )
    resources, described = stated.pop("resources"), right.pop("resources")
    there = {one["name"]: one for one in resources}
    findings = check_properties("verify.package", PACKAGE, stated, right)
    for one in described:
        place = f"{PACKAGE} 台账 {one['name']}"
        findings += check_properties("verify.package", place, there[one["name"]], one)
    if len(there) != len(resources):
        findings.append(error("verify.package", PACKAGE, "有的台账列了两次。", RESTORE))
    return findings
