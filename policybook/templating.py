"""What roles and directives share: templates, warnings, the record of use. floor: templating."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from sphinx.util import logging

from policybook.book import EVIDENCE_TEXT, Book
from policybook.model import Fact
from policybook.vendored import has_sqlite

logger = logging.getLogger(__name__)
_templates = Environment(
    loader=PackageLoader("policybook"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, book: Book, docname: str, **values: Any) -> str:
    """A template of the package, filled.

    ``top`` leads from the page to the release's root; ``recomputing``: the release can do it.
    """
    return _templates.get_template(template).render(
        book=book,
        top="../" * docname.count("/"),
        evidence=EVIDENCE_TEXT,
        recomputing=has_sqlite(),
        **values,
    )


def warn(subtype: str, message: str, location: Any) -> None:
    """A typed warning with its place; ``-W`` makes it stop the build."""
    logger.warning("%s", message, type="policybook", subtype=subtype, location=location)


def used(env: Any) -> dict[str, list[str]]:
    """The pages that use each statistic, as far as they are read."""
    if not hasattr(env, "policybook_used"):
        env.policybook_used = {}
    pages: dict[str, list[str]] = env.policybook_used
    return pages


def note_use(env: Any, fact: Fact) -> None:
    """Record that the page being read uses a fact."""
    used(env).setdefault(fact.id, []).append(env.docname)
