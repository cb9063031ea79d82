"""How the package is put together: floors, imports, sizes and names."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import warnings
from pathlib import Path

import pytest

from tests.repo.tree import texts

LONG = 300  # lines: time to split by noun
TOO_LONG = 350
WIDE = 100  # characters in a line
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}

FLOOR = re.compile(r"\bfloor: ([a-z_]+)")


def floor_of(source: str) -> str | None:
    """The floor that a module names on the first line of its docstring."""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    named = FLOOR.search(docstring.partition("\n")[0])
    return named[1] if named else None


def imports_of(source: str, modules: set[str]) -> set[str]:
    """Modules of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [str(node.module)]
        else:
            continue
        found.update(name for name in names if name in modules)
    return found


def floor_faults(sources: dict[str, str], floors: list[str]) -> list[str]:
    """Modules without a known floor, and imports that do not go down."""
    faults = []
    floor = {name: floor_of(source) for name, source in sources.items()}
    for name, source in sorted(sources.items()):
        own = floor[name]
        if own not in floors:
            faults.append(f"{name}: names the floor {own}, which floors.toml does not list")
            continue
        for other in sorted(imports_of(source, set(sources))):
            below = floor[other]
            if below in floors and floors.index(below) > floors.index(own):
                faults.append(f"{name} ({own}) imports {other} of the higher floor {below}")
    return faults


def import_cycles(sources: dict[str, str]) -> list[str]:
    """Each ring of imports, as the modules on it."""
    graph = {name: sorted(imports_of(text, set(sources))) for name, text in sources.items()}
    cycles: list[str] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            cycles.append(" → ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for other in graph[name]:
                visit(other, [*path, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return cycles


def foreign_imports(source: str) -> list[str]:
    """Packages that a script imports beyond Python's own library."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else str(node.module).partition(".")[0])
    return sorted(found - sys.stdlib_module_names)


def long_modules(sources: dict[str, str], limit: int) -> list[str]:
    """Modules with more lines than the limit."""
    counts = {name: len(source.splitlines()) for name, source in sources.items()}
    return [f"{name}: {count} lines" for name, count in sorted(counts.items()) if count > limit]


def wide_lines(files: dict[str, str]) -> list[str]:
    """Lines of more characters than a reader sees at once."""
    return [
        f"{path}:{number}: {len(line)} characters"
        for path, text in sorted(files.items())
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDE
    ]


def empty_names(files: dict[str, str]) -> list[str]:
    """Modules, classes and functions whose name says nothing."""
    faults = []
    for path, source in sorted(files.items()):
        names = [Path(path).stem]
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.append(node.name)
        for name in names:
            words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
            if EMPTY_NAMES.intersection(word.lower() for word in words):
                faults.append(f"{path}: {name}")
    return faults


@pytest.fixture(scope="module")
def sources(root: Path) -> dict[str, str]:
    """Dotted name and source of each module of the package; the verifier stands alone."""
    found = {}
    for path, text in texts(root, ".py").items():
        if path.startswith("policybook/") and not path.startswith("policybook/standalone/"):
            found[path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = text
    assert "policybook" in found
    return found


@pytest.fixture(scope="module")
def floors(root: Path) -> list[str]:
    """The floors, lowest first."""
    with (root / "tests/repo/floors.toml").open("rb") as file:
        listed: list[str] = tomllib.load(file)["floors"]
    return listed


def test_imports_go_down(sources: dict[str, str], floors: list[str]) -> None:
    """Every module names its floor and imports nothing from a higher one."""
    modules = {name: text for name, text in sources.items() if name != "policybook"}
    assert floor_faults(modules, floors) == []


def test_floors_are_all_in_use(sources: dict[str, str], floors: list[str]) -> None:
    """The list of floors names no floor that is gone, and none twice."""
    assert len(set(floors)) == len(floors)
    assert sorted(set(floors) - {floor_of(text) for text in sources.values()}) == []


def test_imports_have_no_cycle(sources: dict[str, str]) -> None:
    """No module imports itself by way of others, not even inside a function."""
    assert import_cycles(sources) == []


def test_the_package_itself_imports_nothing(sources: dict[str, str]) -> None:
    """Importing policybook loads none of its modules."""
    assert imports_of(sources["policybook"], set(sources)) == set()


def test_the_verifier_stands_alone(root: Path) -> None:
    """The verify.py of a release needs nothing but Python."""
    assert foreign_imports((root / "policybook/standalone/verify.py").read_text("utf-8")) == []


def test_the_verifier_can_be_read(root: Path) -> None:
    """An auditor reads verify.py from top to bottom: it has fewer than 400 lines."""
    lines = (root / "policybook/standalone/verify.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 400


@pytest.mark.filterwarnings("default:long module:UserWarning")
def test_modules_are_short(sources: dict[str, str]) -> None:
    """No module has grown past what one sitting can read."""
    for module in long_modules(sources, LONG):
        warnings.warn(f"long module, split it by noun soon: {module}", stacklevel=1)
    assert long_modules(sources, TOO_LONG) == []


def test_lines_are_narrow(root: Path) -> None:
    """No line of Python has more than 100 characters."""
    assert wide_lines(texts(root, ".py")) == []


def test_names_say_something(root: Path) -> None:
    """No module, class or function is a drawer for odds and ends."""
    assert empty_names(texts(root, ".py")) == []


def test_an_import_upwards_is_found() -> None:
    """The rule of floors fires on an import inside a function."""
    modules = {
        "policybook.errors": '"""Errors. floor: errors."""',
        "policybook.model": '"""Records. floor: model."""\nfrom policybook import errors',
        "policybook.numbers": '"""Numbers. floor: errors."""\ndef f():\n import policybook.model',
    }
    faults = floor_faults(modules, ["errors", "model"])
    assert faults == [
        "policybook.numbers (errors) imports policybook.model of the higher floor model"
    ]


def test_a_missing_floor_is_found() -> None:
    """The rule of floors fires on a module without a floor, and on one named further down."""
    assert floor_faults({"policybook.a": '"""Nothing."""'}, ["errors"])
    assert floor_faults({"policybook.a": '"""First.\n\nfloor: errors"""'}, ["errors"])
    assert not floor_faults({"policybook.a": '"""First. floor: errors."""'}, ["errors"])


def test_a_cycle_is_found() -> None:
    """The rule against cycles names the modules of the ring."""
    modules = {
        "policybook.a": "from policybook.b import x",
        "policybook.b": "from policybook import c",
        "policybook.c": "if TYPE_CHECKING:\n    from policybook.a import y",
    }
    assert import_cycles(modules) == ["policybook.a → policybook.b → policybook.c → policybook.a"]


def test_a_foreign_import_is_found() -> None:
    """The verifier may import sqlite3, and neither this package nor another."""
    assert foreign_imports("import sqlite3\nfrom xml.sax import saxutils") == []
    assert foreign_imports("def f():\n    from policybook.errors import error") == ["policybook"]
    assert foreign_imports("import duckdb.typing\nfrom . import a") == [".", "duckdb"]


def test_a_long_module_is_found() -> None:
    """The rule of length fires one line past the limit."""
    assert long_modules({"a": "x\n" * TOO_LONG}, TOO_LONG) == []
    assert long_modules({"a": "x\n" * (TOO_LONG + 1)}, TOO_LONG) == [f"a: {TOO_LONG + 1} lines"]


def test_a_wide_line_is_found() -> None:
    """The rule of width counts characters, Chinese ones too."""
    assert wide_lines({"a.py": "数" * WIDE}) == []
    assert wide_lines({"a.py": "\n" + "数" * (WIDE + 1)}) == [f"a.py:2: {WIDE + 1} characters"]


def test_an_empty_name_is_found() -> None:
    """The rule of names looks at files, classes and functions, whole words only."""
    files = {
        "policybook/utils.py": "",
        "policybook/a.py": "class CellManager: ...\ndef sum_helper(): ...\ndef utilise(): ...",
    }
    found = ["policybook/a.py: CellManager", "policybook/a.py: sum_helper"]
    assert empty_names(files) == [*found, "policybook/utils.py: utils"]
