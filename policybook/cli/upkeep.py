"""The command that looks after what builds leave for the next one: cache. floor: cli."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policybook.cli.app import Json, Root, app, guarded
from policybook.keeping import MEGABYTE


@app.command(epilog="例：policybook cache --limit 200")
@guarded
def cache(
    root: Root = Path(),
    clear: Annotated[bool, typer.Option("--clear", help="全部清除；下次生成从头做起。")] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=0, help="只留这么多 MB，最久未用的先清除。", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """看看为下次生成留下了什么，占多少地方；可以清除。"""
    from policybook.keeping import kept_things, prune
    from policybook.project import cache_of
    from policybook.terminal import print_kept

    folder = cache_of(root.resolve())
    bound = 0 if clear else limit
    removed = [] if bound is None else prune(folder, bound * MEGABYTE)
    print_kept(folder, kept_things(folder), removed, as_json)
