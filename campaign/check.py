"""Put a case to its check, or to all that are drawn for it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from campaign.ask import Answer, ask, where
from campaign.cases import PLAN, Case, Finding
from campaign.ground import region_of
from campaign.laws import CHECKS, LAWS, RARE, law_findings
from campaign.redrive import redrive_findings
from campaign.refusals import AGAIN, reason_findings, refusal_findings
from campaign.roads import road_findings
from campaign.wishes import wish_findings

_ONE_IN = 12
"""A law that takes long is tried for one trip in so many."""


def findings(case: Case) -> list[Finding]:
    """Put a case to the check that it names.

    Parameters
    ----------
    case
        The question.

    Returns
    -------
    list of Finding
        What does not hold; a check that is itself not up to the case says so as a finding.
    """
    try:
        return list(_findings(case))
    except Exception as error:  # noqa: BLE001 - one odd case must not end a campaign
        return [Finding(f"crash: {where(error).split(': ')[0]}", where(error))]


def _findings(case: Case) -> Iterator[Finding]:
    answer = ask(case)
    if case.check == PLAN:
        yield from _alone(case, answer)
    elif case.check in AGAIN and answer.refusal is not None:
        yield from refusal_findings(case, case.check, answer)
    elif answer.plan is not None and (case.check in LAWS or case.check in CHECKS):
        yield from law_findings(case, case.check, answer.plan)


def _alone(case: Case, answer: Answer) -> Iterator[Finding]:
    for warned in answer.warned:
        yield Finding(f"warning: {warned}", warned)
    if answer.crash:
        yield Finding(f"crash: {answer.crash.split(': ')[0]}", answer.crash)
    yield from reason_findings(answer)
    if answer.plan is not None:
        region = region_of(case.ground)
        if not case.trip.get("ambient_by_hour"):  # the car changes on its way
            yield from redrive_findings(answer.plan, heat=case.heat)
        yield from road_findings(answer.plan, region)
        yield from wish_findings(answer.plan, region)


def drawn_checks(case: Case, laws: int, rng: np.random.Generator) -> Iterator[Case]:
    """Draw the checks that a question is put to, each as a case.

    Parameters
    ----------
    case
        The question.
    laws
        How many laws.
    rng
        Draws them.
    """
    yield case
    if case.trip.get("arrive_with_probability") or case.trip.get("ambient_by_hour"):
        return  # reserve or temperature are the plan's own
    answer = ask(case)
    names = list(AGAIN) if answer.refusal is not None else [*LAWS, *CHECKS]
    rare = rng.uniform() < 1.0 / _ONE_IN
    names = [name for name in names if rare or name not in RARE]
    for name in rng.permutation(names)[:laws].tolist():
        yield replace(case, check=name, luck=float(rng.uniform()))
