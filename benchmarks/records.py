"""How fast ledgers of many records are checked and computed, and in how much memory.

    python benchmarks/records.py [--records 10000000] [--ordinary 600000] [--rounds 3]

DuckDB makes the ledgers, the same each time.  Each measurement is a process of its own; the
rounds take turns, so that a busy machine slows all alike; printed are medians.  The yardsticks
are two programs in SQL by hand for the same twenty numbers: one pass over the file, and twenty
queries over a table loaded from it.  The numbers must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PERIOD = "2030Q1"
GOAL_CHECK = 500_000  # records a second
GOAL_COMPUTE = 1.3  # times the yardstick
KINDS = ("housing", "school", "clinic", "road", "water", "heating", "park", "farm")
COLUMNS = {
    "id": "VARCHAR",
    "title": "VARCHAR",
    "programme": "VARCHAR",
    "district": "VARCHAR",
    "department": "VARCHAR",
    "status": "VARCHAR",
    "amount": "DECIMAL(18,2)",
    "persons": "BIGINT",
    "paid_on": "DATE",
    "items": "BIGINT",
    "evidence": "VARCHAR",
    "source": "VARCHAR",
}
MAKE = """
SELECT 'r-' || lpad(CAST(i AS VARCHAR), 8, '0') AS id,
  '补贴发放 ' || i % 977 AS title,
  {kinds}[1 + i * 7919 % 8] AS programme,
  'district-' || i * 70000133 % 1000000007 % 9 AS district,
  '部门' || i * 110000209 % 1000000007 % 24 AS department,
  ['paid', 'approved', 'refused'][1 + i * 104729 % 3] AS status,
  CAST(i * 170000323 % 1000000007 % 10000000 / 100.0 AS DECIMAL(18,2)) AS amount,
  1 + i * 190000361 % 1000000007 % 5 AS persons,
  DATE '2030-01-01' + CAST(i * 230000437 % 1000000007 % 90 AS INTEGER) AS paid_on,
  CAST(1 AS BIGINT) AS items, 'record' AS evidence, 'register:' || 1 + i // 1000 AS source
FROM range({records}) AS numbers(i)
"""
BY_HAND = [("sum(amount)", f"programme = '{kind}'") for kind in KINDS]
BY_HAND += [("sum(persons)", f"programme = '{kind}' AND status = 'paid'") for kind in KINDS[:4]]
BY_HAND += [
    ("sum(amount)", "status = 'paid'"),
    ("sum(amount)", "true"),
    ("sum(items)", "true"),
    ("sum(amount)", "status = 'refused' AND district = 'district-3'"),
    ("count(DISTINCT district)", "status = 'paid'"),
    ("count(DISTINCT department)", "true"),
    ("count(DISTINCT title)", "programme = 'road'"),
    ("sum(amount)", "status = 'approved'"),  # divided by the sum of all
]
PUBLISHED = [f"paid.filter(_.programme == '{kind}').amount.sum()" for kind in KINDS]
PUBLISHED += [
    f"paid.filter(_.programme == '{kind}', _.status == 'paid').persons.sum()" for kind in KINDS[:4]
]
PUBLISHED += [
    "paid.filter(_.status == 'paid').amount.sum()",
    "paid.amount.sum()",
    "paid['items'].sum()",
    "paid.filter(_.status == 'refused', _.district == 'district-3').amount.sum()",
    "paid.filter(_.status == 'paid').district.nunique()",
    "paid.department.nunique()",
    "paid.filter(_.programme == 'road').title.nunique()",
    "paid.filter(_.status == 'approved').amount.sum() / paid.amount.sum()",
]


def column(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    """A field of a Table Schema."""
    decimals = 2 if kind == "number" else 0
    entry = {"name": name, "title": name, "type": kind, "decimals": decimals}
    return {**entry, "constraints": constraints}


def make_root(folder: Path, records: int, suffix: str) -> Path:
    """A project with one ledger of so many records, and a notebook with its statistics."""
    import duckdb
    import nbformat
    from nbformat import v4

    from tests.unit.conftest import PARAMETERS, STATISTIC

    data = folder / "data"
    (data / "schema").mkdir(parents=True)
    (data / PERIOD).mkdir()
    word = "[a-z0-9]+(-[a-z0-9]+)*"
    one = {"required": True, "minimum": 1, "maximum": 1}
    fields = [
        column("id", required=True, unique=True, pattern=word),
        column("title", required=True),
        column("programme", required=True),
        *map(column, ("district", "department")),
        column("status", enum=["paid", "approved", "refused"]),
        column("amount", "number", minimum=0),
        column("persons", "integer", minimum=0),
        column("paid_on", "date", required=True),
        column("items", "integer", **one),
        column("evidence", required=True, enum=["record", "aggregate", "remainder"]),
        column("source", required=True, pattern="[a-z][a-z0-9-]*:.+"),
    ]
    documents = [fields[0], fields[1], column("issued", "date")]
    for name, found in (("payments", fields), ("documents", documents)):
        schema = {"title": name, "description": "", "fields": found, "primaryKey": ["id"]}
        (data / "schema" / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    (data / "documents.csv").write_text("id,title,issued\nregister,登记簿,2030-01-01\n")
    (data / PERIOD / "period.yml").write_text(PARAMETERS, encoding="utf-8")
    (data / "relations.yml").write_text("[]\n", encoding="utf-8")
    names = [f"payments.n{number}" for number in range(len(PUBLISHED))]
    catalogue = "".join(STATISTIC.format(id=name, unit="项", decimals=2) for name in names)
    (data / "statistics.yml").write_text(catalogue, encoding="utf-8")
    publish = "\n".join(
        f'edition.publish("{name}", {expression})'
        for name, expression in zip(names, PUBLISHED, strict=True)
    )
    start = "from ibis import _\nfrom policybook.edition import open_edition\n"
    start += "edition = open_edition(period, data)\npaid = edition.payments"
    parameters = f'period = "{PERIOD}"\ndata = "data"'
    notebook = v4.new_notebook(cells=[v4.new_code_cell(c) for c in (parameters, start, publish)])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    (folder / "notebooks").mkdir()
    nbformat.write(notebook, folder / "notebooks" / "01_made_up.ipynb")
    ledger = data / PERIOD / f"payments{suffix}"
    form = "FORMAT parquet" if suffix == ".parquet" else "HEADER, DELIMITER ','"
    query = MAKE.format(kinds=list(KINDS), records=records)
    duckdb.connect().execute(f"COPY ({query}) TO '{ledger}' ({form})")
    return folder


def source(root: Path) -> str:
    """The ledger's file as DuckDB reads it with its types."""
    (path,) = (root / "data" / PERIOD).glob("payments.*")
    if path.suffix == ".parquet":
        return f"read_parquet('{path}')"
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    return f"read_csv('{path}', header = true, columns = {{{columns}}}, auto_detect = false)"


def one_pass(root: Path) -> list[str]:
    """The twenty numbers by hand in one query."""
    import duckdb

    parts = ", ".join(f"{what} FILTER (WHERE {where})" for what, where in BY_HAND)
    row = duckdb.connect().execute(f"SELECT {parts} FROM {source(root)}").fetchone()
    return _divided([*(row or ())])


def loaded(root: Path) -> list[str]:
    """The twenty numbers by hand in a query each, over a table."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE payments AS FROM {source(root)}")
    queries = [f"SELECT {what} FROM payments WHERE {where}" for what, where in BY_HAND]
    return _divided([connection.execute(query).fetchall()[0][0] for query in queries])


def _divided(values: list[Any]) -> list[str]:
    numbers = [Fraction(value) for value in values]
    numbers[-1] /= numbers[13]
    return list(map(str, numbers))


def published(root: Path) -> list[str]:
    """The same as facts, by the notebook."""
    from policybook.edition import load_edition
    from policybook.notebooks import evaluate_notebooks

    facts = evaluate_notebooks(root / "notebooks", load_edition(root / "data", PERIOD))
    return [str(Fraction(fact.value)) for fact in facts.values()]


def checked(root: Path) -> list[str]:
    """Reading and all rules of ledgers: how many findings there are."""
    from policybook.check import check_data

    return [str(len(check_data(root / "data", PERIOD).findings))]


TASKS = {task.__name__: task for task in (one_pass, loaded, published, checked)}


def run(task: str, root: Path) -> dict[str, Any]:
    """One measurement in a process of its own."""
    out, into = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if not child:
        os.dup2(into, 1)
        os.execv(sys.executable, [sys.executable, __file__, "--task", task, "--root", str(root)])
    os.close(into)
    with os.fdopen(out) as answer:
        told = json.loads(answer.read())
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{task} failed")
    return {
        **told,
        "seconds": time.perf_counter() - started,
        "processor": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
    }


def measured(tasks: Iterable[str], root: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """Medians of rounds in which the tasks take turns."""
    found: dict[str, list[dict[str, Any]]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for task, runs in found.items():
            runs.append(run(task, root))
    keys = ("seconds", "inside", "processor", "memory")
    return {
        task: {
            "answer": runs[0]["answer"],
            **{key: statistics.median(one[key] for one in runs) for key in keys},
        }
        for task, runs in found.items()
    }


def told(label: str, one: Mapping[str, Any]) -> str:
    """One line of the table."""
    return (
        f"{label:32}{one['seconds']:8.2f} s {one['processor']:8.2f} s cpu {one['memory']:7.0f} MB"
    )


def goal(met: bool) -> str:
    """Whether a goal is met."""
    return "met" if met else "NOT met"


def compare(root: Path, suffix: str, rounds: int) -> None:
    """Publishing twenty statistics against the same by hand."""
    found = measured(("one_pass", "loaded", "published"), root, rounds)
    if len({tuple(one["answer"]) for one in found.values()}) != 1:
        sys.exit("the numbers differ")
    print(told(f"{suffix}: by hand, one pass", found["one_pass"]))
    print(told(f"{suffix}: by hand, table loaded", found["loaded"]))
    print(told(f"{suffix}: published with traces", found["published"]))
    for yardstick in ("loaded", "one_pass"):
        ratios = {
            key: found["published"][key] / found[yardstick][key]
            for key in ("seconds", "processor", "memory")
        }
        shown = ", ".join(f"{key} {ratio:.2f}" for key, ratio in ratios.items())
        met = all(ratios[key] <= GOAL_COMPUTE for key in ("seconds", "memory"))
        print(f"  of {yardstick}: {shown}; at most {GOAL_COMPUTE}: {goal(met)}")


def check(root: Path, label: str, records: int, rounds: int) -> None:
    """Reading and rules."""
    one = measured(("checked",), root, rounds)["checked"]
    if one["answer"] != ["0"]:
        sys.exit(f"{label}: {one['answer'][0]} findings")
    print(told(f"check, {label}", one))
    inside, whole = records / one["inside"], records / one["seconds"]
    print(
        f"  {inside:,.0f} records a second, {whole:,.0f} with the start of the process; "
        f"at least {GOAL_CHECK:,}: {goal(inside >= GOAL_CHECK)}, {goal(whole >= GOAL_CHECK)}"
    )


def main() -> None:
    """All measurements, or the one that this process is for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000_000, help="of the large ledgers")
    parser.add_argument("--ordinary", type=int, default=600_000, help="of the ordinary one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", choices=sorted(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        import duckdb  # noqa: F401  # what a process starts with is not what its task takes

        if asked.task in ("published", "checked"):
            import policybook.check  # noqa: F401
        started = time.perf_counter()
        answer = TASKS[asked.task](asked.root)
        print(json.dumps({"answer": answer, "inside": time.perf_counter() - started}))
        return
    with tempfile.TemporaryDirectory(prefix="records-") as folder:
        print(f"{asked.ordinary:,} records in an ordinary ledger")
        root = make_root(Path(folder, "ordinary"), asked.ordinary, ".csv")
        check(root, "ordinary .csv", asked.ordinary, asked.rounds)
        print(f"{asked.records:,} records in a large ledger, {len(PUBLISHED)} statistics")
        for suffix in (".csv", ".parquet"):
            root = make_root(Path(folder, suffix[1:]), asked.records, suffix)
            check(root, f"large {suffix}", asked.records, asked.rounds)
            compare(root, suffix, asked.rounds)


if __name__ == "__main__":
    main()
