"""A page that leads to another, also where a browser does not go on by itself. floor: folders."""

from __future__ import annotations

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{icon}">
<meta http-equiv="refresh" content="0; url={target}">
<title>{title}</title>
</head>
<body>
{body}
</body>
</html>
"""


def leading_to(target: str, icon: str, title: str, body: str) -> str:
    """Such a page; ``icon``: its address, ``body``: HTML with links."""
    return _PAGE.format(target=target, icon=icon, title=title, body=body)
