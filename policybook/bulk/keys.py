"""Ids of a large ledger, and the ids of others that it names. floor: rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from policybook.bulk.cells import is_key
from policybook.bulk.table import Rule, Table, Tell, quoted_name
from policybook.errors import Finding
from policybook.large import quoted
from policybook.ledgers import Ledger
from policybook.problems import constraint_finding, document_finding, key_finding
from policybook.schema import Field

_NAMED = 1000
"""So many unknown ids are looked for."""


def unique_findings(table: Table) -> list[Finding]:
    """Ids and other texts that occur twice."""
    findings = []
    scan = table.records.scan
    for field in table.ledger.schema.fields:
        if not (field.constraints.get("unique") or is_key(table.ledger, field)):
            continue
        name = quoted_name(field.name)
        # Digests take less memory than texts; that two differ by their digests is certain.
        ((filled, distinct),) = table.query(
            f"SELECT count({name}), count(DISTINCT hash({name})) FILTER (WHERE {name} IS NOT NULL) "
            f"FROM {scan}"
        )
        if filled == distinct:
            continue
        twice = f"SELECT {name} FROM {scan} WHERE {name} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        ((count,),) = table.query(f"SELECT count(*) FROM {scan} WHERE {name} IN ({twice})")

        def tell(place: str, cell: str, field: Field = field) -> Finding:
            return constraint_finding(place, field, "field_uniqueness", cell)

        findings += table.tell(Rule(field.name, f"{name} IN ({twice})", tell), count)
    return findings


def key_findings(table: Table, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Ids of other ledgers, and the documents that sources name."""
    findings = []
    for key in table.ledger.schema.foreign_keys:
        title = ledgers[key.ledger].schema.title

        def missing(place: str, cell: str, title: str = title) -> Finding:
            return key_finding(place, title, cell)

        column = quoted_name(key.column)
        findings += _unknown(table, key.column, column, ledgers[key.ledger], missing)
    if "source" in table.ledger.schema.names:

        def unsaid(place: str, cell: str) -> Finding:
            return document_finding(place, cell.partition(":")[0])

        document = "nullif(split_part(source, ':', 1), '')"
        findings += _unknown(table, "source", document, ledgers["documents"], unsaid)
    return findings


def _unknown(
    table: Table, column: str, expression: str, named: Ledger, tell: Tell
) -> list[Finding]:
    """The cells of a column in which an expression is no id of the named ledger."""
    scan = table.records.scan
    other = table.records if named.name == table.ledger.name else named.large
    known = f"SELECT id FROM {other.scan} WHERE id IS NOT NULL" if other else ""
    values = [] if other else [sorted(named.values["id"])]
    unknown = table.query(
        f"SELECT DISTINCT {expression} AS it FROM {scan} WHERE it IS NOT NULL "
        f"AND it NOT IN ({known or 'SELECT unnest(?)'}) LIMIT {_NAMED}",
        *values,
    )
    if not unknown:
        return []
    listed = ", ".join(sorted(quoted(value) for (value,) in unknown))
    broken = f"{expression} IN ({listed})"
    return table.tell(Rule(column, broken, tell), *table.count([broken]))


def known_ids(ledger: Ledger, wanted: Collection[str]) -> Collection[str]:
    """Those of some ids that a ledger has; of a large one no others are held."""
    if ledger.large is None:
        return ledger.values["id"]
    rows = Table(ledger, ledger.large).query(
        f"SELECT id FROM {ledger.large.scan} WHERE id IN (SELECT unnest(?))", sorted(wanted)
    )
    return {name for (name,) in rows}


def check_listed(
    ledger: Ledger, field: Field, known: Callable[[Collection[str]], Collection[str]], title: str
) -> list[Finding]:
    """A column of a large ledger that lists ids, separated by ；, each of which must exist."""
    assert ledger.large is not None
    table = Table(ledger, ledger.large)
    split = f"string_split({quoted_name(field.name)}, '；')"
    rows = table.query(f"SELECT DISTINCT unnest({split}) FROM {ledger.large.scan}")
    wanted = {one for (one,) in rows}
    unknown = wanted - set(known(wanted))
    if not unknown:
        return []

    def tell(place: str, cell: str) -> Finding:
        return key_finding(place, title, "、".join(set(cell.split("；")) & unknown))

    broken = f"list_has_any({split}, [{', '.join(map(quoted, sorted(unknown)))}])"
    return table.tell(Rule(field.name, broken, tell), *table.count([broken]))
