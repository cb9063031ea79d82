"""The folder that the build lays out for notebooks, read. floor: staged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from policybook.catalogue import Statistic, load_catalogue
from policybook.config import Parameters, read_parameters
from policybook.ledgers import Ledger, read_ledgers
from policybook.period import parse_period
from policybook.provenance import attach, read_provenance
from policybook.schema import Schema, load_schemas


@dataclass(frozen=True)
class Staged:
    """What the build staged for notebooks, read and not yet opened."""

    parameters: Parameters
    schemas: dict[str, Schema]
    ledgers: dict[str, Ledger]
    catalogue: dict[str, Statistic]


def read_staged(data: Path, period: str) -> Staged:
    """The folder that the build staged for notebooks: nothing is checked again."""
    parse_period(period)
    folder = data / period
    parameters = read_parameters(folder / "period.yml", period)
    schemas = load_schemas(data)
    read, _ = read_ledgers(data, folder, schemas, parameters.empty_ledgers)
    ledgers = attach(read, read_provenance(folder))
    return Staged(parameters, schemas, ledgers, load_catalogue(data / "statistics.yml"))
