"""A page that leads to another, also where a browser does not go on by itself. floor: folders."""

from __future__ import annotations

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{static}/favicon.svg">
<meta http-equiv="refresh" content="0; url={target}">
<title>{title}</title>
</head>
<body>
{body}
</body>
</html>
"""


def leading_to(target: str, static: str, title: str, body: str) -> str:
    """Such a page; ``static``: the folder that has the icon, ``body``: HTML with links."""
    return _PAGE.format(target=target, static=static, title=title, body=body)
