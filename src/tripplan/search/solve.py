"""Choose roads, speeds and stops, and prove how good the choice is.

1. Search over real drives at a few exchange rates of energy for time, as if the pack always had
   the best temperature it could have on this trip: a plan.
2. Search over the relaxation, in which time is traded for energy along the lower edge of what any
   roads and speeds allow: a bound that no plan can beat.
3. Drive the chains of stops of both at finely graded speeds: a better plan.
4. If battery heat makes that plan slower, search with heat, with that plan as the one to beat, and
   drive what it finds at finely graded speeds too.
5. Where the gap is still wide, look for a bound that follows the pack's temperature, level by
   level, and drive the chains of stops that would reach it.
6. If the pack has a heater, fit all these chains to it: the best plan may warm its pack before
   it charges.

Each step is left out where the plan already is as good as the bound, to within `Settings.gap`.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tripplan.errors import DisconnectedError, NoPlanError, SearchLimitError
from tripplan.physics.thermal import PackHeater
from tripplan.records.settings import Settings
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search import heat_bound
from tripplan.search.bounds import Scope, least_time_s, optimistic_rests, scope_of
from tripplan.search.chain import ChosenChain, driven_s
from tripplan.search.exact import ExactManyToMany, TooManyDrivesError
from tripplan.search.fallback import FallbackReach, Hop, fallback_reach
from tripplan.search.heat_bound import COLD, HOT, HeatSearch, joint_s
from tripplan.search.heat_drives import driven_with_heat, sides_that_matter
from tripplan.search.kernels.context import FULLEST
from tripplan.search.kernels.labels import Bounds
from tripplan.search.label_setting import Found, heat_policy, search
from tripplan.search.methods import (
    EXACT,
    EXACT_BUT_HEAT,
    EXACT_BUT_HOURS,
    HEAT_METHOD,
    METHOD,
    NOT_EXACT,
    OUT_OF_TIME,
    WITH_HEATER,
    what_hours_mean,
)
from tripplan.search.polish import polished, replayed, with_fewer_steps
from tripplan.search.pool import DrivePool, RealDrives, RelaxedDrives, is_backward
from tripplan.search.preheating import preheated
from tripplan.search.problem import Problem, at_best_temperature
from tripplan.search.profile_search import ProfileSearch, TooLargeError
from tripplan.search.reach import OutOfReach, out_of_range, refused_by_heat
from tripplan.search.refine import MARGIN_S, Drive, FineDrives, Roads, fine_plan, passed, passing
from tripplan.search.slowing import Slowed, slowed
from tripplan.search.thinning import superfluous, thinned

Some = TypeVar("Some")
_ELLIPSE = 1.12
_ELLIPSE_SLACK_S = 900.0
_ELLIPSE_WITH_HEAT = 4.0
"""No plan that heat makes so many times longer than the quickest without is looked for."""
_FINE_SHARE = 1.02
_FINE_SLACK_S = 60.0
"""At finely graded speeds a chain takes at most so much more."""
_NOTHING_KWH = 1e-6
"""A stop that adds less is none."""
_COMPARISONS_A_POINT = 25_000
"""In the time of so many comparisons an exact search propagates a point of a function."""
_EXACT_ROOM = 2_000_000
"""Most drives from one node that an exact search keeps."""
_LEVELS_UNDRIVEN = 1
"""Chains of so many of the coarsest levels of a bound with heat are not worth driving."""
_ALIKE_SHARE = 2e-3
"""In a first plan of the fullest departures, labels are alike that differ by this share of the
least that the trip counts."""
_BOTH = 2
"""Sides of the bound with heat."""
_COARSER = (1.0, 4.0)
"""Factors on the epsilons of the heat search, tried in turn until the labels suffice."""


@dataclass(frozen=True)
class SolutionStop:
    """A stop of the solution."""

    charger: int
    """Index into the problem's chargers; -1 at a target."""
    target: int
    """Index into the problem's targets; -1 at a charger."""
    departure_kwh: float
    """Energy with which it is left; without a plug, that with which the car came."""
    waited_s: float


@dataclass(frozen=True, eq=False)
class Solution:
    """The winning chain of stops."""

    legs: tuple[Drive, ...]
    """Roads and speeds, in order."""
    stops: tuple[SolutionStop, ...]
    """Stops between the legs."""
    lower_bound_s: float
    """No plan counts less; see `Problem.objective`: without it, that is time."""
    time_s: float
    """What the plan counts."""
    least_time_s: float
    """No plan takes less time, whatever is minimised."""
    method: str
    labels: int
    complete: bool
    preheated_s: tuple[float, ...] = ()
    """How long before the end of each leg the pack's heater is switched on, shape (legs,); empty:
    nowhere."""
    saved_s: tuple[float, ...] = ()
    """How much longer the same stops take without each, as `Preheated.saved_s`."""
    slowed: tuple[Slowed | None, ...] = ()
    """What slowing down does for the pack on each leg, shape (legs,); empty: nothing anywhere."""
    unheated: "Solution | None" = None
    """The best plan without the heater, where that of this one is on; None: none is known."""
    hops: tuple[Hop | None, ...] = ()
    """Fallback of each stop where the trip wants one, shape (stops,); None: nothing is charged."""
    at_the_edge: bool = False
    """Whether there is none that keeps off the longest time of a charge and the hours by what a
    finished plan may be off: it may turn out to be none itself."""


def hops_of(
    reach: FallbackReach, problem: Problem, stops: Sequence[SolutionStop]
) -> tuple[Hop | None, ...]:
    """Return the fallback of each stop of a solution.

    Parameters
    ----------
    reach, problem
        What each stop needs, and the trip.
    stops
        The stops.
    """
    made = stages_of(problem, stops)
    return tuple(None if one is None else reach.hop(*one) for one in made)


def stages_of(problem: Problem, stops: Sequence[SolutionStop]) -> list[tuple[int, int] | None]:
    """Return stage on arrival and number of each stop of a solution; None: it has no plug.

    Parameters
    ----------
    problem
        The trip.
    stops
        The stops.
    """
    found: list[tuple[int, int] | None] = []
    stage, chargers = 0, int(problem.charger_node.size)
    for stop in stops:
        at = stop.charger
        if stop.target >= 0:
            stage, at = stop.target + 1, chargers + stop.target
        plug = problem.power is not None and problem.stop_kw[at] > 0.0
        found.append((stage, at) if plug else None)
    return found


@dataclass(eq=False)
class _Task:
    """One problem on its way to a solution."""

    problem: Problem
    customized: CustomizedHierarchy
    many_to_many: ManyToMany
    settings: Settings
    bounds: Bounds
    labels: int = 0
    complete: bool = True
    method: str = ""
    proved_s: float | None = None
    """A bound that is known."""
    however_warm_s: float = 0.0
    """The best bound that holds for packs that are warmed by a heater as well."""
    knows_hot: bool = False
    """Whether that follows the heat of packs."""
    chains: list[ChosenChain] = field(default_factory=list)
    """Chains that were found on the way."""
    deadline_s: float = math.inf
    """Reading of `time.monotonic` at which the time budget ends."""
    ceiling_s: float = math.inf
    """Only plans quicker than this are of interest."""

    @property
    def out_of_time(self) -> bool:
        """Whether the time budget has ended; the certificate then says so."""
        ended = time.monotonic() > self.deadline_s
        if ended:
            self.complete, self.method = False, OUT_OF_TIME
        return ended

    def search(self, pool: DrivePool, **how: object) -> Found:
        found = search(self.problem, pool, self.bounds, self.settings, **how)  # type: ignore[arg-type]
        self.labels += found.labels
        return found


class NothingQuickerError(Exception):
    """No plan is quicker than one that is known."""


def solve(
    problem: Problem,
    many_to_many: ManyToMany,
    settings: Settings,
    *,
    proved_s: float | None = None,
    ceiling_s: float = math.inf,
) -> Solution:
    """Find the quickest plan.

    Parameters
    ----------
    problem
        The trip.
    many_to_many
        Drives between the chargers of the car, made on demand.
    settings
        How to search.
    proved_s
        A bound that was found for the same trip with fewer wishes, as `Solution.lower_bound_s`
        states it: then none is looked for.
    ceiling_s
        Only plans quicker than this are of interest, as `Solution.time_s` states it; what is found
        may still be slower.

    Raises
    ------
    NothingQuickerError
        It is proved that no plan is quicker than the ceiling.
    DisconnectedError
        No road joins origin and destination.
    OutOfReach
        The battery cannot bridge a gap.
    NoPlanError
        The battery takes no charge at the temperatures of this trip.
    SearchLimitError
        A limit of the settings was reached before there was a plan.
    """
    if problem.fallback is None:
        return _to_the_edge(problem, many_to_many, settings, proved_s, ceiling_s)
    reach = fallback_reach(problem, many_to_many)
    wanted: Problem | None = reach.problem_with_floors()
    while wanted is not None:
        problem = wanted
        solution = _to_the_edge(problem, many_to_many, settings, proved_s, ceiling_s)
        made = stages_of(problem, solution.stops)
        wanted = reach.raised(problem, [one for one in made if one is not None])
    return replace(solution, hops=hops_of(reach, problem, solution.stops))


def _to_the_edge(
    problem: Problem,
    many_to_many: ManyToMany,
    settings: Settings,
    proved_s: float | None,
    ceiling_s: float,
) -> Solution:
    """Find the quickest plan; where heat leaves none within its margins, one without them."""
    try:
        return _solved(problem, many_to_many, settings, proved_s, ceiling_s)
    except NoPlanError as error:
        by_heat = settings.heat and not isinstance(error, SearchLimitError | DisconnectedError)
        limited = problem.has_hours or math.isfinite(problem.longest_charge_s)
        if not by_heat or problem.power is None or not limited:
            raise
        edge = replace(problem, at_the_edge=True)
        try:
            found = _solved(edge, many_to_many, settings, proved_s, ceiling_s)
        except (NoPlanError, NothingQuickerError):
            raise error from None
        return replace(found, at_the_edge=True)


def _solved(
    problem: Problem,
    many_to_many: ManyToMany,
    settings: Settings,
    proved_s: float | None,
    ceiling_s: float,
) -> Solution:
    """Find the quickest plan; parameters as in `solve`."""
    budget_s = settings.time_budget_s
    deadline_s = math.inf if budget_s is None else time.monotonic() + budget_s
    heater = problem.heater if _may_preheat(problem, settings) else None
    problem = replace(problem, heater=None, banned=problem.banned | superfluous(problem))
    bounds = optimistic_rests(problem, many_to_many)
    least_s = least_time_s(problem, bounds)
    if not math.isfinite(bounds.time_s[0, problem.stop_count - 1]):
        raise DisconnectedError(
            "no road that this car may use joins origin and destination in this region"
        )
    if proved_s is not None:
        proved_s += problem.constant_s
    task = _Task(
        problem,
        many_to_many.customized,
        many_to_many,
        settings,
        bounds,
        proved_s=proved_s,
        deadline_s=deadline_s,
        ceiling_s=ceiling_s + problem.constant_s,
    )
    try:
        plan, bound_s, scope = _bracketed(task, least_s)
    except OutOfReach:
        if not settings.exact:
            raise
        # Drives at a few rates do not suffice; others may.
        plan, bound_s = ChosenChain(math.inf, (), DrivePool(problem)), least_s
        scope = scope_of(problem, many_to_many, bounds, math.inf)
        plan, bound_s = _exact(task, plan, scope, bound_s)
        if not plan.chain:
            raise
    else:
        if settings.exact and plan.time_s > bound_s and not task.out_of_time:
            plan, bound_s = _exact(task, plan, scope, bound_s)
    plan = _kept_off_limits(task, plan)
    if heater is not None:
        return _with_heater(task, plan, heater)
    if not math.isfinite(plan.time_s):
        raise refused_by_heat(problem) if task.complete else _gave_up(task, "heat_label_limit")
    return _solution(task, plan, bound_s)


def _kept_off_limits(task: _Task, plan: ChosenChain) -> ChosenChain:
    """Fit a plan anew whose charges heat, road by road, may stretch too long or past closing."""
    problem, settings = task.problem, task.settings
    if not settings.heat or problem.power is None or not math.isfinite(plan.time_s):
        return plan
    if driven_s(problem, plan, settings, surely=True) <= plan.time_s * (1.0 + 1e-9):
        return plan
    pool = FineDrives(problem, task.customized, [plan])
    steps = replayed(problem, pool, plan.chain)
    if not steps:
        return plan
    fitted = with_fewer_steps(problem, pool, polished(problem, pool, steps))
    return ChosenChain(fitted.time_s, fitted.chain, pool) if fitted.time_s < math.inf else plan


def _with_heater(task: _Task, plan: ChosenChain, heater: PackHeater) -> Solution:
    """Warm the pack on the way to chargers where that is quicker than the best plan without."""
    if task.method == HEAT_METHOD and not task.knows_hot:
        task.method = ""
    task.method = (task.method or METHOD) + WITH_HEATER
    warm, bound_s = None, task.however_warm_s
    heated = replace(task, problem=replace(task.problem, heater=heater))
    if not task.out_of_time and _cold_matters(task, plan):
        warm = preheated(heated.problem, task.customized, plan, task.chains)
    unheated = _solution(task, plan, bound_s) if math.isfinite(plan.time_s) else None
    if warm is not None:
        found = _solution(heated, warm.chosen, bound_s, warm.saved_s)
        return replace(found, unheated=unheated)
    if unheated is None:
        raise refused_by_heat(task.problem) if task.complete else _gave_up(task, "heat_label_limit")
    return unheated


def _may_preheat(problem: Problem, settings: Settings) -> bool:
    """Whether the pack's heater is looked at: heat has to count, and time to be what is least."""
    wanted = settings.heat and settings.preheat != "never" and problem.power is not None
    return wanted and problem.objective is None and problem.fallback is None


def _cold_matters(task: _Task, plan: ChosenChain) -> bool:
    """Whether a warmer pack could make a plan quicker, or a trip possible."""
    if not math.isfinite(plan.time_s):
        return True
    return COLD in sides_that_matter(task.problem, plan, task.settings)


def _bracketed(task: _Task, least_s: float) -> tuple[ChosenChain, float, Scope]:
    """Find a plan and a bound, and better plans while these are apart."""
    problem, settings = task.problem, task.settings
    task.however_warm_s = least_s
    cool, scope = _without_heat(task, least_s)
    plan = ChosenChain(driven_s(problem, cool, settings), cool.chain, cool.pool)
    if task.out_of_time:
        return plan, least_s, scope
    bound_s, relaxed = _bound(task, cool, scope)
    task.however_warm_s, task.chains = bound_s, [cool, relaxed]
    if _can_gain(task, plan, bound_s):
        plan = _refined(task, plan, [cool, relaxed] if relaxed.chain else [cool])
    if _can_gain(task, plan, bound_s) and _heat_matters(problem, plan, settings):
        plan = _with_heat(task, plan, scope, cool.time_s)
        plan, bound_s = _heat_bounded(task, plan, scope, bound_s)
    return plan, bound_s, scope


def _exact(
    task: _Task, plan: ChosenChain, scope: Scope, bound_s: float
) -> tuple[ChosenChain, float]:
    """Search over every drive that can matter, at best temperatures; plan and bound after it.

    Where something counts beside time and chargers have hours, a function of the charge would have
    to tell for each moment what is paid until then.  Then all chargers are taken to be open: what
    is found bounds the trip from below, and is the best plan where it keeps to the hours.
    """
    problem, settings = task.problem, task.settings
    at_any_hour = problem.objective is not None and problem.has_hours
    searched = problem.at_any_hour() if at_any_hour else problem
    ceiling_s = plan.time_s + MARGIN_S
    wide = replace(scope, ceiling_s=ceiling_s)
    many_to_many = ExactManyToMany(
        task.customized,
        problem.charger_node,
        wide,
        problem.destination,
        _EXACT_ROOM,
        settings.exact_limit,
        task.deadline_s,
    )
    try:
        pool = RealDrives(searched, many_to_many, wide)
        if searched.departures_are_finite:
            found = replace(task, problem=searched).search(pool, ceiling_s=ceiling_s)
            task.labels += found.labels
        else:
            room = settings.exact_limit // _COMPARISONS_A_POINT
            profiles = ProfileSearch.of(searched, pool, task.bounds, ceiling_s, room)
            found = profiles.run()
            task.labels += found.labels
    except (TooManyDrivesError, TooLargeError):
        task.method = f"{task.method or METHOD}{NOT_EXACT}: {many_to_many.reached}"
        return plan, bound_s
    if not found.complete or not found.chain:
        task.method = (task.method or METHOD) + NOT_EXACT
        return plan, bound_s
    task.however_warm_s = max(task.however_warm_s, found.time_s)
    best = ChosenChain(found.time_s, found.chain, pool)
    if at_any_hour and problem.power is not None:
        # Without heat, too, the clock has to be looked at.
        settings = settings.model_copy(update={"heat": True})
    best = replace(best, time_s=driven_s(problem, best, settings))
    best = min(best, plan, key=lambda p: p.time_s)
    if best.time_s <= found.time_s * (1.0 + 1e-9):
        task.method = EXACT
    elif found.time_s >= bound_s:
        task.method = EXACT_BUT_HOURS if at_any_hour else EXACT_BUT_HEAT
    return best, max(bound_s, found.time_s)


def _can_gain(task: _Task, plan: ChosenChain, bound_s: float) -> bool:
    """Whether the plan is not yet as good as the bound, and there is time to look further."""
    fixed_s = task.problem.constant_s
    if bound_s >= task.ceiling_s:
        return False
    if plan.time_s - fixed_s <= (bound_s - fixed_s) * (1.0 + task.settings.gap):
        return False
    return not task.out_of_time


def _without_heat(task: _Task, least_s: float) -> tuple[ChosenChain, Scope]:
    """Search over real drives at best temperatures, within an ellipse that grows until it holds."""
    problem = task.problem
    ceiling_s = _ELLIPSE * least_s + _ELLIPSE_SLACK_S
    whole = scope_of(problem, task.many_to_many, task.bounds, math.inf)
    _unless_slower(task, whole)
    ceiling_s = min(ceiling_s, _among_few_s(task, replace(whole, ceiling_s=ceiling_s)))
    plan = ChosenChain(math.inf, (), DrivePool(problem))
    if math.isfinite(problem.longest_charge_s):
        # Of such trips there are so many departures that it has to be known how long one takes.
        plan = _at_the_fullest(task, whole)
        ceiling_s = min(ceiling_s, plan.time_s + MARGIN_S)
    while not plan.chain or _can_gain(task, plan, least_s):
        scope = replace(whole, ceiling_s=ceiling_s)
        pool = RealDrives(problem, task.many_to_many, scope)
        found = task.search(pool, ceiling_s=ceiling_s)
        if found.chain:
            plan = ChosenChain(found.time_s, found.chain, pool)
            break
        if not found.complete:
            task.complete = False
            plan = plan if plan.chain else _at_the_fullest(task, whole)
            if not plan.chain:
                raise _gave_up(task, "label_limit")
            break
        if plan.chain and ceiling_s >= plan.time_s:
            break
        if math.isinf(ceiling_s):
            raise out_of_range(problem, task.many_to_many)
        # Where twice as far is not far enough, there mostly is no plan at all.
        ceiling_s = 2.0 * ceiling_s if ceiling_s < 2.0 * least_s else math.inf
        ceiling_s = min(ceiling_s, plan.time_s + MARGIN_S)
    return plan, replace(whole, ceiling_s=plan.time_s)


def _unless_slower(task: _Task, scope: Scope) -> None:
    """Go no further where the relaxation shows that no plan is below the ceiling.

    The search over real drives would not show it: at finely graded speeds its plans get better.

    Raises
    ------
    NothingQuickerError
        So it is.
    """
    if not math.isfinite(task.ceiling_s):
        return
    scope = replace(scope, ceiling_s=task.ceiling_s)
    pool = RelaxedDrives(task.problem, task.many_to_many, scope)
    found = task.search(
        pool,
        ceiling_s=task.ceiling_s,
        earliest_s=scope.from_origin_s,
        deadline_s=task.deadline_s,
    )
    if found.complete and not found.chain:
        raise NothingQuickerError


def _at_the_fullest(task: _Task, scope: Scope) -> ChosenChain:
    """Search over the fullest departures alone, which takes few labels; without a chain: no plan.

    Raises
    ------
    OutOfReach
        None of them lead to the end, and then no others do.
    """
    problem = task.problem
    alike_s = max(FULLEST.time_epsilon_s, _ALIKE_SHARE * least_time_s(problem, task.bounds))
    policy = FULLEST._replace(time_epsilon_s=alike_s)
    pool = RealDrives(problem, task.many_to_many, scope)
    found = task.search(pool, policy=policy)
    # Who has to charge so much more may come too full for that; and who fills up may come too late,
    # but not where all were open at all hours.
    if found.complete and not found.chain and problem.least_charge_kwh <= 0.0:
        relaxed = problem.at_any_hour()
        if problem.has_hours:
            pool = RealDrives(relaxed, task.many_to_many, scope)
            found = replace(task, problem=relaxed).search(pool, policy=policy)
        if found.complete and not found.chain:
            raise out_of_range(problem, task.many_to_many)
        return ChosenChain(math.inf, (), pool)
    return ChosenChain(found.time_s, found.chain, pool)


def _among_few_s(task: _Task, scope: Scope) -> float:
    """Find a plan among one of many chargers near each other, which the best has to beat [s]."""
    few = thinned(task.problem, scope)
    if few is None:
        return math.inf
    pool = RealDrives(task.problem, task.many_to_many, few)
    return task.search(pool, ceiling_s=scope.ceiling_s).time_s + MARGIN_S


def _bound(task: _Task, cool: ChosenChain, scope: Scope) -> tuple[float, ChosenChain]:
    """Search over the relaxation; without a bound of its own the optimistic rest has to do.

    Returns the bound, and the chain that reaches it if there is one.
    """
    if task.proved_s is not None:
        return task.proved_s, ChosenChain(math.inf, (), cool.pool)
    for ceiling_s in (cool.time_s + MARGIN_S, math.inf):
        # Nothing below the ceiling would mean that the plan is too good to be true: then by how
        # much is found out, for the certificate to say so.
        pool = RelaxedDrives(task.problem, task.many_to_many, replace(scope, ceiling_s=ceiling_s))
        found = task.search(
            pool,
            ceiling_s=ceiling_s,
            earliest_s=scope.from_origin_s,
            deadline_s=task.deadline_s,
        )
        if not found.complete:
            break
        if found.chain:
            return found.time_s, ChosenChain(found.time_s, found.chain, pool)
    return least_time_s(task.problem, task.bounds), ChosenChain(math.inf, (), pool)


def _refined(task: _Task, plan: ChosenChain, chains: Sequence[ChosenChain]) -> ChosenChain:
    """Drive chains of stops at finely graded speeds; the better of the result and the plan.

    The best chain without heat is found first; its speeds and departures are then fitted to heat.
    """
    problem, settings = task.problem, task.settings
    pool = FineDrives(problem, task.customized, chains)
    # The chains' own speeds are among the fine ones, or close to them.
    ceiling_s = _FINE_SHARE * chains[0].time_s + _FINE_SLACK_S
    found, labels = fine_plan(problem, pool, task.bounds, settings, ceiling_s)
    task.labels += labels
    if not found.chain:
        return plan
    fine = ChosenChain(found.time_s, found.chain, pool)
    fine = replace(fine, time_s=driven_s(problem, fine, settings))
    if _heat_matters(problem, fine, settings):
        # What is best without heat may not be with it: each of the chains is fitted, too.
        again = (replayed(problem, pool, chosen.chain) for chosen in chains)
        for steps in dict.fromkeys((found.chain, *filter(None, again))):
            fitted = with_fewer_steps(problem, pool, polished(problem, pool, steps))
            if fitted.time_s < fine.time_s:
                fine = ChosenChain(fitted.time_s, fitted.chain, pool)
    return min(fine, plan, key=lambda p: p.time_s)


def _heat_matters(problem: Problem, plan: ChosenChain, settings: Settings) -> bool:
    """Whether the plan would be quicker if the pack always had its best temperature."""
    if not settings.heat or problem.power is None:
        return False
    cool_s = driven_s(at_best_temperature(problem), plan, settings)
    return plan.time_s > cool_s * (1.0 + 1e-9)


def _with_heat(task: _Task, plan: ChosenChain, scope: Scope, cool_s: float) -> ChosenChain:
    """Search with heat, more coarsely where the labels do not suffice."""
    problem, settings = task.problem, task.settings
    if not math.isfinite(plan.time_s) and math.isfinite(problem.longest_charge_s):
        plan = _at_the_fullest_with_heat(task, plan, scope)
    few = thinned(problem, replace(scope, ceiling_s=min(plan.time_s, _ELLIPSE_WITH_HEAT * cool_s)))
    # Among few of many chargers first: fewer plans among all are quicker than what that finds.
    tried = [(1.0, few)] if few is not None else []
    for coarser, within in (*tried, *((factor, scope) for factor in _COARSER)):
        # A chain without heat may take too long at a stop with it: then it is no plan.
        ceiling_s = min(plan.time_s, _ELLIPSE_WITH_HEAT * cool_s)
        pool = RealDrives(problem, task.many_to_many, replace(within, ceiling_s=ceiling_s))
        policy = heat_policy(problem, settings, coarser=coarser, trip_s=ceiling_s)
        found = task.search(pool, ceiling_s=ceiling_s, policy=policy, deadline_s=task.deadline_s)
        task.complete = found.complete
        if found.chain:
            hot = ChosenChain(found.time_s, found.chain, pool)
            hot = replace(hot, time_s=driven_s(problem, hot, settings))
            plan = _refined(task, min(plan, hot, key=lambda p: p.time_s), [hot])
        if (found.complete and within is scope) or task.out_of_time:
            break
    return plan


def _at_the_fullest_with_heat(task: _Task, plan: ChosenChain, scope: Scope) -> ChosenChain:
    """Return a plan of the fullest departures with heat, or the one that is there."""
    problem, settings = task.problem, task.settings
    pool = RealDrives(problem, task.many_to_many, replace(scope, ceiling_s=math.inf))
    policy = heat_policy(problem, settings, coarser=16.0)._replace(skips=False, fullest=True)
    found = task.search(pool, policy=policy, deadline_s=task.deadline_s)
    if not found.chain:
        return plan
    full = ChosenChain(found.time_s, found.chain, pool)
    return replace(full, time_s=driven_s(problem, full, settings))


def _heat_bounded(
    task: _Task, plan: ChosenChain, scope: Scope, bound_s: float
) -> tuple[ChosenChain, float]:
    """Look for a bound that follows heat, level by level; plan and bound after it."""
    problem, settings = task.problem, task.settings
    levels = min(settings.heat_bound_levels, heat_bound.LEVELS)
    if not levels or not heat_bound.applies(problem) or not math.isfinite(plan.time_s):
        return plan, bound_s
    searches = [
        HeatSearch(problem, task.many_to_many, task.bounds, scope, side)
        for side in sides_that_matter(problem, plan, settings)
    ]
    # The bound leaves out what only forbids: its chains may break such a wish.
    unbound = problem.departures_are_finite and problem.most_stops is None
    for level in range(levels):
        going: list[HeatSearch] = []
        for one in searches:
            near = plan.time_s * (1.0 - settings.heat_bound_gap)
            if bound_s >= near or task.out_of_time:
                return plan, bound_s
            found = one.go_on(near, task.deadline_s)
            if found is None:
                continue
            going.append(one)
            if one.side == HOT:
                task.knows_hot |= found.bound_s > task.however_warm_s
                task.however_warm_s = max(task.however_warm_s, found.bound_s)
            if found.bound_s > bound_s:
                bound_s, task.method = found.bound_s, HEAT_METHOD
            if found.chain is not None and level >= _LEVELS_UNDRIVEN and unbound:
                plan, labels = driven_with_heat(
                    problem, task.customized, task.bounds, settings, found.chain, plan
                )
                task.labels += labels
        searches = going
        if (together_s := _together_s(task, going)) > bound_s:
            bound_s, task.method = together_s, HEAT_METHOD
    return plan, bound_s


def _together_s(task: _Task, searches: Sequence[HeatSearch]) -> float:
    """Bound of both sides together [s]; 0: of none.

    It counts no waiting at the first stop, which would cool a hot pack.
    """
    waits = len(task.settings.waits_s) > 1 or task.problem.has_hours
    return 0.0 if waits or len(searches) < _BOTH else joint_s(*searches)


def _solution(
    task: _Task, plan: ChosenChain, bound_s: float, heater_saves_s: Sequence[float] = ()
) -> Solution:
    """Return a plan with what was proved; its preheatings save so much each, shape (legs,)."""
    problem = task.problem
    chargers = problem.charger_node.size
    legs: list[Drive] = []
    steps: list[int] = []
    stops: list[SolutionStop] = []
    here, stage = problem.stop_count - 1, 0
    overhead_s = problem.overheads_s() + (problem.objective.fee_s if problem.objective else 0.0)
    saved_s, pointless = 0.0, False
    slow = _slowed(task, plan)
    roads = Roads(task.customized)
    for number, step in enumerate(plan.chain):
        between = passed(problem, stage, step)
        if isinstance(plan.pool, FineDrives):
            drive = plan.pool.drive(step.drive)
        else:
            assert isinstance(plan.pool, RealDrives)
            ends = problem.stop_node[[here, step.stop]]
            nodes = [int(ends[0]), *(problem.targets[k].node for k in between), int(ends[1])]
            numbers = plan.pool.metrics(stage, step.drive)
            known = plan.pool.many_to_many
            if isinstance(known, ExactManyToMany):
                drive = known.drive(numbers)
            else:
                backward = is_backward(problem, here, stage, step.stage)
                known_drive = roads.drive(numbers, nodes, backward=backward)
                assert known_drive is not None, "a drive of the table has no roads"
                drive = known_drive
        parts = drive.parts()
        if pointless:
            # A car that came to a charger and charges nothing drives on without a stop.
            parts[0] = passing(legs.pop(), parts[0])
            steps.pop()
            left_out = stops.pop().charger
            # Where chargers close, what is saved may be waited for further on.
            saved_s += 0.0 if problem.has_hours else overhead_s[left_out]
        legs += parts
        steps += [-1] * (len(parts) - 1) + [number]
        stops += [SolutionStop(-1, target, 0.0, 0.0) for target in between]
        here, stage = step.stop, step.stage
        if number + 1 < len(plan.chain):
            leave_kwh = plan.chain[number + 1].departed_kwh
            charger, target = (here, -1) if here < chargers else (-1, here - chargers)
            stops.append(SolutionStop(charger, target, leave_kwh, step.waited_s))
            pointless = here < chargers and leave_kwh <= step.arrived_kwh + _NOTHING_KWH
    return Solution(
        legs=tuple(legs),
        stops=tuple(stops),
        lower_bound_s=bound_s - problem.constant_s,
        time_s=plan.time_s - saved_s - problem.constant_s,
        least_time_s=float(task.bounds.time_s[0, problem.stop_count - 1]),
        method=(task.method or METHOD) + what_hours_mean(problem, task.method),
        labels=task.labels,
        complete=task.complete,
        preheated_s=_of_legs(steps, [step.preheated_s for step in plan.chain], 0.0),
        saved_s=_of_legs(steps, heater_saves_s, 0.0),
        slowed=_of_legs(steps, slow, None),
    )


def _of_legs(steps: Sequence[int], found: Sequence[Some], nothing: Some) -> tuple[Some, ...]:
    """Return what there is for each step of a chain by leg; empty where there is nothing.

    Parameters
    ----------
    steps
        The step that each leg is the end of; -1: of none.
    found, nothing
        What there is for each step, and what stands for none.
    """
    if all(one == nothing for one in found):
        return ()
    return tuple(nothing if step < 0 else found[step] for step in steps)


def _slowed(task: _Task, plan: ChosenChain) -> tuple[Slowed | None, ...]:
    """Return what slowing down for a cooler pack does on each step of a plan; empty: nothing."""
    problem, settings = task.problem, task.settings
    fine = isinstance(plan.pool, FineDrives) and problem.objective is None
    if not fine or not _heat_matters(problem, plan, settings):
        return ()
    return slowed(problem, plan) if HOT in sides_that_matter(problem, plan, settings) else ()


def _gave_up(task: _Task, setting: str) -> SearchLimitError:
    """Say that nothing was found, which does not prove that there is nothing."""
    if task.method == OUT_OF_TIME:
        setting = "time_budget_s"
    return SearchLimitError(
        f"no plan was found in {task.labels:,} labels, and the search is not through: there may be "
        f"one all the same. Allow more with settings.{setting}",
        setting,
    )
