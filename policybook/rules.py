"""The rules a ledger's cells must keep. floor: rules.

pandera applies the constraints it reads from the Table Schemas; what it does not
know (exact decimal places, keys across ledgers, evidence, the place of a wrong
type) is checked here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from policybook.bulk import beyond_doubt, check_large, check_listed, known_ids
from policybook.columns import Canonical
from policybook.errors import Finding, error
from policybook.large import Streamed
from policybook.ledgers import Ledger
from policybook.problems import (
    constraint_finding,
    document_finding,
    first_told,
    items_finding,
    key_finding,
    text_problem,
    type_problem,
)
from policybook.relations import Relation, check_records
from policybook.schema import Field, split_ids
from policybook.screening import constraints_fit, texts_fit, types_fit


def check_ledgers(ledgers: Mapping[str, Ledger], relations: Iterable[Relation]) -> list[Finding]:
    """Every rule that looks at ledgers alone."""
    findings: list[Finding] = []
    for ledger in (one for one in ledgers.values() if not one.schema.derived):
        if ledger.large is not None:
            findings += check_large(ledger, ledgers)
            continue
        if _beyond_doubt(ledger, ledgers):
            continue
        typed = _type_findings(ledger)
        findings += typed
        findings += _constraint_findings(ledger, bool(typed))
        findings += _text_findings(ledger)
        findings += _evidence_findings(ledger)
        findings += _key_findings(ledger, ledgers)
    for relation in relations:
        if not relation.ledger:
            continue
        known = ledgers[relation.ledger].schema.names if relation.ledger in ledgers else ()
        unknown = {*relation.names(), *dict(relation.where)} - set(known)
        if unknown or not known:
            missing = f"列 {'、'.join(sorted(unknown))}" if known else f"台账 {relation.ledger}"
            findings.append(
                error(
                    "relation.unknown",
                    relation.place,
                    f"没有{missing}。",
                    "改正台账名或列名。",
                )
            )
            continue
        ledger = ledgers[relation.ledger]
        columns = relation.names()
        words = [name for name in columns if not ledger.schema.field(name).numeric]
        if words:
            message = f"列 {'、'.join(words)} 不是数字列，不能计算。"
            findings.append(error("relation.formula", relation.place, message, "改用数字列。"))
            continue
        broken = check_records(relation, ledger.rows, partial(_place, ledger, columns))
        findings += first_told(broken, ledger)
    return findings


SCREENED = 2 * 2**20
"""A ledger of more bytes is first asked of DuckDB, which takes less time than its cells."""
_PLAIN_PATTERN = re.compile(r"(?!.*\[\[)[^\\]*")
"""Expressions that mean the same in Python and in DuckDB."""


def _beyond_doubt(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> bool:
    """Whether DuckDB finds nothing wrong in a ledger whose file is what is published."""
    rows = ledger.rows
    if not isinstance(rows, Canonical) or len(rows.content) < SCREENED:
        return False
    patterns = (field.constraints.get("pattern", "") for field in ledger.schema.fields)
    if not all(map(_PLAIN_PATTERN.fullmatch, patterns)):
        return False
    return beyond_doubt(replace(ledger, rows=Streamed(ledger.path, ledger.schema)), ledgers)


def _place(ledger: Ledger, columns: Iterable[str], index: int) -> str:
    return ledger.place(index, *columns)


def _cells(ledger: Ledger, field: Field) -> Iterable[tuple[int, str]]:
    """The filled cells of a column, each with its record's index."""
    return ((index, text) for index, text in enumerate(ledger.column(field.name)) if text)


def _type_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for field in ledger.schema.fields:
        for index, text in () if types_fit(ledger, field) else _cells(ledger, field):
            message, remedy = type_problem(field, text)
            if message:
                place = ledger.place(index, field.name)
                findings.append(
                    error("ledger.type", place, f"“{text}”{message}（{field.title}）。", remedy)
                )
    return findings


def _constraint_findings(ledger: Ledger, mistyped: bool) -> list[Finding]:
    """What pandera finds in the columns in which there may be something to find."""
    wrong = {f.name for f in ledger.schema.fields if mistyped and not types_fit(ledger, f)}
    doubtful = [
        f for f in ledger.schema.fields if f.name in wrong or not constraints_fit(ledger, f)
    ]
    if not doubtful:
        return []
    with warnings.catch_warnings():
        # pandera imports PySpark wherever that is installed, and PySpark warns of pandas 3.
        warnings.filterwarnings("ignore", "PySpark does not yet fully", FutureWarning)
        cases = _failures(ledger, doubtful)
    return [f for case in cases for f in _constraint_finding(ledger, case)]


def _failures(ledger: Ledger, doubtful: Collection[Field]) -> list[dict[str, Any]]:
    import pandas
    from pandera.errors import SchemaErrors
    from pandera.io.pandas_io import from_frictionless_schema

    schema = from_frictionless_schema(ledger.schema.document)
    for field in ledger.schema.fields:
        if field.type == "integer":
            schema = schema.update_column(field.name, dtype="Int64")
        elif field.type in ("string", "date"):
            schema = schema.update_column(field.name, dtype="string")
    names = [field.name for field in doubtful]
    if not schema.unique:
        schema = schema.remove_columns([n for n in ledger.schema.names if n not in names])
    else:
        doubtful = ledger.schema.fields
    columns = {field.name: _column(ledger, field) for field in doubtful}
    try:
        schema.validate(pandas.DataFrame(columns), lazy=True)
    except SchemaErrors as problem:
        cases: list[dict[str, Any]] = problem.failure_cases.to_dict("records")
        return cases
    return []


def _column(ledger: Ledger, field: Field) -> Any:
    """A column for pandera; a cell of a wrong type, found already, is empty in it."""
    import pandas

    convert = {"integer": int, "number": float}.get(field.type, str)  # range checks only
    cells = ledger.column(field.name)
    if types_fit(ledger, field):
        values = [convert(text) if text else None for text in cells]
    else:
        typed = (text if text and not type_problem(field, text)[0] else "" for text in cells)
        values = [convert(text) if text else None for text in typed]
    kinds = {"integer": "Int64", "number": "float64"}
    return pandas.array(values, dtype=kinds.get(field.type, "string"))


def _constraint_finding(ledger: Ledger, case: Mapping[str, Any]) -> list[Finding]:
    field = ledger.schema.field(str(case["column"]))
    index, kind = int(case["index"]), str(case["check"]).partition("(")[0]
    cell = ledger.rows[index][field.name]
    if cell and type_problem(field, cell)[0]:
        return []  # found already
    return [constraint_finding(ledger.place(index, field.name), field, kind, cell)]


def _text_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for field in ledger.schema.fields:
        if field.type == "string" and not texts_fit(ledger, field):
            for index, text in _cells(ledger, field):
                if problem := text_problem(text):
                    told, code, message, remedy = problem
                    findings.append(told(code, ledger.place(index, field.name), message, remedy))
    return findings


def _evidence_findings(ledger: Ledger) -> list[Finding]:
    if not {"evidence", "items"} <= set(ledger.schema.names) or ledger.values["items"] == {"1"}:
        return []
    cells = zip(ledger.column("evidence"), ledger.column("items"), strict=True)
    return [
        items_finding(ledger.place(index, "items"), items)
        for index, (evidence, items) in enumerate(cells)
        if evidence == "record" and items != "1"
    ]


def _key_findings(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    findings = []
    for key in ledger.schema.foreign_keys:
        named = ledgers[key.ledger]
        known = known_ids(named, ledger.values[key.column])
        if ledger.values[key.column] <= {"", *known}:
            continue
        for index, value in enumerate(ledger.column(key.column)):
            if value and value not in known:
                place = ledger.place(index, key.column)
                findings.append(key_finding(place, named.schema.title, value))
    if "source" not in ledger.schema.names:
        return findings
    known = ledgers["documents"].values["id"]
    cited = {source: source.partition(":")[0] for source in ledger.values["source"]}
    unknown = {source: name for source, name in cited.items() if name and name not in known}
    for index, source in enumerate(ledger.column("source") if unknown else ()):
        if source in unknown:
            findings.append(document_finding(ledger.place(index, "source"), unknown[source]))
    return findings


def check_references(ledgers: Mapping[str, Ledger], statistics: Collection[str]) -> list[Finding]:
    """Cells that list several ids, separated by ；, each of which must exist."""
    findings = []
    listed = [(ledger, f) for ledger in ledgers.values() for f in ledger.schema.fields]
    for ledger, field in listed:
        if not field.references:
            continue
        named = None if field.references == "statistics" else ledgers[field.references]
        title = named.schema.title if named else "指标目录"
        ids = partial(known_ids, named) if named else partial(_declared, statistics)
        if ledger.large is not None:
            findings += check_listed(ledger, field, ids, title)
            continue
        wanted = {one for text in ledger.values[field.name] for one in split_ids(text)}
        known = ids(wanted) if wanted else ()
        findings += [
            key_finding(ledger.place(index, field.name), title, one)
            for index, text in _cells(ledger, field)
            for one in text.split("；")
            if one not in known
        ]
    return findings


def _declared(statistics: Collection[str], _wanted: Collection[str]) -> Collection[str]:
    return statistics
