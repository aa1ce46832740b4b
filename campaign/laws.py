"""Laws between a plan and the plans of other questions.

A law makes pairs: of an easier question and a harder one, of which every plan is one of the easier
as well.  Then the easier question has a plan if the harder has; no plan of the harder lies below
the bound of the easier; and the easier question's plan is no worse, but for the gap that it
states.  Where the known plan itself is one of the harder question (a wish that it keeps anyway),
the pair holds in both directions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import numpy as np

from campaign.ask import Answer, ask, planner
from campaign.cases import Case, Finding, at
from campaign.ground import region_of
from campaign.redrive import worth
from tripplan.batch import plan_many
from tripplan.errors import NoPlanError, SearchLimitError
from tripplan.planning.alternatives import alternatives, by_stops
from tripplan.planning.opening_hours import local_time
from tripplan.planning.pareto import pareto
from tripplan.records.network import NODE_COPY
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Trip
from tripplan.records.wishes import WISHES

ROUNDED: Final = 5e-6
"""Times and energies are whole milliseconds and milliwatt-hours of each road (relative)."""
WORSE: Final = 5e-4
"""A plan this much worse than one that is known counts, gap or not (relative)."""
WORSE_KIND: Final = "worse within its gap"
GAVE_UP_KIND: Final = "given up at a limit that it names"
_SMALL_NODES = 3_000
"""Only regions up to this size are renumbered, of which the hierarchy is ordered anew."""
_EXACT_NODES = 40
T = TypeVar("T")
_OBJECTIVES = ("time", "energy", "money", "stops")


@dataclass(frozen=True)
class Pair:
    """Two questions of one law."""

    easier: Case
    harder: Case
    both_ways: bool = False
    """Whether the plan of the easier question is one of the harder as well."""
    bounds_only: bool = False
    """Whether the easier question's plan may be worse than need be."""


Law = Callable[[Case, Plan], Iterator[Pair]]
Check = Callable[[Case, Plan], Iterator[Finding]]


def law_findings(case: Case, name: str, plan: Plan) -> Iterator[Finding]:
    """Hold a plan against one law.

    Parameters
    ----------
    case
        The question; its luck decides where the law leaves a choice.
    name
        A key of `LAWS` or of `CHECKS`.
    plan
        The question's plan.
    """
    if name in CHECKS:
        yield from (Finding(f"{name}: {kind}", told) for kind, told in CHECKS[name](case, plan))
        return
    for pair in LAWS[name](case, plan):
        easier, harder = ask(pair.easier), ask(pair.harder)
        both = pair.both_ways
        for kind, told in compared(easier, harder, both_ways=both):
            if not (pair.bounds_only and kind == WORSE_KIND):
                yield Finding(f"{name}: {kind}", told)
        for side in (pair.easier, pair.harder):
            crash = ask(side).crash
            if crash:
                yield Finding(f"crash: {crash.split(': ')[0]}", crash)


def compared(easier: Answer, harder: Answer, *, both_ways: bool = False) -> Iterator[Finding]:
    """Compare the answers of an easier and a harder question.

    Parameters
    ----------
    easier, harder
        What became of them.
    both_ways
        Whether the plan of the easier question is one of the harder as well.
    """
    if harder.plan and easier.refusal:
        told = f"refused: {easier.refusal}; {_told(harder.plan)}"
        yield Finding(refused_kind(easier.refusal), told)
    if both_ways and easier.plan and harder.refusal:
        told = f"refused: {harder.refusal}; {_told(easier.plan)}"
        yield Finding(refused_kind(harder.refusal), told)
    if not (easier.plan and harder.plan):
        return
    yield from below(easier.plan, harder.plan)
    if both_ways:
        yield from below(harder.plan, easier.plan)


def below(one: Plan, other: Plan) -> Iterator[Finding]:
    """Hold a plan against another that its question allows.

    Parameters
    ----------
    one
        The plan.
    other
        A plan for its trip or a harder one.
    """
    value, bound, known = one.certificate.value, one.certificate.lower_bound, worth(other, one)
    room = ROUNDED * max(1e-3, abs(known))
    if bound > value + room:
        return  # told of the plan by itself
    unit = one.certificate.measure.split(",")[0]
    if bound > known + room:
        over = (bound - known) / max(abs(known), 1e-9)
        told = f"bound {bound:.6g} above a plan of {known:.6g} {unit} ({over:.2%})"
        yield Finding("bound above a plan", told)
    elif value > known + max(WORSE * abs(known), room):
        over = (value - known) / max(abs(known), 1e-9)
        gap = one.certificate.gap
        told = f"{value:.6g} planned, {known:.6g} {unit} possible ({over:.2%}, gap {gap:.2%})"
        yield Finding(WORSE_KIND, told)


def refused_kind(refusal: NoPlanError) -> str:
    """Return the kind of a refusal of what can be done: false, or a search that says it gave up."""
    return GAVE_UP_KIND if isinstance(refusal, SearchLimitError) else "false refusal"


def _told(plan: Plan) -> str:
    return f"there is a plan of {plan.total_s:.0f} s with {plan.stop_count} stops"


def _used(plan: Plan) -> list[str]:
    return [site.id for site in plan.chargers]


def _drawn(case: Case, of: Sequence[T]) -> T:
    return of[min(int(case.luck * len(of)), len(of) - 1)]


def _plain(case: Case) -> bool:
    """Whether more energy, power or capacity is good in any case."""
    trip = case.question()
    return trip.objective in ("time", "stops") and trip.least_charge_soc == 0.0


def _harder(change: Callable[[Case, Plan], Case | None]) -> Law:
    """Make a law of what makes a question harder; None where it does not apply."""

    def law(case: Case, plan: Plan) -> Iterator[Pair]:
        changed = change(case, plan)
        if changed is not None:
            yield Pair(case, changed)

    return law


def _kept(change: Callable[[Case, Plan], Case | None]) -> Law:
    """Make a law of a wish that the plan keeps anyway."""

    def law(case: Case, plan: Plan) -> Iterator[Pair]:
        changed = change(case, plan)
        if changed is not None:
            yield Pair(case, changed, both_ways=True)

    return law


def _ban_used(case: Case, plan: Plan) -> Case | None:
    banned = case.trip.get("chargers", {}).get("banned", [])
    ids = [one for one in _used(plan) if not _is_required(one, case.question())]
    return case.inside("chargers", banned=[*banned, _drawn(case, ids)]) if ids else None


def _is_required(charger: str, trip: Trip) -> bool:
    return charger in trip.via_chargers


def _ban_others(case: Case, plan: Plan) -> Case | None:
    banned = set(case.trip.get("chargers", {}).get("banned", []))
    sites = region_of(case.ground).chargers.chargers
    needed = {*_used(plan), *case.question().via_chargers}
    others = [site.id for site in sites if site.id not in needed and not needed & set(site.ids)]
    some = others[:: max(2, len(others) // 50)]
    return case.inside("chargers", banned=sorted({*banned, *some})) if some else None


def _require_used(case: Case, plan: Plan) -> Case | None:
    ids = _used(plan)
    if not ids or len(set(ids)) < len(ids) or case.trip.get("via_chargers"):
        return None
    return case.wish(via_chargers=[_drawn(case, ids)])


def _require_all(case: Case, plan: Plan) -> Case | None:
    ids = _used(plan)
    if not ids or len(set(ids)) < len(ids):
        return None
    return case.wish(via_chargers=ids)


def _require_any(case: Case, _: Plan) -> Case | None:
    sites = region_of(case.ground).chargers.chargers
    if not sites or case.trip.get("via_chargers"):
        return None
    return case.wish(via_chargers=[_drawn(case, sites).id])


def _fewer_stops(case: Case, plan: Plan) -> Case | None:
    least = len(case.question().via_chargers)
    return case.wish(most_stops=plan.stop_count - 1) if plan.stop_count > least else None


def _as_many_stops(case: Case, plan: Plan) -> Case:
    return case.wish(most_stops=plan.stop_count)


def _charging(plan: Plan) -> list[ChargingStop]:
    return [stop for stop in plan.stops if stop.charger is not None]


def _shorter_stops(case: Case, plan: Plan) -> Case | None:
    longest = max((stop.charging_s for stop in _charging(plan)), default=0.0)
    return case.wish(longest_stop_s=round(0.7 * longest)) if longest > 60.0 else None


def _as_long_stops(case: Case, plan: Plan) -> Case | None:
    longest = max((stop.charging_s for stop in _charging(plan)), default=0.0)
    return case.wish(longest_stop_s=float(np.ceil(longest + 1.0))) if longest > 60.0 else None


def _as_large_charges(case: Case, plan: Plan) -> Case | None:
    shares = [stop.energy_kwh / plan.capacity_kwh for stop in _charging(plan)]
    least = min(shares, default=0.0) - 1e-6
    return case.wish(least_charge_soc=round(least, 7)) if least > 1e-3 else None


def _larger_charges(case: Case, plan: Plan) -> Case | None:
    shares = [stop.energy_kwh / plan.capacity_kwh for stop in _charging(plan)]
    return case.wish(least_charge_soc=round(min(shares) + 0.1, 4)) if shares else None


def _less_at_the_start(case: Case, _: Plan) -> Case | None:
    less = case.question().departure_soc - 0.02 - 0.2 * case.luck
    return case.wish(departure_soc=less) if _plain(case) and less > 0.0 else None


def _more_in_reserve(case: Case, _: Plan) -> Case:
    return case.wish(reserve_soc=case.question().reserve_soc + 0.02 + 0.1 * case.luck)


def _more_on_arrival(case: Case, _: Plan) -> Case:
    return case.wish(arrival_soc=min(1.0, case.question().arrival_soc + 0.05 + 0.3 * case.luck))


def _lower_limit(case: Case, _: Plan) -> Case | None:
    if case.question().via_chargers:
        # Who comes to a required charger with more than the limit has nothing to charge there.
        return None
    return case.wish(charge_limit_soc=case.question().charge_limit_soc - 0.05 - 0.2 * case.luck)


def _longer_overhead(case: Case, _: Plan) -> Case:
    return case.wish(stop_overhead_s=case.question().stop_overhead_s + 30.0 + 600.0 * case.luck)


def _never_slower(case: Case, _: Plan) -> Case | None:
    return case.wish(slow_down_to=1.0) if case.question().slow_down_to < 1.0 else None


def _avoid_motorways(case: Case, _: Plan) -> Case | None:
    avoid = case.question().avoid
    return None if "motorway" in avoid else case.wish(avoid=[*avoid, "motorway"])


def _quicker_plugs(case: Case, _: Plan) -> Case:
    return case.inside("chargers", min_power_kw=60.0 if case.luck < 0.5 else 30.0)


def _weaker_plugs(case: Case, _: Plan) -> Case | None:
    return replace(case, ground=replace(case.ground, power=0.7)) if _plain(case) else None


def _fewer_chargers(case: Case, plan: Plan) -> Case | None:
    sites = region_of(case.ground).chargers.chargers
    ids = [one for one in _used(plan) if not _is_required(one, case.question())]
    if not ids or case.trip.get("via_chargers"):
        return None
    gone = _drawn(case, ids)
    kept = tuple(site.id for site in sites if site.id != gone)
    return replace(case, ground=replace(case.ground, chargers=kept))


def _with_heat(case: Case, plan: Plan) -> Iterator[Pair]:
    del plan
    yield Pair(replace(case, heat=False), replace(case, heat=True))


def _falls(case: Case) -> bool:
    """Whether less SoC is never slower to charge from, so that a smaller battery is no better."""
    curve, trip = case.car.battery.charging_curve, case.question()
    if curve is None or not _plain(case) or trip.arrival_soc > trip.reserve_soc:
        return False
    points = np.array(curve.points)
    socs = np.linspace(trip.reserve_soc, 1.0, 200)
    kw = np.interp(socs, points[:, 0], points[:, 1])
    return bool(np.all(np.diff(kw) <= 1e-9))


def _older(case: Case, _: Plan) -> Case | None:
    soh = 1.0 if case.soh is None else case.soh
    return replace(case, soh=round(soh - 0.1, 3)) if soh > 0.45 and _falls(case) else None


def _colder(case: Case, _: Plan) -> Case | None:
    trip = case.question()
    air = trip.conditions.ambient_c
    if air > 10.0 or trip.pack_start_c is not None or not _falls(case):
        return None
    return case.inside("conditions", ambient_c=air - 8.0)


def _renumbered(case: Case, plan: Plan) -> Iterator[Pair]:
    del plan
    small = region_of(case.ground).network.node_count <= _SMALL_NODES
    if small and case.ground.renumbered is None:
        ground = replace(case.ground, renumbered=int(case.luck * 1e6))
        yield Pair(case, replace(case, ground=ground), both_ways=True)


def _by_its_own_road(case: Case, plan: Plan) -> Iterator[Pair]:
    """Go by way of a node that the plan passes anyway."""
    network = region_of(case.ground).network
    points = []
    for number, leg in enumerate(plan.legs):
        trace = leg.trace
        wanted = list(zip(trace.lat, trace.lon, strict=True))[1:-1]
        points += [(number, lat, lon) for lat, lon in wanted]
    if not points:
        return
    begin = int(case.luck * len(points))
    for number, lat, lon in points[begin:] + points[:begin]:
        near = (np.abs(network.lat - lat) < 1e-9) & (np.abs(network.lon - lon) < 1e-9)
        nodes = np.flatnonzero(near)
        if nodes.size == 1 and not network.node_flags[nodes[0]] & NODE_COPY:
            met = sum(stop.charger is None for stop in plan.stops[:number])
            waypoints = list(case.trip.get("waypoints", []))
            place = at(float(network.lat[nodes[0]]), float(network.lon[nodes[0]]))
            waypoints.insert(met, {"place": place})
            by_way = case.wish(waypoints=waypoints)
            if _tied_there(by_way):
                yield Pair(case, by_way, both_ways=True)
                return


def _tied_there(case: Case) -> bool:
    """Whether all places lie on roads: none is reached from a motorway, where one does not stop."""
    plan = ask(case).plan
    return plan is None or not any(leg.access for leg in plan.legs)


def _without_a_plug(case: Case, _: Plan) -> Case | None:
    """Take the plug from a waypoint; where one stands there, the car gets cold besides."""
    waypoints = [dict(waypoint) for waypoint in case.trip.get("waypoints", [])]
    plugged = [k for k, waypoint in enumerate(waypoints) if waypoint.get("charger_kw")]
    if not plugged or not _plain(case):
        return None
    waypoints[_drawn(case, plugged)]["charger_kw"] = 0.0
    return case.wish(waypoints=waypoints)


def _split(case: Case, plan: Plan, k: int) -> tuple[Case, Case]:
    """Cut a question at a stop of its plan."""
    stop, trace = plan.stops[k], plan.legs[k].trace
    here = at(trace.lat[-1], trace.lon[-1])
    met = sum(one.charger is None for one in plan.stops[:k])
    waypoints = case.trip.get("waypoints", [])
    before = case.wish(
        destination=here,
        waypoints=waypoints[:met] or None,
        arrival_soc=max(0.0, stop.arrival_soc - 1e-5),
    )
    changes: dict[str, Any] = {
        "origin": here,
        "waypoints": waypoints[met:] or None,
        "departure_soc": stop.departure_soc,
        "pack_start_c": min(stop.pack_departure_c, 60.0),
    }
    trip = case.question()
    if trip.departure is not None:
        start = local_time(trip.departure, trip.origin.lat, trip.origin.lon)
        later_s = trace.elapsed_s[-1] + stop.duration_s
        changes["departure"] = (start + timedelta(seconds=later_s)).isoformat()
    return before, case.wish(**changes)


def _no_quicker(first: Answer, arrived_s: float, k: int) -> Iterator[Finding]:
    """Hold the bound of a first part against how long it took as a part."""
    if first.plan is None:
        return
    bound = first.plan.certificate.lower_bound
    if bound > arrived_s * (1.0 + ROUNDED) + 1e-3:
        told = f"{bound:.1f} s to stop {k + 1}, driven {arrived_s:.1f}"
        yield Finding("bound above a plan", told)


def _parts(case: Case, plan: Plan) -> Iterator[Finding]:
    """Hold a plan against its own parts, planned anew."""
    legs = [k for k, stop in enumerate(plan.stops) if stop.charger is not None]
    trip = case.question()
    if not legs or trip.via_chargers or trip.most_stops is not None or trip.objective != "time":
        return
    k = _drawn(case, legs)
    stop, arrived_s = plan.stops[k], plan.legs[k].trace.elapsed_s[-1]
    before, after = _split(case, plan, k)
    first = ask(before)
    if first.crash:
        yield Finding("crash", first.crash)
    if first.refusal:
        told = f"to stop {k + 1}: {first.refusal}; {_told(plan)}"
        yield Finding(refused_kind(first.refusal), told)
    if first.plan and first.plan.access_km > 0.0:
        return  # a charger on a motorway: as a place it is tied to a road where one may stop
    yield from _no_quicker(first, arrived_s, k)
    if trip.pack_start_c is not None or trip.conditions.ambient_c > stop.pack_departure_c:
        return  # another capacity for the second part
    rest = ask(after)
    if rest.crash:
        yield Finding("crash", rest.crash)
    if rest.plan:
        joined_s = arrived_s + stop.duration_s + rest.plan.total_s
        bound = plan.certificate.lower_bound
        if bound > joined_s * (1.0 + ROUNDED) + 1e-3:
            yield Finding("bound above a plan", f"bound {bound:.1f} s, in parts {joined_s:.1f} s")
        elif plan.total_s > joined_s * (1.0 + WORSE):
            told = f"{plan.total_s:.1f} s planned, in parts {joined_s:.1f} s"
            yield Finding(WORSE_KIND, told)


def _objectives(case: Case, plan: Plan) -> Iterator[Pair]:
    mine = plan.trip.objective
    others = [name for name in _OBJECTIVES if name != mine]
    yield Pair(case, case.wish(objective=_drawn(case, others)), both_ways=True)


def _exact(case: Case, plan: Plan) -> Iterator[Pair]:
    del plan
    if region_of(case.ground).network.node_count <= _EXACT_NODES and not case.exact:
        exact = replace(case, exact=True)
        yield Pair(exact, case)
        yield Pair(case, exact, bounds_only=True)


def _batch(case: Case, plan: Plan) -> Iterator[Finding]:
    """Compare what a batch says of a trip with what `plan` says."""
    trip = case.question()
    row: dict[str, Any] = {"origin": trip.origin, "destination": trip.destination}
    for word, wish in WISHES.items():
        part = getattr(trip, wish.part) if wish.part else trip
        value = getattr(part, wish.field)
        if value != wish.info.get_default(call_default_factory=True):
            row[word] = value
    (outcome,) = plan_many([row], [case.car], region=region_of(case.ground), settings=case.settings)
    if outcome.plan is None:
        yield Finding("batch differs", f"{outcome.status}: {outcome.reason}")
    elif abs(outcome.plan.total_s - plan.total_s) > 1e-6 * plan.total_s:
        yield Finding("batch differs", f"{outcome.plan.total_s} s, alone {plan.total_s} s")


def _lists(case: Case, plan: Plan) -> Iterator[Finding]:
    """No list of other plans holds one that is better than the plan by the trip's objective."""
    trip, car = case.question(), case.car
    asked = planner(case.ground, case.settings)
    lists: dict[str, Callable[[], list[Plan]]] = {
        "alternatives": lambda: alternatives(asked, trip, car, 4),
        "plans_by_stops": lambda: by_stops(asked, trip, car),
        "pareto": lambda: pareto(asked, trip, car),
    }
    for name, find in lists.items():
        try:
            others = find()
        except NoPlanError as error:
            yield Finding(f"{name} refuses", str(error))
            continue
        for other in others:
            for kind, told in below(plan, other):
                yield Finding(f"{name}, {kind}", told)
                break
        if name == "alternatives":
            yield from _useless(others)


def _useless(others: Sequence[Plan]) -> Iterator[Finding]:
    """Say where a plan is worse in everything than one before it in the list."""
    figures = [(p.total_s, p.energy_spent_kwh, p.cost, p.stop_count) for p in others]
    for k, one in enumerate(figures):
        if any(all(a < b for a, b in zip(f, one, strict=True)) for f in figures[:k]):
            yield Finding("alternatives, worse in everything", f"{one} after {figures[0]}")


LAWS: Final[Mapping[str, Law]] = {
    "a used charger banned": _harder(_ban_used),
    "unused chargers banned": _kept(_ban_others),
    "a used charger required": _kept(_require_used),
    "all used chargers required": _kept(_require_all),
    "some charger required": _harder(_require_any),
    "fewer stops": _harder(_fewer_stops),
    "as many stops": _kept(_as_many_stops),
    "shorter stops": _harder(_shorter_stops),
    "as long stops": _kept(_as_long_stops),
    "larger charges": _harder(_larger_charges),
    "as large charges": _kept(_as_large_charges),
    "less charge at the start": _harder(_less_at_the_start),
    "more in reserve": _harder(_more_in_reserve),
    "more on arrival": _harder(_more_on_arrival),
    "lower charge limit": _harder(_lower_limit),
    "longer overhead": _harder(_longer_overhead),
    "never slower than usual": _harder(_never_slower),
    "no motorways": _harder(_avoid_motorways),
    "quicker plugs only": _harder(_quicker_plugs),
    "weaker plugs": _harder(_weaker_plugs),
    "a charger gone": _harder(_fewer_chargers),
    "heat counts": _with_heat,
    "an older battery": _harder(_older),
    "colder air": _harder(_colder),
    "renumbered": _renumbered,
    "by way of its own road": _by_its_own_road,
    "no plug at a waypoint": _harder(_without_a_plug),
    "another objective": _objectives,
    "exact": _exact,
}
"""Laws of pairs, by name."""
CHECKS: Final[Mapping[str, Check]] = {"in two parts": _parts, "batch": _batch, "lists": _lists}
"""Laws of another form."""
RARE: Final = frozenset({"lists", "batch"})
"""Those that take long: tried for one trip in so many."""
