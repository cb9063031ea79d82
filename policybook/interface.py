"""界面：what the theme says around the pages, in Chinese, and the print script. floor: interface.

What the catalogues of Sphinx know is translated in ``locale/``, which Sphinx compiles from the
staged folder; what the theme wrote into its templates is replaced with them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PACKAGE = Path(__file__).parent
LOCALES = "locales"
"""Where Sphinx looks for catalogues beside the pages, unless told otherwise."""


def stage_locale(stage: Path) -> None:
    """Our catalogue beside the staged pages: read before Sphinx's own."""
    shutil.copytree(PACKAGE / "locale", stage / LOCALES)


def speak_chinese(app: Sphinx, config: Any) -> None:
    """Templates and messages of the theme and its extensions that have no catalogue."""
    config.templates_path.insert(0, str(PACKAGE / "templates" / "theme"))
    config.togglebutton_hint = "点击展开"
    config.togglebutton_hint_hide = "点击收起"


def add_interface(app: Sphinx) -> None:
    """What the build adds to every page's interface."""
    app.connect("config-inited", speak_chinese, priority=100)
    app.add_js_file("print.js", loading_method="defer")
