"""Ids of a large ledger, and the ids of others that it names. floor: rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from policybook.bulk.cells import is_key
from policybook.bulk.table import Rule, Table, Tell, quoted_name
from policybook.errors import Finding
from policybook.large import quoted
from policybook.ledgers import Ledger
from policybook.problems import constraint_finding, document_finding, key_finding
from policybook.schema import Field

_NAMED = 1000
"""So many unknown ids are looked for."""


def unique_fields(ledger: Ledger) -> list[Field]:
    """The columns in which no text may occur twice."""
    fields = ledger.schema.fields
    return [one for one in fields if one.constraints.get("unique") or is_key(ledger, one)]


def digests(name: str) -> str:
    """How many digests a column's texts have, in SQL; texts of different ones are different.

    Digests take less memory than texts.
    """
    return f"count(DISTINCT hash({name})) FILTER (WHERE {name} IS NOT NULL)"


def unique_findings(table: Table) -> list[Finding]:
    """Ids and other texts that occur twice."""
    findings = []
    scan = table.records.scan
    for field in unique_fields(table.ledger):
        name = quoted_name(field.name)
        ((filled, distinct),) = table.query(f"SELECT count({name}), {digests(name)} FROM {scan}")
        if filled == distinct:
            continue
        twice = f"SELECT {name} FROM {scan} WHERE {name} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        ((count,),) = table.query(f"SELECT count(*) FROM {scan} WHERE {name} IN ({twice})")

        def tell(place: str, cell: str, field: Field = field) -> Finding:
            return constraint_finding(place, field, "field_uniqueness", cell)

        findings += table.tell(Rule(field.name, f"{name} IN ({twice})", tell), count)
    return findings


@dataclass(frozen=True)
class Key:
    """What in a column has to be an id of a ledger."""

    column: str
    expression: str  # in SQL
    named: Ledger
    tell: Tell


def keys_of(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> Iterator[Key]:
    """Ids of other ledgers, and the documents that sources name."""
    for key in ledger.schema.foreign_keys:
        named = ledgers[key.ledger]

        def missing(place: str, cell: str, title: str = named.schema.title) -> Finding:
            return key_finding(place, title, cell)

        yield Key(key.column, quoted_name(key.column), named, missing)
    if "source" in ledger.schema.names:

        def unsaid(place: str, cell: str) -> Finding:
            return document_finding(place, cell.partition(":")[0])

        document = "nullif(split_part(source, ':', 1), '')"
        yield Key("source", document, ledgers["documents"], unsaid)


def ids_of(table: Table, named: Ledger) -> tuple[str, list[list[str]]]:
    """The query for the ids of a ledger, which may be the table's own, and its parameters."""
    large = table.records if named.name == table.ledger.name else named.large
    if large:
        return f"SELECT id FROM {large.once} WHERE id IS NOT NULL", []
    return "SELECT unnest(?)", [sorted(named.values["id"])]


def key_findings(table: Table, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Cells that name what is no id."""
    return [found for key in keys_of(table.ledger, ledgers) for found in _unknown(table, key)]


def _unknown(table: Table, key: Key) -> list[Finding]:
    known, values = ids_of(table, key.named)
    unknown = table.query(
        f"SELECT DISTINCT {key.expression} AS it FROM {table.records.scan} "
        f"WHERE it IS NOT NULL AND it NOT IN ({known}) LIMIT {_NAMED}",
        *values,
    )
    if not unknown:
        return []
    listed = ", ".join(sorted(quoted(value) for (value,) in unknown))
    broken = f"{key.expression} IN ({listed})"
    return table.tell(Rule(key.column, broken, key.tell), *table.count([broken]))


def known_ids(ledger: Ledger, wanted: Collection[str]) -> Collection[str]:
    """Those of some ids that a ledger has; of a large one no others are held."""
    if ledger.large is None:
        return ledger.values["id"]
    rows = Table(ledger, ledger.large).query(
        f"SELECT id FROM {ledger.large.once} WHERE id IN (SELECT unnest(?))", sorted(wanted)
    )
    return {name for (name,) in rows}


def check_listed(
    ledger: Ledger, field: Field, known: Callable[[Collection[str]], Collection[str]], title: str
) -> list[Finding]:
    """A column of a large ledger that lists ids, separated by ；, each of which must exist."""
    assert ledger.large is not None
    table = Table(ledger, ledger.large)
    split = f"string_split({quoted_name(field.name)}, '；')"
    rows = table.query(f"SELECT DISTINCT unnest({split}) FROM {ledger.large.once}")
    wanted = {one for (one,) in rows}
    unknown = wanted - set(known(wanted))
    if not unknown:
        return []

    def tell(place: str, cell: str) -> Finding:
        return key_finding(place, title, "、".join(set(cell.split("；")) & unknown))

    broken = f"list_has_any({split}, [{', '.join(map(quoted, sorted(unknown)))}])"
    return table.tell(Rule(field.name, broken, tell), *table.count([broken]))
