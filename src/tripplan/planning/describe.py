"""A route as the plan that is answered with: totals, certificate, and what it rests on in words."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from tripplan.physics.bands import ACCESS_SHARE
from tripplan.planning import uncertainty
from tripplan.planning.audit import UNAUDITED
from tripplan.planning.certificate import certificate_of
from tripplan.planning.load_assumptions import load_assumptions
from tripplan.planning.objective import Pricing, price_assumptions, score, totals_of
from tripplan.planning.reconstruct import Route
from tripplan.planning.roads import with_roads
from tripplan.planning.towns import with_towns
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.records.region import Region
from tripplan.routing.road_ends import ACCESS_KMH, CIRCUITY
from tripplan.search.solve import Solution

FAR_KM: Final = 1.0
"""A place that lies farther from the roads than this is told of by itself."""
_VERSION = version("tripplan")


def describe(
    region: Region,
    pricing: Pricing,
    solution: Solution,
    route: Route,
    closures: Sequence[str] = (),
) -> Plan:
    """Return the finished plan, which is still to be audited.

    Parameters
    ----------
    region
        Where it was planned.
    pricing
        The trip, its car, and what charging costs.
    solution, route
        What the search found, driven.
    closures
        What is to be said of roads that are open at some times only.
    """
    trip, car = pricing.trip, pricing.car
    band = uncertainty.band_of(route.legs, car, trip)
    legs = uncertainty.with_uncertainty(route.legs, route.stops, car, band)
    legs, stops = with_towns(legs, _paid(pricing, legs, route.stops), region.gazetteer)
    legs, stops = with_roads(legs, stops)
    driving_s = sum(leg.driving_s for leg in legs)
    charging_s = sum(stop.charging_s for stop in stops)
    overhead_s = sum(stop.overhead_s for stop in stops)
    waiting_s = sum(stop.waited_s for stop in stops)
    dwell_s = sum(stop.dwell_s for stop in stops)
    total_s = driving_s + charging_s + overhead_s + waiting_s + dwell_s
    totals = totals_of(pricing, legs, stops, total_s)
    scored = score(pricing, totals, solution.lower_bound_s)
    certificate = certificate_of(solution, trip.objective, scored, total_s)
    return Plan(
        tripplan_version=_VERSION,
        region=region.name,
        vehicle=car.vehicle,
        trip=trip,
        capacity_kwh=car.capacity_kwh,
        legs=legs,
        stops=stops,
        total_s=total_s,
        driving_s=driving_s,
        charging_s=charging_s,
        overhead_s=overhead_s,
        waiting_s=waiting_s,
        dwell_s=dwell_s,
        distance_km=sum(leg.distance_km for leg in legs),
        energy_charged_kwh=sum(stop.energy_kwh for stop in stops),
        energy_spent_kwh=totals.spent_kwh,
        arrival_soc=legs[-1].arrival_soc,
        charging_cost=totals.charging_cost,
        home_cost=totals.home_cost,
        currency=pricing.currency,
        consumption_band=band,
        arrival_probability=uncertainty.arrival_probability(legs),
        certificate=certificate,
        audit=UNAUDITED,
        assumptions=(
            *_assumptions(region, pricing, legs, stops),
            *closures,
            *uncertainty.in_words(legs, car, band),
        ),
        sources=_sources(region),
    )


def _paid(
    pricing: Pricing, legs: Sequence[Leg], stops: Sequence[ChargingStop]
) -> tuple[ChargingStop, ...]:
    """Return the stops with what each costs at its hour: that at which the car plugs in."""
    paid, clock_s, waypoints = [], 0.0, iter(pricing.trip.waypoints)
    for leg, stop in zip(legs, stops, strict=False):
        clock_s += leg.driving_s
        waypoint = next(waypoints, None) if stop.kind == "waypoint" else None
        paid.append(pricing.paid(stop, clock_s + stop.waited_s, waypoint))
        clock_s += stop.duration_s
    return tuple(paid)


def _assumptions(
    region: Region,
    pricing: Pricing,
    legs: Sequence[Leg],
    stops: Sequence[ChargingStop],
) -> tuple[str, ...]:
    weather, vehicle = pricing.trip.conditions, pricing.car.vehicle
    own = [
        (
            f"Weather is the same all the way: {round(weather.ambient_c, 1):g} °C, "
            f"wind {round(weather.wind_mps, 1):g} m/s, road {weather.road}."
        ),
        (
            "The car keeps the expected speed of each road, less where the motor is too weak or "
            "the driver's limit is lower."
        ),
        (
            "SoC never falls below the reserve on the way; the cabin's warm-up is drawn at "
            "departure; the battery's capacity is that of the colder of air and pack at departure, "
            "all the way."
        ),
        "While the car charges, cabin and electronics draw from the charger, not the battery.",
    ]
    if weather.wind_mps > 0.0:
        own.append(
            "No direction of the wind was given: it blows against the car on every road."
            if weather.wind_from_deg is None
            else "Wind from the side adds drag, more than its part from ahead: the drag "
            "coefficient is taken to be 5 % higher at a yaw of 10°."
        )
    if law := pricing.trip.low_speed_law:
        own += [
            law.caution,
            (
                "Limits that no source states are those of the road's class and country: whether "
                "such a road is legal is assumed."
            ),
        ]
    own += load_assumptions(pricing.trip)
    if weather.sun_w_per_m2 is not None and weather.cabin != "off":
        own.append(
            f"The sun gives {weather.sun_w_per_m2:.0f} W/m² on level ground all the way; where "
            "none is stated, by latitude, day and hours under a mean sky (0.7 of a clear one)."
        )
    if any(stop.charger for stop in stops) and pricing.car.charge_efficiency < 1.0:
        own.append(
            f"Of what is charged, the cold battery gives back {pricing.car.charge_efficiency:.0%} "
            "on this trip: energies and powers of charges count that; chargers show and bill all."
        )
    heater = vehicle.battery.heater
    if heater is not None and any(leg.preheating for leg in legs):
        own.append(
            f"The battery's heater draws {heater.power_kw:g} kW, all of which warms the pack, up "
            f"to {heater.target_c:g} °C; it is switched on and off as the plan says."
        )
    own += access_assumptions(legs)
    if any(stop.standby_kwh > 0.0 for stop in stops):
        own.append(
            f"Standing without a plug draws {vehicle.standby_w:g} W; cabin and tyres get cold."
        )
    own += price_assumptions(pricing, stops)
    return (*region.assumptions, *vehicle.assumptions, *own)


def access_assumptions(legs: Sequence[Leg]) -> list[str]:
    """Say how far places lie from the roads, and what the ways there are taken to be."""
    far = {
        (leg.start if way.side == "start" else leg.end).spot: way
        for leg in legs
        for way in leg.access
    }
    if not far:
        return []
    told = [
        f"{spot} lies {way.straight_km:.1f} km from the nearest road of this region, and "
        f"{way.distance_km:.1f} km are driven there."
        for spot, way in far.items()
        if way.straight_km >= FAR_KM
    ]
    rule = (
        f"Between places and the nearest road of this region one drives {CIRCUITY:g} times the "
        f"straight line, on the level, at {ACCESS_KMH:g} km/h: part of all totals, and its energy "
        f"within {100.0 * ACCESS_SHARE:.0f} % in eight of ten (assumption)."
    )
    return [*told, rule]


def _sources(region: Region) -> tuple[str, ...]:
    """Write each source of a region as a sentence: what it is, its licence, what was taken."""
    lines = []
    for source in region.provenance.get("sources", ()):
        name = source.get("package") or source.get("file") or "unnamed source"
        version_ = f" {source['version']}" if source.get("version") else ""
        licence = source.get("data_licence") or source.get("licence") or "not stated"
        lines.append(
            f"{name}{version_} (licence: {licence}): {source.get('taken', '')}; "
            f"origin: {source.get('origin', 'not stated')}"
        )
    return tuple(lines)
