"""``data/datapackage.json``: a release's ledgers described for other programs. floor: release.

Data Package v2 (https://datapackage.org): schemas, units, digests, licence, publisher, and the
documents that the ledgers were made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policybook.config import Parameters
from policybook.ledgers import Ledger

LICENCE = {
    "name": "MIT",
    "path": "https://opensource.org/license/mit",
    "title": "MIT License",
}
"""That of the project, ``LICENSE``; figures, names and dates are facts and nobody's."""


def datapackage(parameters: Parameters, ledgers: Mapping[str, Ledger]) -> dict[str, Any]:
    """The descriptor of one edition's ledgers."""
    documents = ledgers["documents"].rows if "documents" in ledgers else ()
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"policybook-{parameters.period.lower()}",
        "title": f"{parameters.title}：台账",
        "description": "本期全部统计数字由这些台账算出；算法见同一文件夹的 facts.json。",
        "version": parameters.period,
        "licenses": [LICENCE],
        "contributors": [{"title": parameters.issuer, "roles": ["publisher"]}],
        "sources": [{"title": row["title"]} for row in documents],
        "resources": [_resource(name, ledger) for name, ledger in ledgers.items()],
    }


def _resource(name: str, ledger: Ledger) -> dict[str, Any]:
    return {
        "name": name,
        "title": ledger.schema.title,
        "description": ledger.schema.description,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(ledger.canonical.encode()),
        "hash": f"sha256:{ledger.sha256}",
        "schema": ledger.schema.document,
    }
