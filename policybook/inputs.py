"""All that one edition is computed from, read from a data folder. floor: inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from policybook.adjustments import adjusted
from policybook.comparisons import NotCompared
from policybook.concentration import with_concentration
from policybook.config import Parameters, read_parameters
from policybook.corrections import Correction, apply_corrections, load_corrections
from policybook.deadlines import with_deadlines
from policybook.errors import Finding, LedgerError, error
from policybook.explanations import Explanations, load_explanations
from policybook.ledgers import Ledger, read_ledgers
from policybook.pairings import with_pairings
from policybook.matrix import with_matrix
from policybook.period import parse_period
from policybook.progress import with_progress, year_of
from policybook.provenance import Provenance, attach, check_provenance, read_provenance
from policybook.readings import with_monthly
from policybook.schema import Schema, load_schemas


@dataclass(frozen=True)
class Inputs:
    """One edition's parameters and ledgers, corrections made, due dates and pairs worked out."""
    """One edition's parameters and ledgers, corrections made and derived ledgers worked out."""
    """One edition's parameters and ledgers, corrections made, the derived ones worked out."""

    folder: Path  # of its quarter
    parameters: Parameters
    schemas: dict[str, Schema]
    ledgers: Mapping[str, Ledger]
    provenance: Provenance
    corrections: tuple[Correction, ...]
    explanations: Explanations
    findings: list[Finding]  # notes on reading, and ledgers that are not what was handed in
    not_compared: tuple[NotCompared, ...] = ()  # once history is added


def check_publishable(ledgers: Mapping[str, Ledger]) -> None:
    """Large ledgers are checked and computed from; pages of them there are none yet.

    Raises :class:`LedgerError` when there is one.
    """
    message = "这份台账太大，目前只能核对和计算，还不能生成页面和发布。"
    remedy = "用 policybook check 核对、policybook trace 查看；要发布，减到限度以下的 CSV。"
    large = [ledger for ledger in ledgers.values() if ledger.large is not None]
    if large:
        raise LedgerError([error("ledger.too-large", one.path, message, remedy) for one in large])


def notebook_parameters(period: str) -> dict[str, str]:
    """What each notebook is run with: the edition, and the folder of data beside it."""
    return {"period": period, "data": "data"}


def load_inputs(data: Path, period: str) -> Inputs:
    """What an edition is computed from.

    Raises :class:`policybook.errors.PolicybookError` when something cannot be read.
    """
    edition = parse_period(period)
    folder = data / str(edition.first)
    parameters = read_parameters(folder / "period.yml", period)
    schemas = load_schemas(data)
    corrections = load_corrections(data, edition)
    read, findings = read_ledgers(data, folder, schemas, parameters.empty_ledgers)
    provenance = read_provenance(folder)
    findings += check_provenance(folder, read, provenance)
    corrected = apply_corrections(attach(read, provenance), corrections)
    ledgers = with_deadlines(corrected, parameters.as_of, folder)
    ledgers = with_pairings(ledgers, folder)
    ledgers = with_concentration(with_matrix(corrected, folder), folder)
    ledgers = with_deadlines(ledgers, parameters.as_of, folder)
    ledgers = with_progress(ledgers, year_of(parameters), folder)
    ledgers = with_monthly(ledgers, parameters.period, folder)
    return Inputs(
        folder,
        parameters,
        {name: ledger.schema for name, ledger in ledgers.items()},
        ledgers,
        provenance,
        corrections,
        replace(load_explanations(folder), adjusted=adjusted(ledgers)),
        findings,
    )
