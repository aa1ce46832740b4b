"""Faults of sites, plugs, charges, sums, costs and the proof, one planted at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.samples.audited_plans import Made
from tests.samples.planting import (
    Chance,
    Kinds,
    Planted,
    Planting,
    any_charger,
    charger_at,
    delayed,
    other_site,
    with_leg,
    with_stop,
    with_wishes,
)
from tripplan.physics.bands import BANDS
from tripplan.records.charger import Charger
from tripplan.records.plan import ChargingStop, Plan

AT_STOPS = Kinds()
kind = AT_STOPS.kind

# Sites and plugs


def _wish_of_chargers(change: Callable[[ChargingStop], dict[str, Any] | None]) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_charger(made.plan, chance)
        changes = None if number is None else change(made.plan.stops[number])
        return None if changes is None else (with_wishes(made.plan, **changes), made.region)

    return plant


def _known(stop: ChargingStop) -> Charger:
    assert stop.charger is not None
    return stop.charger


kind("a banned site", r"stop \d+ .*is banned")(
    _wish_of_chargers(lambda stop: {"banned": (_known(stop).id,)})
)
kind("access that was not wished", r"stop \d+ .*its access is")(
    _wish_of_chargers(lambda _: {"access": ("restricted",)})
)
kind("too weak a plug", r"stop \d+ .* kW, at least")(
    _wish_of_chargers(lambda stop: {"min_power_kw": stop.charger_kw + 10.0})
)
kind("too few stalls", r"stop \d+ .* stalls, at least")(
    _wish_of_chargers(lambda stop: {"min_stalls": (_known(stop).stalls or 0) + 1})
)
kind("an operator to be avoided", r"stop \d+ .*operator is to be avoided")(
    _wish_of_chargers(
        lambda stop: (
            {"exclude_operators": (_known(stop).operator,)} if _known(stop).operator else None
        )
    )
)
kind("an operator that is not wanted", r"stop \d+ .*operator is none of those wanted")(
    _wish_of_chargers(
        lambda stop: {"operators": ("Sonnenschein",)} if _known(stop).operator else None
    )
)


def _site_that(**changes: Any) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_charger(made.plan, chance)
        return None if number is None else other_site(made, number, **changes)

    return plant


kind("a site out of service", r"stop \d+ .*is out of service")(
    _site_that(operation="out_of_service")
)
kind("a site for some only", r"stop \d+ .*its access is restricted")(
    _site_that(access="restricted")
)


def _clock(plan: Plan, number: int) -> datetime | None:
    """Local time at which charging begins at a stop."""
    if plan.trip.departure is None:
        return None
    stop = plan.stops[number]
    seconds = plan.legs[number].trace.elapsed_s[-1] + stop.waited_s + stop.overhead_s
    return plan.trip.departure + timedelta(seconds=seconds)


@kind("a closed site", r"stop \d+ .*charges while it is closed")
def _closed_site(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    begins = None if number is None else _clock(made.plan, number)
    if number is None or begins is None:
        return None
    opens = begins + timedelta(hours=3)
    return other_site(
        made, number, opening_hours=f"{opens:%H:%M}-{opens + timedelta(hours=2):%H:%M}"
    )


@kind("a site that closes amid the charge", r"stop \d+ .*charges while it is closed")
def _closing_site(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    begins = None if number is None else _clock(made.plan, number)
    if number is None or begins is None or made.plan.stops[number].charging_s < 600.0:
        return None
    ends = begins + timedelta(seconds=made.plan.stops[number].charging_s - 120.0)
    return other_site(
        made, number, opening_hours=f"{begins - timedelta(hours=2):%H:%M}-{ends:%H:%M}"
    )


@kind("hours that nobody knows", r"stop \d+ .*opening hours are not known")
def _unknown_hours(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None or made.plan.trip.departure is None:
        return None
    plan, region = other_site(made, number, opening_hours=None)
    return with_wishes(plan, keep_unknown=False), region


@kind("a site that is not there", r"stop \d+ .*has no charger")
def _no_site(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    gone = replace(charger_at(made.plan, number), id="nowhere")
    return with_stop(made.plan, number, charger=gone), made.region


@kind("a site that is otherwise", r"stop \d+ .*the region has charger .* otherwise")
def _otherwise(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    told = replace(charger_at(made.plan, number), stalls=99)
    return with_stop(made.plan, number, charger=told), made.region


@kind("a stop beside its site", r"stop \d+ .*is not where charger")
def _beside(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    return with_stop(made.plan, number, lat=made.plan.stops[number].lat + 0.01), made.region


def _plug_with(**changes: Any) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_charger(made.plan, chance)
        if number is None:
            return None
        plug = made.plan.stops[number].connector
        assert plug is not None
        return with_stop(made.plan, number, connector=replace(plug, **changes)), made.region

    return plant


kind("a swapped plug", r"stop \d+ .*(has no such plug|does not fit)")(_plug_with(standard="NACS"))
kind("a stronger plug", r"stop \d+ .*has no such plug")(_plug_with(power_kw=350.0))


@kind("a plug that does not fit", r"stop \d+ .*does not fit")
def _unfit(made: Made, chance: Chance) -> Planted:
    del chance
    if not made.plan.stop_count:
        return None
    car = made.plan.vehicle.model_copy(update={"connectors": ("NACS",)})
    return made.plan.model_copy(update={"vehicle": car}), made.region


@kind("more power than the plug's", r"stop \d+ .*the plug gives")
def _power(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    kw = made.plan.stops[number].charger_kw
    return with_stop(made.plan, number, charger_kw=1.2 * kw), made.region


# Charging


def _of_a_charge(**by: float) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_charger(made.plan, chance)
        if number is None:
            return None
        stop = made.plan.stops[number]
        changes = {name: getattr(stop, name) + more for name, more in by.items()}
        return with_stop(made.plan, number, **changes), made.region

    return plant


kind("a shortened stop", r"stop \d+ .*(charging time)")(_of_a_charge(charging_s=-30.0))
kind("a missing kWh", r"stop \d+ .*(energy charged)")(_of_a_charge(energy_kwh=-1.0))
kind("SoC on arrival at a stop", r"stop \d+ .*(arrival: SoC differs)")(
    _of_a_charge(arrival_soc=0.01)
)
kind("SoC on leaving a stop", r"stop \d+ .*(samples end|charges to)")(
    _of_a_charge(departure_soc=0.01)
)
kind("overhead cut short", r"stop \d+ .*(overhead)")(_of_a_charge(overhead_s=-10.0))
kind("a dwell at a charger", r"stop \d+ .*(has no dwell)")(_of_a_charge(dwell_s=60.0))
kind("pack on leaving a stop", r"stop \d+ .*(departure: pack)")(_of_a_charge(pack_departure_c=2.0))
kind("another mean power", r"stop \d+ .*(mean power)")(_of_a_charge(mean_kw=1.0))
kind("another highest power", r"stop \d+ .*(highest power)")(_of_a_charge(max_kw=1.0))
kind("stops that are counted wrongly", r"stop \d+ .*(is stop)")(_of_a_charge(number=1))
kind("a wrong cost of a stop", r"stop \d+ .*(cost)")(_of_a_charge(cost=-0.5))
kind("a plug that loses energy", r"stop \d+ .*(direct current)")(_of_a_charge(plug_efficiency=-0.1))


@kind("a shortened stop, and the clock with it", r"stop \d+ .*charging time")
def _shortened(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    by_s = -0.5 * made.plan.stops[number].charging_s
    plan = with_stop(
        made.plan, number, charging_s=made.plan.stops[number].charging_s + by_s
    ).model_copy(update={"charging_s": made.plan.charging_s + by_s})
    return delayed(plan, number + 1, by_s), made.region


@kind("a charge that is too quick", r"stop \d+ .* kW at SoC .* more than")
def _too_quick(made: Made, chance: Chance) -> Planted:
    """All of the stop agrees with itself; it is only more than car or plug can do."""
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    stop, share = made.plan.stops[number], 0.97
    samples = tuple(
        sample.model_copy(
            update={
                "since_plug_in_s": sample.since_plug_in_s * share,
                "power_kw": sample.power_kw / share,
            }
        )
        for sample in stop.samples
    )
    by_s = (share - 1.0) * stop.charging_s
    plan = with_stop(
        made.plan,
        number,
        samples=samples,
        charging_s=stop.charging_s + by_s,
        mean_kw=stop.mean_kw / share,
        max_kw=stop.max_kw / share,
    ).model_copy(update={"charging_s": made.plan.charging_s + by_s})
    return delayed(plan, number + 1, by_s), made.region


def _sample(change: Callable[[Any], dict[str, Any]]) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        number = any_charger(made.plan, chance, 3.0)
        if number is None:
            return None
        samples = list(made.plan.stops[number].samples)
        at = int(chance.integers(1, len(samples) - 2))
        samples[at] = samples[at].model_copy(update=change(samples[at]))
        return with_stop(made.plan, number, samples=tuple(samples)), made.region

    return plant


kind("power above the curve in a sample", r"stop \d+ .*(more than|power times time)")(
    _sample(lambda s: {"power_kw": 1.05 * s.power_kw})
)
kind("a sample that runs back", r"stop \d+ .*(run backwards|power times time)")(
    _sample(lambda s: {"since_plug_in_s": s.since_plug_in_s - 30.0})
)
kind("a sample with another SoC", r"stop \d+ .*(run backwards|power times time)")(
    _sample(lambda s: {"soc": s.soc + 0.002})
)


@kind("a clock that stands still at a stop", r"leg \d+: begins at")
def _still(made: Made, chance: Chance) -> Planted:
    if not made.plan.stops:
        return None
    number = int(chance.integers(len(made.plan.stops)))
    return delayed(made.plan, number + 1, -120.0), made.region


@kind("a wait for nothing", r"stop \d+ .*waits .* for nothing")
def _wait(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None or made.plan.stops[number].waited_s:
        return None
    plan = with_stop(made.plan, number, waited_s=900.0)
    plan = plan.model_copy(update={"waiting_s": plan.waiting_s + 900.0})
    return delayed(plan, number + 1, 900.0), made.region


@kind("swapped stops", r"stop \d+ .*(is stop|arrival: SoC differs)")
def _swapped(made: Made, chance: Chance) -> Planted:
    del chance
    if len(made.plan.stops) < 2:
        return None
    stops = (made.plan.stops[1], made.plan.stops[0], *made.plan.stops[2:])
    return made.plan.model_copy(update={"stops": stops}), made.region


@kind("a pointless stop", r"stop \d+ .*stops to charge 0\.000 kWh")
def _pointless(made: Made, chance: Chance) -> Planted:
    """Take the charge out of a stop, at which the car goes on standing."""
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    stop = made.plan.stops[number]
    gone = {
        "energy_kwh": 0.0,
        "charging_s": 0.0,
        "departure_soc": stop.arrival_soc,
        "samples": stop.samples[:1],
        "mean_kw": 0.0,
        "max_kw": stop.samples[0].power_kw,
    }
    return with_stop(made.plan, number, **gone), made.region


# Sums, costs and proof


def _of_the_plan(field: str, by: float) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        more = by * float(chance.uniform(0.5, 2.0))
        value = getattr(made.plan, field) + more
        return made.plan.model_copy(update={field: value}), made.region

    return plant


for _field, _by in (
    ("total_s", -30.0),
    ("driving_s", -30.0),
    ("charging_s", 30.0),
    ("overhead_s", -30.0),
    ("waiting_s", 30.0),
    ("dwell_s", 30.0),
    ("distance_km", -1.0),
    ("energy_charged_kwh", 0.5),
    ("energy_spent_kwh", -0.5),
    ("arrival_soc", 0.01),
    ("capacity_kwh", 0.5),
    ("charging_cost", -0.1),
    ("home_cost", -0.1),
    ("arrival_probability", -0.01),
):
    kind(f"a wrong {_field}", rf"plan: {_field}")(_of_the_plan(_field, _by))


def _of_the_proof(change: Callable[[Plan], dict[str, Any]]) -> Planting:
    def plant(made: Made, chance: Chance) -> Planted:
        del chance
        proof = made.plan.certificate.model_copy(update=change(made.plan))
        return made.plan.model_copy(update={"certificate": proof}), made.region

    return plant


kind("a bound above the plan", r"lower bound above the plan")(
    _of_the_proof(lambda p: {"lower_bound": p.certificate.value * 1.0001})
)
kind("a bound in seconds above the plan", r"lower bound above the plan")(
    _of_the_proof(lambda p: {"lower_bound_s": p.total_s * 1.001})
)
kind("a value that is not the plan's", r"proof: the plan's value")(
    _of_the_proof(lambda p: {"value": p.certificate.value * 1.001})
)
kind("a gap that does not fit", r"proof: the gap")(
    _of_the_proof(lambda p: {"gap": p.certificate.gap + 0.01})
)
kind("a proof of something else", r"the proof is for")(
    _of_the_proof(lambda p: {"objective": "stops" if p.trip.objective != "stops" else "time"})
)


@kind("another chance of arriving", r"leg \d+: (the chance|P10)")
def _outlook(made: Made, chance: Chance) -> Planted:
    number = int(chance.integers(len(made.plan.legs)))
    outlook = made.plan.legs[number].outlook
    if outlook is None:
        return None
    other = outlook.model_copy(update={"p10_soc": outlook.p10_soc + 0.02})
    return with_leg(made.plan, number, outlook=other), made.region


@kind("the band of another class", r"plan: its band is that of")
def _class_of_the_band(made: Made, chance: Chance) -> Planted:
    band = made.plan.consumption_band
    if band is None:
        return None
    others = sorted(set(BANDS) - {band.basis})
    basis = others[int(chance.integers(len(others)))]
    other = band.model_copy(update={"basis": basis, "share": BANDS[basis].share})
    return made.plan.model_copy(update={"consumption_band": other}), made.region


@kind("a band narrower than its class", r"plan: its band is that of")
def _share_of_the_band(made: Made, _chance: Chance) -> Planted:
    band = made.plan.consumption_band
    if band is None:
        return None
    other = band.model_copy(update={"share": 0.9 * band.share})
    return made.plan.model_copy(update={"consumption_band": other}), made.region


@kind("a speed that nobody stated", r"plan: its band says otherwise than the trip")
def _speed_of_the_band(made: Made, _chance: Chance) -> Planted:
    band = made.plan.consumption_band
    if band is None:
        return None
    other = band.model_copy(update={"speed_given": not band.speed_given})
    return made.plan.model_copy(update={"consumption_band": other}), made.region


@kind("chances without a band", r"plan: P10 and P90 without the band")
def _no_band(made: Made, _chance: Chance) -> Planted:
    return made.plan.model_copy(update={"consumption_band": None}), made.region


@kind("a price that is said to be stated", r"stop \d+ .*its price is")
def _price_rule(made: Made, chance: Chance) -> Planted:
    number = any_charger(made.plan, chance)
    if number is None:
        return None
    rule = "" if made.plan.stops[number].price_rule else "price not known: 0.50 per kWh assumed"
    return with_stop(made.plan, number, price_rule=rule), made.region


@kind("another car", r"plan: capacity_kwh|leg 1 arrival")
def _other_car(made: Made, chance: Chance) -> Planted:
    car = made.plan.vehicle.aged(float(chance.uniform(0.7, 0.97)))
    return made.plan.model_copy(update={"vehicle": car}), made.region


@kind("another region", r"made on region")
def _other_region(made: Made, chance: Chance) -> Planted:
    del chance
    return made.plan.model_copy(update={"region": "Atlantis"}), made.region
