"""All that one edition is computed from, read from a data folder. floor: inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from policybook.adjustments import adjusted
from policybook.comparisons import NotCompared, earlier_editions
from policybook.config import Parameters, read_parameters
from policybook.corrections import Correction, apply_corrections, load_corrections
from policybook.derived import Standing, derived_ledger, with_derived
from policybook.deriving import derive, standing_of
from policybook.errors import Finding, LedgerError, error
from policybook.explanations import Explanations, load_explanations
from policybook.ledgers import Ledger, read_ledgers
from policybook.moves import MOVES, RESULTS, moves_of
from policybook.period import parse_period
from policybook.provenance import Provenance, attach, check_provenance, read_provenance
from policybook.schema import Schema, load_schemas


@dataclass(frozen=True)
class Inputs:
    """One edition's parameters and ledgers, corrections made, derived ledgers among them."""

    """One edition's parameters and ledgers, corrections made, derived ledgers among them."""

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
    """What an edition is computed from, the moves since the last edition worked out.

    Raises :class:`policybook.errors.PolicybookError` when something cannot be read, in the
    edition itself or in one of those that its moves are worked out from.
    """
    inputs = read_inputs(data, period)
    now = _standing(inputs)
    derived = derive(now)
    if now.ruled("lifecycle"):
        edition = parse_period(period)
        editions = earlier_editions(data, edition)
        year = [one for one in editions if one.year == edition.year] or editions[-1:]
        before = [_standing(read_inputs(data, str(one))) for one in year]
        derived[MOVES], derived[RESULTS] = moves_of(now, before)
    made = [derived_ledger(name, rows, inputs.folder) for name, rows in derived.items()]
    ledgers = with_derived(inputs.ledgers, *made)
    schemas = {name: ledger.schema for name, ledger in ledgers.items()}
    return replace(inputs, schemas=schemas, ledgers=ledgers)


def _standing(inputs: Inputs) -> Standing:
    return standing_of(inputs.parameters, inputs.ledgers)


def read_inputs(data: Path, period: str) -> Inputs:
    """What stands in one edition's own files: nothing in it is derived.

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
    ledgers = apply_corrections(attach(read, provenance), corrections)
    return Inputs(
        folder,
        parameters,
        schemas,
        ledgers,
        provenance,
        corrections,
        replace(load_explanations(folder), adjusted=adjusted(ledgers)),
        findings,
    )
