"""Run a campaign: groups of trips over processes, findings by kind, the first of each shrunk."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.synchronize import Event as EventType
from threading import Event
from typing import Final

from campaign.ask import ask
from campaign.cases import Case
from campaign.check import drawn_checks, findings
from campaign.draw import GROUP, Scheme, group
from campaign.laws import GAVE_UP_KIND, WORSE_KIND
from campaign.shrink import shrunk

_LOOK_S: Final = 0.5
"""So often is looked whether the campaign was interrupted."""


@dataclass
class Outcome:
    """What became of a group, or of the whole campaign."""

    answers: Counter[str] = field(default_factory=Counter)
    """Trips by what became of them."""
    checks: Counter[str] = field(default_factory=Counter)
    """How often each check was made."""
    found: list[tuple[int, Case]] = field(default_factory=list)
    """Cases with findings, each with the number of its group, shape (findings,)."""
    slowest_s: float = 0.0
    """Longest time of one check."""

    def add(self, other: "Outcome") -> None:
        """Add what became of another group."""
        self.answers += other.answers
        self.checks += other.checks
        self.found += other.found
        self.slowest_s = max(self.slowest_s, other.slowest_s)

    @property
    def kinds(self) -> dict[str, list[Case]]:
        """Cases by the kind of their finding, the most frequent first, in the order drawn."""
        cases: dict[str, list[Case]] = {}
        for _, case in sorted(self.found, key=lambda item: item[0]):
            cases.setdefault(case.kind, []).append(case)
        return dict(sorted(cases.items(), key=lambda item: (-len(item[1]), item[0])))

    @property
    def broken(self) -> dict[str, list[Case]]:
        """Those kinds that no plan may show; a plan that is worse within its gap says so itself."""
        return {kind: cases for kind, cases in self.kinds.items() if not is_note(kind)}


def is_note(kind: str) -> bool:
    """Whether findings of a kind are worth a note, but contradict nothing that was printed."""
    return kind.endswith((WORSE_KIND, GAVE_UP_KIND))


@dataclass(frozen=True)
class Plan:
    """How a campaign is run."""

    scheme: Scheme
    trips: int
    laws: int = 4
    """Laws that each trip is put to."""
    processes: int = 2


def run_group(plan: Plan, number: int, stopped: Callable[[], bool] = bool) -> Outcome:
    """Draw the trips of one group, ask them and put them to their checks.

    Parameters
    ----------
    plan
        How.
    number
        Which group.
    stopped
        Says whether to leave the rest of the group.
    """
    outcome = Outcome()
    left = min(GROUP, plan.trips - number * GROUP)
    for _, (case, rng) in zip(range(left), group(plan.scheme, number), strict=False):
        answer = ask(case)
        told = {"plan": answer.plan, "refused": answer.refusal, "invalid": answer.invalid}
        outcome.answers[next((word for word, what in told.items() if what), "crash")] += 1
        for check in drawn_checks(case, plan.laws, rng):
            if stopped():
                return outcome
            began_s = time.monotonic()
            seen = set()
            for kind, words in findings(check):
                if kind not in seen:
                    seen.add(kind)
                    outcome.found.append((number, replace(check, kind=kind, told=words)))
            outcome.checks[check.check] += 1
            outcome.slowest_s = max(outcome.slowest_s, time.monotonic() - began_s)
    return outcome


def run(plan: Plan, progress: Callable[[int, int, Outcome], None]) -> tuple[Outcome, bool]:
    """Run a campaign; an interrupt ends it early, with what is known until then.

    Parameters
    ----------
    plan
        What and how much.
    progress
        Called with the groups that are done, all groups, and what is known, after each group.

    Returns
    -------
    Outcome
        All that was found.
    bool
        Whether it ran to its end.
    """
    groups = -(-plan.trips // GROUP)
    whole, done = Outcome(), 0
    with _interrupt_told() as stopped:
        results = _parallel(plan, groups, stopped) if plan.processes > 1 else _alone(plan, groups)
        for outcome in results:
            whole.add(outcome)
            done += 1
            progress(done, groups, whole)
            if stopped.is_set() and plan.processes == 1:
                break
        return whole, done == groups and not stopped.is_set()


@contextmanager
def _interrupt_told() -> Iterator[Event]:
    """Have an interrupt from the keyboard set an event, so that nothing is left half done."""
    stopped = Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _alone(plan: Plan, groups: int) -> Iterator[Outcome]:
    for number in range(groups):
        yield run_group(plan, number)


def _parallel(plan: Plan, groups: int, stopped: Event) -> Iterator[Outcome]:
    context = get_context("spawn")
    told = context.Event()
    with ProcessPoolExecutor(plan.processes, context, _prepare, (told,)) as pool:
        waiting = {pool.submit(_run_there, plan, number) for number in range(groups)}
        try:
            while waiting and not stopped.is_set():
                done, waiting = wait(waiting, _LOOK_S, FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            told.set()
            running = [future for future in waiting if not future.cancel()]
        for future in running:
            yield future.result()


_told: list[EventType] = []
"""In a process that works: what says that the campaign was interrupted."""


def _prepare(told: EventType) -> None:
    """Leave an interrupt from the keyboard to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _told.append(told)


def _run_there(plan: Plan, number: int) -> Outcome:
    return run_group(plan, number, _told[0].is_set)


def shrunk_first(outcome: Outcome, seconds: float) -> Iterator[tuple[str, int, Case]]:
    """Yield each kind, how often it came, and the first case of it, shrunk.

    Parameters
    ----------
    outcome
        What was found.
    seconds
        How long to shrink each; 0: as they were drawn.
    """
    for kind, cases in outcome.kinds.items():
        yield kind, len(cases), shrunk(cases[0], seconds) if seconds > 0.0 else cases[0]
