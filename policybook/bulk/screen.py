"""Whether anything is wrong in a CSV, asked of DuckDB in one pass over it. floor: rules.

Most files are what they should be; only of the others is it asked what is wrong and where.
A screen may doubt what is right, and must never pass what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from policybook.bulk.cells import constraint_rules, in_doubt, suspect, undeclared
from policybook.bulk.keys import digests, ids_of, keys_of, unique_fields
from policybook.bulk.table import Table, quoted_name
from policybook.errors import LedgerError
from policybook.large import mistyped_column
from policybook.ledgers import Ledger


def beyond_doubt(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> bool:
    """Whether no record of a large CSV breaks a rule that looks at ledgers alone."""
    if ledger.large is None or any(undeclared(ledger)):
        return False
    table, mistyped, wrong = Table(ledger, ledger.large), in_doubt(ledger), _conditions(ledger)
    try:
        for number, key in enumerate(keys_of(ledger, ledgers)):
            query, values = ids_of(table, key.named)
            table.query(f'CREATE TABLE "known {number}" AS {query}', *values)
            wrong[key.column].append(f'{key.expression} NOT IN (FROM "known {number}")')
        few = _recurring(table)
        of_records = [quoted_name(mistyped_column(name)) for name in mistyped]
        of_records += [one for name, broken in wrong.items() if name not in few for one in broken]
        asked = [_any(of_records)]
        for field in unique_fields(ledger):
            name = quoted_name(field.name)
            asked.append(f"count({name}) <> {digests(name)}")
        texts = [f"list(DISTINCT {quoted_name(name)}) AS {quoted_name(name)}" for name in few]
        table.query(
            f"CREATE TABLE found AS SELECT {', '.join([f'{_or(asked)} AS wrong', *texts])} "
            f"FROM ({table.records.in_doubt(mistyped)})"
        )
        found = ["(SELECT wrong FROM found)"]
        for name in few:
            each = f"SELECT unnest({quoted_name(name)}) AS {quoted_name(name)} FROM found"
            found.append(f"(SELECT {_any(wrong[name])} FROM ({each}))")
        return table.query(f"SELECT {_or(found)}") == [(False,)]
    except LedgerError:
        return False


def _conditions(ledger: Ledger) -> dict[str, list[str]]:
    """What no typed record may be, by the column that is looked at."""
    wrong = {f.name: [r.broken for r in constraint_rules(ledger, f)] for f in ledger.schema.fields}
    for field in ledger.schema.fields:
        if field.type == "string":
            wrong[field.name].append(suspect(field))
    return wrong


def _recurring(table: Table) -> list[str]:
    """The columns of texts that recur, each of which is then looked at once."""
    unique = unique_fields(table.ledger)
    fields = table.ledger.schema.fields
    columns = zip(fields, zip(*table.records.sample(), strict=True), strict=False)
    return [
        field.name
        for field, cells in columns
        if field.type == "string" and field not in unique and len(set(cells)) * 2 <= len(cells)
    ]


def _or(conditions: list[str]) -> str:
    return " OR ".join(f"({one})" for one in conditions)


def _any(conditions: list[str]) -> str:
    """Whether any record meets one of some conditions."""
    return f"coalesce(bool_or({_or(conditions or ['false'])}), false)"
