"""Ask the planner, and take whatever comes: a plan, a refusal, or a crash."""

import warnings
from dataclasses import dataclass
from functools import lru_cache

from campaign.cases import Case
from campaign.ground import Ground, region_of
from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings

_KEPT = 64


@dataclass(frozen=True)
class Answer:
    """What became of a question; at most one of plan, refusal, invalid and crash is there."""

    plan: Plan | None = None
    refusal: NoPlanError | None = None
    invalid: str = ""
    """Why the question itself is wrong."""
    crash: str = ""
    """An error that is none of those that a question may end with."""
    warned: tuple[str, ...] = ()
    """Warnings on the way, shape (warnings,)."""


_answers: dict[str, Answer] = {}


@lru_cache(maxsize=6)
def planner(ground: Ground, settings: Settings) -> Planner:
    """Return a planner on a ground; the last few are kept with what they have worked out."""
    return Planner(region_of(ground), settings)


def ask(case: Case) -> Answer:
    """Ask a question; the answers to the last few are kept."""
    key = case.key
    if key not in _answers:
        if len(_answers) >= _KEPT:
            del _answers[next(iter(_answers))]
        _answers[key] = _asked(case)
    return _answers[key]


def _asked(case: Case) -> Answer:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = Answer(plan=planner(case.ground, case.settings).plan(case.question(), case.car))
        except NoPlanError as error:
            found = Answer(refusal=error)
        except InvalidInputError as error:
            found = Answer(invalid=str(error))
        except Exception as error:  # noqa: BLE001 - whatever else comes is what is looked for
            found = Answer(crash=where(error))
    words = tuple(f"{w.category.__name__}: {w.message}" for w in caught)
    return Answer(found.plan, found.refusal, found.invalid, found.crash, words)


def where(error: BaseException) -> str:
    """Name an error and the line that raised it."""
    trace, at = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "tripplan" in code.co_filename:
            at = f"{code.co_filename.rsplit('tripplan/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {at}: {error}"
