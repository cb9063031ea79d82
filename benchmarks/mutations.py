"""Random single changes to a release, and how many of them each verifier finds.

    python benchmarks/mutations.py _build/site/2024Q2 --changes 1000 --jobs 2
    python benchmarks/mutations.py _build/site/2024Q2 --changes 0 --untouched 20

Each change is judged twice by both verifiers: as it is, and forged, that is with SHA256SUMS
made anew by whoever made it, so that not the digests tell but what the files say of each other.
A verifier finds whatever its digests find and whatever it finds in the forged folder, so that
as it is only the digests are asked again. What forgers can do is what signatures are for.
``--untouched N`` builds so many releases of the demo city, in which nothing may be found.
Exit status 1 when a change is missed as it is, or an untouched release is blamed.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policybook.inventory import check_sums
from policybook.published import SUMS
from policybook.release import VERIFIER, write_sums
from policybook.verify import verify_release

Random = random.Random
NUMERAL = "0123456789"
CHARACTERS = "二三四五六七八九十百千万亿"
UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]*>", re.DOTALL)
MARKED = re.compile(r'(<[^>]*\sdata-(?:stat|fact)="[^"]*"[^>]*>)([^<]*\d[^<]*)<')
TABLE = re.compile(r"<table[^>]*data-figure=.*?</table>", re.DOTALL)
CELL = re.compile(r"<t[dh][^>]*>([^<]+)</t[dh]>")
TOKEN = re.compile(r"'[^']*'|\"\w+\"|\b(?:SUM|MAX|MIN|COUNT|AND|ASC|DESC)\b|\d+|<>|<=|>=|[=<>]")
SWAPPED = {"SUM": "MAX", "MAX": "MIN", "MIN": "MAX", "COUNT": "MAX", "AND": "OR"}
SWAPPED |= {"ASC": "DESC", "DESC": "ASC", "=": "<>", "<>": "=", "<": ">=", ">": "<="}
SWAPPED |= {"<=": ">", ">=": "<"}


@dataclass(frozen=True)
class Change:
    """One file of a release with other content, or gone."""

    file: str
    content: str | None
    what: str


def another(character: str, among: str, rng: Random) -> str:
    """A different character of the same kind."""
    return rng.choice([one for one in among if one != character])


def altered(text: str, rng: Random) -> str:
    """A text with one digit changed; without digits, with a character more; empty, a 1."""
    digits = [place for place, one in enumerate(text) if one in NUMERAL]
    if not digits:
        return f"{text}改" if text else "1"
    place = rng.choice(digits)
    return text[:place] + another(text[place], NUMERAL, rng) + text[place + 1 :]


def read(release: Path, file: str) -> str:
    """A file's text."""
    return (release / file).read_bytes().decode()


def one_of(release: Path, pattern: str, rng: Random) -> str:
    """The path of a random file."""
    paths = sorted(path.relative_to(release).as_posix() for path in release.glob(pattern))
    return rng.choice(paths)


def rewritten(release: Path, file: str, rng: Random, first: int, place: int | None) -> Change:
    """A CSV with one cell changed, or one row gone (``place`` None); from row ``first`` on."""
    rows = list(csv.reader(io.StringIO(read(release, file), newline="")))
    row = rng.randrange(first, len(rows)) if len(rows) > first else 0
    what = f"第{row + 1}行"
    if place is None:
        del rows[row]
    else:
        column = rng.randrange(len(rows[row]))
        old = rows[row][column]
        rows[row][column] = altered(old, rng)
        what += f" {rows[0][column]}列 “{old}” → “{rows[row][column]}”"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return Change(file, text.getvalue(), what)


def ledger_cell(release: Path, rng: Random) -> Change:
    """A cell of a ledger, whether a statistic rests on it or not."""
    return rewritten(release, one_of(release, "data/*.csv", rng), rng, 1, 1)


def within(release: Path, file: str, span: tuple[int, int], new: str) -> Change:
    """A file with another text at one place."""
    text = read(release, file)
    start, end = span
    changed = text[:start] + new + text[end:]
    return Change(file, changed, f"“{text[max(0, start - 40) : end]}” → “{new}”")


def pages(release: Path, rng: Random) -> Iterator[str]:
    """All pages, in a random order."""
    paths = sorted(path.relative_to(release).as_posix() for path in release.rglob("*.html"))
    yield from rng.sample(paths, len(paths))


def displayed_number(release: Path, rng: Random) -> Change:
    """A number that a page displays of a fact."""
    for page in pages(release, rng):
        found = list(MARKED.finditer(read(release, page)))
        if found:
            one = rng.choice(found)
            return within(release, page, one.span(2), altered(one[2], rng))
    raise LookupError("no page displays a number")


def page_numeral(release: Path, rng: Random) -> Change:
    """A digit or a numeral in characters anywhere in the text of a page."""
    for page in pages(release, rng):
        text = read(release, page)
        start, places = 0, []
        for end, after in [*(one.span() for one in UNSEEN.finditer(text)), (len(text), 0)]:
            places += [at for at in range(start, end) if text[at] in NUMERAL + CHARACTERS]
            start = after
        if places:
            at = rng.choice(places)
            among = NUMERAL if text[at] in NUMERAL else CHARACTERS
            return within(release, page, (at, at + 1), another(text[at], among, rng))
    raise LookupError("no page has a numeral")


def json_leaves(entry: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each text and number of a JSON value."""
    if isinstance(entry, dict | list):
        for key, one in entry.items() if isinstance(entry, dict) else enumerate(entry):
            yield from json_leaves(one, (*keys, key))
    elif entry is not None:
        yield keys


def changed_json(release: Path, choose: Callable[[tuple[Any, ...]], bool], rng: Random) -> Change:
    """facts.json with one leaf changed, of those chosen."""
    content = json.loads(read(release, "facts.json"))
    keys = rng.choice([keys for keys in json_leaves(content) if choose(keys)])
    entry = content
    for key in keys[:-1]:
        entry = entry[key]
    old = entry[keys[-1]]
    new: Any = old + 1 if isinstance(old, int) else altered(str(old), rng)
    if "sql" in keys:
        new = other_query(old, rng)
    elif keys[-1] == "op":
        new = SWAPPED[old]
    entry[keys[-1]] = new
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    name = content[keys[0]][keys[1]]["id"] if len(keys) > 2 else ""
    return Change("facts.json", text, f"{name} {keys} {old!r} → {new!r}")


def other_query(sql: str, rng: Random) -> str:
    """A query with one literal, column, function or sign changed."""
    found = rng.choice(list(TOKEN.finditer(sql)))
    token = found[0]
    new = SWAPPED.get(token) or token[:-1] + "x" + token[-1] if token[0] in "'\"" else token
    if new == token:
        new = SWAPPED.get(token) or altered(token, rng)
    return sql[: found.start()] + new + sql[found.end() :]


def fact_value(release: Path, rng: Random) -> Change:
    """What facts.json says a fact's value, number, text, formula or operand is."""
    names = {"value", "number", "display", "formula", "look_through", "decimals", "interval"}
    return changed_json(release, lambda keys: keys[0] == "facts" and bool(names & {*keys}), rng)


def fact_field(release: Path, rng: Random) -> Change:
    """Anything else that facts.json says of a fact."""
    return changed_json(release, lambda keys: keys[0] == "facts" and "sql" not in keys, rng)


def query(release: Path, rng: Random) -> Change:
    """A published query of a fact, an operand or a figure."""
    return changed_json(release, lambda keys: "sql" in keys, rng)


def relation(release: Path, rng: Random) -> Change:
    """A relation's sides, sign or filled form."""
    names = {"left", "right", "op", "filled"}
    return changed_json(release, lambda keys: keys[0] == "relations" and keys[-1] in names, rng)


def figure_data(release: Path, rng: Random) -> Change:
    """A figure's data: in facts.json, beside the picture, or in the table of a page."""
    where = rng.choice(("facts", "csv", "page"))
    if where == "facts":
        return changed_json(release, lambda k: k[0] == "figures" and "rows" in k, rng)
    if where == "csv":
        return rewritten(release, one_of(release, "figures/*.csv", rng), rng, 0, 1)
    for page in pages(release, rng):
        text = read(release, page)
        cells = [
            (table.start() + cell.start(1), table.start() + cell.end(1))
            for table in TABLE.finditer(text)
            for cell in CELL.finditer(table[0])
        ]
        if cells:
            start, end = rng.choice(cells)
            return within(release, page, (start, end), altered(text[start:end], rng))
    raise LookupError("no page has a figure")


def deletion(release: Path, rng: Random) -> Change:
    """A file, a record, a fact, a figure, a relation, or a displayed number."""
    what = rng.choice(("file", "record", "facts", "figures", "relations", "number"))
    if what == "file":
        files = [path for path in sorted(release.rglob("*")) if path.is_file()]
        files = [path for path in files if path.name != SUMS]
        return Change(rng.choice(files).relative_to(release).as_posix(), None, "删去文件")
    if what == "record":
        return rewritten(release, one_of(release, "data/*.csv", rng), rng, 1, None)
    if what == "number":
        change = displayed_number(release, rng)
        found = next(iter(MARKED.finditer(read(release, change.file))))
        return within(release, change.file, found.span(2), "")
    content = json.loads(read(release, "facts.json"))
    one = content[what].pop(rng.randrange(len(content[what])))
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return Change("facts.json", text, f"删去 {what} {one['id']}")


KINDS: dict[str, Callable[[Path, Random], Change]] = {
    "ledger cell": ledger_cell,
    "displayed number": displayed_number,
    "fact value": fact_value,
    "fact field": fact_field,
    "query": query,
    "figure data": figure_data,
    "relation": relation,
    "page numeral": page_numeral,
    "deletion": deletion,
}


@dataclass(frozen=True)
class Judged:
    """A change, and who found it: verify and verify.py, as it is and forged."""

    kind: str
    change: Change
    found: tuple[bool, bool, bool, bool]


def standalone() -> Any:
    """The verify.py that goes into releases, as a module."""
    spec = importlib.util.spec_from_file_location("standalone_verify", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(release: Path, kind: str, change: Change) -> Judged:
    """Make a change, ask both verifiers twice, and undo it."""
    path, sums = release / change.file, release / SUMS
    before, digests = path.read_bytes(), sums.read_bytes()
    other = standalone()
    try:
        if change.content is None:
            path.unlink()
        else:
            path.write_bytes(change.content.encode())
        by_digest = bool(check_sums(release)), any(map(differs, other.check_sums(release)))
        write_sums(release)
        forged = bool(verify_release(release)), bool(other.verify(release)[1])
    finally:
        path.write_bytes(before)
        sums.write_bytes(digests)
    as_is = [one or another for one, another in zip(by_digest, forged, strict=True)]
    return Judged(kind, change, (as_is[0], as_is[1], *forged))


def differs(check: tuple[str, object, object]) -> bool:
    """Whether what stands is not what should."""
    return check[1] != check[2]


def run(release: Path, seed: int, kinds: list[str]) -> list[Judged]:
    """Judge a change of each kind named, on a copy of the release."""
    rng = Random(seed)
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        copy = Path(shutil.copytree(release, Path(folder, release.name)))
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        return [judge(copy, kind, KINDS[kind](copy, rng)) for kind in kinds]


def report(judged: list[Judged]) -> bool:
    """Print the shares and what was missed; whether all was found as it is."""
    print(f"{'kind':18}{'changes':>8}{'verify':>9}{'verify.py':>11}{'forged':>9}{'forged .py':>12}")
    for kind in [*KINDS, "all"]:
        of_kind = [one for one in judged if kind in (one.kind, "all")]
        if of_kind:
            shares = [sum(one.found[way] for one in of_kind) / len(of_kind) for way in range(4)]
            texts = [f"{100 * share:.1f} %" for share in shares]
            widths = (9, 11, 9, 12)
            columns = "".join(f"{t:>{w}}" for t, w in zip(texts, widths, strict=True))
            print(f"{kind:18}{len(of_kind):>8}{columns}")
    for kind in KINDS:
        missing = [one for one in judged if one.kind == kind and not all(one.found)]
        for one in missing[:5]:
            missed = [name for name, ok in zip(NAMES, one.found, strict=True) if not ok]
            print(f"missed by {', '.join(missed)}: {kind} {one.change.file} {one.change.what}")
        if missing[5:]:
            print(f"… and {len(missing) - 5} more of {kind}")
    return all(all(one.found[:2]) for one in judged)


NAMES = ("verify", "verify.py", "forged verify", "forged verify.py")


def untouched(count: int) -> bool:
    """Build releases of the demo city; whether neither verifier finds anything in them."""
    blamed = 0
    other = standalone()
    quarters = min(count, 5)
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        for seed in range(-(-count // quarters)):
            root = Path(folder, str(seed))
            policybook = [sys.executable, "-m", "policybook"]
            options = ["--quarters", str(quarters), "--records", "60", "--seed", str(seed)]
            subprocess.run([*policybook, "demo", str(root), *options], check=True)
            subprocess.run([*policybook, "build", "--root", str(root)], check=True)
            for release in sorted((root / "_build/site").glob("*Q?")):
                problems = [*map(str, verify_release(release)), *other.verify(release)[1]]
                blamed += bool(problems)
                print(f"untouched {seed} {release.name}: {problems[:3] or 'nothing found'}")
            shutil.rmtree(root)
    print(f"untouched releases blamed: {blamed}")
    return not blamed


def main() -> int:
    """Read the options, spread the changes over processes, and report."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("release", type=Path)
    options.add_argument("--changes", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--untouched", type=int, default=0)
    chosen = options.parse_args()
    kinds = [list(KINDS)[number % len(KINDS)] for number in range(chosen.changes)]
    parts = [kinds[part :: chosen.jobs * 4] for part in range(chosen.jobs * 4)]
    parts = [part for part in parts if part]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        seeds = [chosen.seed * 1000 + part for part in range(len(parts))]
        results = pool.map(run, [chosen.release] * len(parts), seeds, parts)
        judged = [one for result in results for one in result]
    good = report(judged)
    if chosen.untouched:
        good &= untouched(chosen.untouched)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
