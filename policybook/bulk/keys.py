"""Ids of a large ledger, and the ids of others that it names. floor: rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from policybook.bulk.cells import is_key
from policybook.bulk.table import Rule, Table
from policybook.bulk.typed import quoted_name
from policybook.errors import Finding
from policybook.large import quoted
from policybook.ledgers import Ledger
from policybook.problems import constraint_finding, document_finding, key_finding
from policybook.schema import Field, split_ids


def unique_rules(table: Table) -> Iterator[Rule]:
    """No id or other unique text occurs twice."""
    for field in table.ledger.schema.fields:
        if not (field.constraints.get("unique") or is_key(table.ledger, field)):
            continue
        name = quoted_name(field.name)
        filled = f"{name} IS NOT NULL"
        # Digests take less memory than texts; that two differ by their digests is certain.
        digests = f"count(DISTINCT hash({name})) FILTER (WHERE {filled})"
        texts = f"SELECT {name} FROM {table.source} WHERE {filled}"
        twice = f"{name} IN ({texts} GROUP BY 1 HAVING count(*) > 1)"

        def tell(place: str, cell: str, field: Field = field) -> Finding:
            return constraint_finding(place, field, "field_uniqueness", cell)

        yield Rule(field.name, twice, tell, screen=f"count({name}) <> {digests}")


def key_rules(table: Table, ledgers: Mapping[str, Ledger]) -> Iterator[Rule]:
    """Ids of other ledgers are there, and so are the documents that sources name."""
    for key in table.ledger.schema.foreign_keys:
        named = ledgers[key.ledger]

        def missing(place: str, cell: str, title: str = named.schema.title) -> Finding:
            return key_finding(place, title, cell)

        unknown = _unknown(table, quoted_name(key.column), named)
        yield Rule(key.column, unknown, missing)
    if "source" in table.ledger.schema.names:

        def unsaid(place: str, cell: str) -> Finding:
            return document_finding(place, cell.partition(":")[0])

        document = "nullif(split_part(source, ':', 1), '')"
        yield Rule("source", _unknown(table, document, ledgers["documents"]), unsaid)


def _unknown(table: Table, expression: str, named: Ledger) -> str:
    """That an expression is no id of a ledger, which may be the table's own."""
    large = table.records if named.name == table.ledger.name else named.large
    known, ids = quoted_name(f"known {named.name}"), []
    query = f"SELECT id FROM {large.once} WHERE id IS NOT NULL" if large else "SELECT unnest(?)"
    if not large:
        ids.append(sorted(named.values["id"]))
    table.query(f"CREATE OR REPLACE TABLE {known} AS {query}", *ids)
    return f"{expression} IS NOT NULL AND {expression} NOT IN (FROM {known})"


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
        return key_finding(place, title, "、".join(set(split_ids(cell)) & unknown))

    broken = f"list_has_any({split}, [{', '.join(map(quoted, sorted(unknown)))}])"
    return table.told([Rule(field.name, broken, tell)])
