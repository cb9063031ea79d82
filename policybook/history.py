"""An edition's inputs with the earlier values it is compared with. floor: history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from policybook.catalogue import Statistic, load_catalogue
from policybook.comparisons import (
    AGAINST,
    EARLIER,
    Base,
    NotCompared,
    earlier_editions,
    earlier_ledger,
    same_value,
    unfit,
)
from policybook.corrections import load_corrections
from policybook.derived import derived_schema, with_derived
from policybook.edition import open_inputs
from policybook.errors import Finding, LedgerError, error
from policybook.explanations import Explanations, settled
from policybook.inputs import Inputs, load_inputs
from policybook.keeping import keep, load
from policybook.model import Fact, fact_as_dict, fact_from_dict
from policybook.notebooks import evaluate_notebooks
from policybook.opinions import linked_statistics
from policybook.period import Period, parse_period
from policybook.program import facts_digests
from policybook.register import Published, Released, read_register, read_values


def with_history(root: Path, data: Path, inputs: Inputs, kept: Path | None = None) -> Inputs:
    """The inputs with the ledger ``earlier``, where there is an edition to compare with.

    ``kept``: the folder in which earlier editions' facts are kept; None: they are computed.
    Raises :class:`LedgerError` when a base is not what was published and no reason is given,
    and whatever an earlier edition raises that cannot be computed.
    """
    catalogue = load_catalogue(data / "statistics.yml")
    edition = parse_period(inputs.parameters.period)
    asked = linked_statistics(inputs.ledgers)
    wanted = [
        one
        for one in catalogue.values()
        if (one.compare or one.id in asked) and one.effective(edition)
    ]
    editions = earlier_editions(data, edition) if wanted else []
    if not editions:
        return inputs
    bases: list[Base] = []
    blocked: list[NotCompared] = []
    findings: list[Finding] = []
    register = read_register(data)
    digests = facts_digests(root, data, editions)
    for earlier in editions:
        facts = _values(root, data, earlier, digests[earlier], kept)
        revisions = _Revisions(root, data, earlier, inputs.explanations, register)
        for statistic in wanted:
            found, reason = _base(statistic, earlier, facts, catalogue)
            compares = _compares(statistic, edition, earlier)
            if found is None:
                if compares:
                    blocked.append(NotCompared(statistic.id, str(earlier), reason))
                continue
            base = Base(statistic.id, earlier, found)
            told, missing = revisions.told(base)
            findings += missing
            bases.append(replace(base, note=told))
    if findings:
        raise LedgerError(findings)
    if not bases:
        return replace(inputs, not_compared=tuple(blocked))
    return replace(
        inputs,
        schemas={**inputs.schemas, EARLIER: derived_schema(EARLIER)},
        ledgers=with_derived(inputs.ledgers, earlier_ledger(bases, inputs.folder)),
        not_compared=tuple(blocked),
    )


def _facts(root: Path, data: Path, edition: Period) -> Mapping[str, Fact]:
    """An earlier edition's facts, computed anew from its ledgers."""
    return evaluate_notebooks(
        root / "notebooks", open_inputs(data, load_inputs(data, str(edition)))
    )


_known: dict[str, Mapping[str, Fact]] = {}
"""Facts by the digest of what they are computed from, as far as they are compared."""
_HEAVY: dict[str, Any] = {"operands": (), "missing": (), "sources": (), "documents": (), "sql": {}}
"""What no comparison looks at: nearly all of the memory that a fact takes."""


def know_facts(digest: str, facts: Mapping[str, Fact], kept: Path | None) -> None:
    """Spare the editions after this one computing its facts anew; ``digest``: that of facts."""
    _known[digest] = {name: replace(fact, **_HEAVY) for name, fact in facts.items()}
    if kept:
        keep(kept / f"{digest}.json", [fact_as_dict(fact) for fact in _known[digest].values()])


def _values(
    root: Path, data: Path, edition: Period, digest: str, kept: Path | None
) -> Mapping[str, Fact]:
    """An earlier edition's facts, known as long as nothing they are computed from is changed."""
    if digest not in _known:
        told = load(kept / f"{digest}.json") if kept else None
        if told:
            _known[digest] = {one["id"]: fact_from_dict(one) for one in told}
        else:
            know_facts(digest, _facts(root, data, edition), kept)
    return _known[digest]


def check_falls(
    root: Path, data: Path, inputs: Inputs, facts: Mapping[str, Fact], kept: Path | None = None
) -> list[Finding]:
    """Cumulative counts that are less than in the edition before, in the same year.

    A count may fall although no record's does: when a record was left out.
    ``kept``: as for :func:`with_history`.
    """
    edition = parse_period(inputs.parameters.period)
    same_year = [one for one in earlier_editions(data, edition) if one.year == edition.year]
    if not same_year:
        return []
    last = same_year[-1]
    before = _values(root, data, last, facts_digests(root, data, [last])[last], kept)
    findings = []
    for name, fact in facts.items():
        then = before.get(name)
        if then is None or fact.span != "累计" or not _adds_up(fact):
            continue
        if Fraction(fact.value) >= Fraction(then.value):
            continue
        place = f"{name} {'；'.join(cell.origin or cell.place for cell in fact.cells()[:20])}"
        message = f"累计数由上期的 {then.display} 降为 {fact.display}（{fact.label}）。"
        remedy = "核对有没有漏列的记录；确有道理的，在 explanations.yml 说明。"
        reason = inputs.explanations.of_base(name, str(same_year[-1].first))
        findings.append(settled(error("change.fell", place, message, remedy), reason))
    return findings


def _adds_up(fact: Fact) -> bool:
    """Whether it is a plain sum: what is left over, or a share, may fall."""
    return set(fact.expression) <= set("abcdefghijklmnopqrstuvwxyz +")


def _base(
    statistic: Statistic,
    earlier: Period,
    facts: Mapping[str, Fact],
    catalogue: Mapping[str, Statistic],
) -> tuple[Fact | None, str]:
    """The fact to compare with, or why there is none."""
    name = statistic.id
    if not statistic.effective(earlier):
        if not (statistic.succeeds and statistic.comparable):
            return None, "口径已经改变，与以前不可比"
        name = statistic.succeeds
        if not catalogue[name].effective(earlier):
            return None, "那时的口径与本指标所接续的不是同一个"
    fact = facts.get(name)
    if fact is None:
        return None, "那时没有这个指标"
    if fact.unit != statistic.unit:
        return None, "那时的单位不同"
    reason = unfit(fact)
    return (None, f"那时的数{reason}") if reason else (fact, "")


def _compares(statistic: Statistic, edition: Period, earlier: Period) -> bool:
    return any(edition.shifted(-AGAINST[k][0]) == earlier.first for k in statistic.compare)


@dataclass(frozen=True)
class _Revisions:
    """What an earlier edition's values were when they were published, and why they changed."""

    root: Path
    data: Path
    edition: Period
    explanations: Explanations
    register: Mapping[str, Released]

    def told(self, base: Base) -> tuple[str, list[Finding]]:
        """What readers are told of a base that is not what was published, or a finding.

        A correction is a reason only where it touches what the value rests on, and only for
        what its re-issue was published with.
        """
        first = self._first_values.get(base.fact.id)
        last = self._last_values.get(base.fact.id)
        as_released = last is None or same_value(base.fact, last.value)
        if as_released and (first is None or same_value(base.fact, first.value)):
            return "", []
        then = last if last is not None and not as_released else first
        assert then is not None
        told = f"当时公布 {then.display}，现为 {base.fact.display}"
        reason = self.explanations.of_base(base.statistic, str(self.edition.first))
        if not reason and as_released:
            reason = "；".join(
                one.reason
                for one in load_corrections(self.data, self.edition)
                if one.touches(self._computed[base.fact.id])
            )
        if reason:
            return f"基数已修订：{told}。理由：{reason}", []
        return "", [
            error(
                "compare.revised",
                f"{base.statistic} {self.edition}",
                f"用作比较的基数与当时公布的不同（{told}），没有说明理由。",
                "在本期 explanations.yml 写明 statistic、against 和 reason；前期有错的，发布更正。",
            )
        ]

    @cached_property
    def _first_values(self) -> Mapping[str, Published]:
        return self._published(self.edition.first)

    @cached_property
    def _last_values(self) -> Mapping[str, Published]:
        return self._published(self.edition)

    def _published(self, edition: Period) -> Mapping[str, Published]:
        return read_values(self.data, str(edition)) if str(edition) in self.register else {}

    @cached_property
    def _computed(self) -> Mapping[str, Fact]:
        return _facts(self.root, self.data, self.edition)
