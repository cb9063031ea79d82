"""Executed notebooks kept by everything they depend on. floor: cache.

Jupyter's own caches look at code cells only and serve stale numbers.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from policybook.comparisons import EARLIER
from policybook.folders import replace_file
from policybook.program import program_digests


@dataclass(frozen=True)
class NotebookCache:
    """A folder of executed notebooks, addressed by the digest of their inputs."""

    folder: Path | None  # None: keep nothing
    ledgers: Mapping[str, str]  # published sha256 of each ledger
    shared: Mapping[str, str]  # digests of what every notebook depends on
    say: Callable[[str], None]

    def get(self, notebook: Path, parameters: Mapping[str, str]) -> Any | None:
        """The kept run of a notebook with just these inputs, or None; says which and why."""
        if self.folder is None:
            self.say(f"运行 {notebook.stem}（不用缓存）")
            return None
        parts = self._parts(notebook, parameters)
        path = self.folder / f"{_digest(parts)}.ipynb"
        try:
            found = nbformat.read(path, as_version=4)
            os.utime(path)  # what was used longest ago is cleared first
        except FileNotFoundError:  # or just cleared by another process
            self.say(f"运行 {notebook.stem}（{self._reason(notebook, parts)}）")
            return None
        except Exception:  # nbformat raises many kinds
            self.say(f"运行 {notebook.stem}（缓存的文件读不出来）")
            return None
        self.say(f"沿用 {notebook.stem}（输入没有变化）")
        return found

    def put(self, notebook: Path, parameters: Mapping[str, str], executed: Any) -> None:
        """Keep a run; complete or not at all."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        parts = self._parts(notebook, parameters)
        replace_file(self.folder / f"{_digest(parts)}.ipynb", nbformat.writes(executed))
        replace_file(self._last(notebook, parts), json.dumps(parts, ensure_ascii=False, indent=1))

    def _parts(self, notebook: Path, parameters: Mapping[str, str]) -> dict[str, str]:
        used = ledgers_used(notebook, self.ledgers)
        return {
            "笔记本": hashlib.sha256(notebook.read_bytes()).hexdigest(),
            "参数": json.dumps(dict(parameters), sort_keys=True),
            **{f"台账 {name}": self.ledgers[name] for name in used},
            **self.shared,
        }

    def _last(self, notebook: Path, parts: Mapping[str, str]) -> Path:
        period = hashlib.sha256(parts["参数"].encode()).hexdigest()[:8]
        return Path(self.folder or ".") / f"{notebook.stem}-{period}.json"

    def _reason(self, notebook: Path, parts: Mapping[str, str]) -> str:
        last = self._last(notebook, parts)
        if not last.is_file():
            return "第一次"
        before = json.loads(last.read_text(encoding="utf-8"))
        changed = [name for name in {**before, **parts} if before.get(name) != parts.get(name)]
        return f"{'、'.join(changed)} 有变化" if changed else "缓存已清"


def ledgers_used(notebook: Path, ledgers: Mapping[str, str]) -> list[str]:
    """The ledgers a notebook's cells name; all of them when in doubt.

    ``documents`` and ``earlier`` always: every fact may rest on them.
    """
    used = {"documents", EARLIER}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        named = _attributes_of_edition(cell.source)
        if named is None or named - set(ledgers) - {"publish", "figure", "trend"}:
            return sorted(ledgers)
        used |= named
    return sorted(used & set(ledgers))


def _attributes_of_edition(source: str) -> set[str] | None:
    """What a cell takes from ``edition``; None where it may go by another name."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # such as a magic command
        return None
    unclear = {"edition", "open_edition", "getattr", "vars", "globals", "eval", "exec"}
    named: set[str] = set()
    spoken: list[ast.AST] = []  # names whose use is understood
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name("edition") as owner, attribute):
                named.add(attribute)
                spoken.append(owner)
            case ast.Assign(
                [ast.Name("edition") as kept], ast.Call(ast.Name("open_edition") as to)
            ):
                spoken += [kept, to]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in unclear and node not in spoken:
            return None
    return named


def shared_digests(root: Path, data: Path, folder: Path) -> dict[str, str]:
    """Digests of what every notebook of an edition depends on."""
    schema = b"".join(path.read_bytes() for path in sorted((data / "schema").glob("*.json")))
    return {
        "台账结构": hashlib.sha256(schema).hexdigest(),
        "指标目录": hashlib.sha256((data / "statistics.yml").read_bytes()).hexdigest(),
        "期参数": hashlib.sha256((folder / "period.yml").read_bytes()).hexdigest(),
        **program_digests(root),
    }


def _digest(parts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
