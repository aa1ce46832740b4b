"""A hand-made sample Plan and Region for tests of the render layer.

Nothing here was planned: a made-up course of SoC, heat and power along roughly the right towns,
so that every field has a realistic value and the books balance.  Real plans are tested elsewhere.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tripplan.planning.uncertainty import arrival_probability, band_of, with_uncertainty
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import (
    Audit,
    Certificate,
    ChargingStop,
    EnergyLedger,
    Leg,
    LimitedBy,
    Plan,
    PowerSample,
    Trace,
)
from tripplan.records.region import Region
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle

CAPACITY_KWH = 19.2
MASS_KG = 1155.0
OVERHEAD_S = 300.0
SPEED_KMH = 97.0
WAYPOINTS = (
    (39.7392, -104.9903, 1609.0, "Denver", 715_522),
    (39.7555, -105.2211, 1731.0, "Golden", 20_399),
    (39.7425, -105.5136, 2293.0, "Idaho Springs", 1_782),
    (39.7061, -105.6975, 2598.0, "Georgetown", 1_118),
    (39.6785, -105.9120, 3401.0, "", 0),
    (39.5744, -106.0975, 2774.0, "Frisco", 2_913),
    (39.5310, -106.2170, 3232.0, "", 0),
    (39.6403, -106.3742, 2484.0, "Vail", 4_835),
    (39.6553, -106.8287, 2012.0, "Eagle", 7_511),
    (39.5505, -107.3248, 1756.0, "Glenwood Springs", 9_963),
    (39.5347, -107.7831, 1618.0, "Rifle", 10_437),
    (39.3319, -108.2226, 1507.0, "De Beque", 493),
    (39.0639, -108.5506, 1397.0, "Grand Junction", 65_560),
)
STOP_PLACES = (("Frisco", 5), ("Eagle", 8), ("Rifle", 10))


def course_points() -> dict[str, Any]:
    """Points every 2 km or so along the waypoints, wiggling, with driven distance."""
    lats: list[float] = []
    lons: list[float] = []
    heights: list[float] = []
    marks: list[int] = []
    for (lat0, lon0, z0, *_), (lat1, lon1, z1, *_) in itertools.pairwise(WAYPOINTS):
        km = math.hypot((lat1 - lat0) * 111.2, (lon1 - lon0) * 85.6)
        steps = max(2, round(km / 2.0))
        marks.append(len(lats))
        for step in range(steps):
            part = step / steps
            bulge = math.sin(math.pi * part) * math.sin(9.0 * part + len(lats)) * 0.008
            lats.append(round(lat0 + (lat1 - lat0) * part + bulge, 6))
            lons.append(round(lon0 + (lon1 - lon0) * part, 6))
            heights.append(round(z0 + (z1 - z0) * part, 1))
    marks.append(len(lats))
    lats.append(WAYPOINTS[-1][0])
    lons.append(WAYPOINTS[-1][1])
    heights.append(WAYPOINTS[-1][2])
    lat, lon = np.array(lats), np.array(lons)
    step_km = 1.04 * np.hypot(np.diff(lat) * 111.2, np.diff(lon) * 111.2 * np.cos(np.radians(39.6)))
    return {"lat": lat, "lon": lon, "z": np.array(heights), "step_km": step_km, "marks": marks}


def drive(
    course: dict[str, Any],
    first: int,
    last: int,
    state: dict[str, float],
    ends: tuple[Place, Place],
) -> Leg:
    """Drive between two points of the course, and move the state on."""
    km = course["step_km"][first:last]
    rise = np.diff(course["z"][first : last + 1])
    hours = km / SPEED_KMH
    gravity = MASS_KG * 9.81 / 3.6e6
    net = 0.096 * km + gravity * rise
    motion = np.where(net > 0, net / 0.9, 0.0)
    regenerated = np.where(net < 0, -net * 0.7, 0.0)
    auxiliary, cabin = 0.25 * hours, 0.4 * hours
    spent = motion + auxiliary + cabin - regenerated
    soc = state["soc"] - np.concatenate([[0.0], np.cumsum(spent)]) / CAPACITY_KWH
    pack = state["pack"] + np.concatenate(
        [[0.0], np.cumsum((0.05 if state["pack"] < 35.0 else -0.04) * km)]
    )
    distance = state["km"] + np.concatenate([[0.0], np.cumsum(km)])
    elapsed = state["s"] + np.concatenate([[0.0], np.cumsum(hours)]) * 3600.0
    leg = Leg(
        start=ends[0],
        end=ends[1],
        distance_km=float(distance[-1] - distance[0]),
        driving_s=float(elapsed[-1] - elapsed[0]),
        departure_soc=float(soc[0]),
        arrival_soc=float(soc[-1]),
        min_soc=float(soc.min()),
        pack_departure_c=float(pack[0]),
        pack_arrival_c=float(pack[-1]),
        ascent_m=float(rise[rise > 0].sum()),
        descent_m=float(-rise[rise < 0].sum()),
        energy=EnergyLedger(
            spent_kwh=float((soc[0] - soc[-1]) * CAPACITY_KWH),
            motion_kwh=float(motion.sum()),
            auxiliary_kwh=float(auxiliary.sum()),
            cabin_kwh=float(cabin.sum()),
            regenerated_kwh=float(regenerated.sum()),
            curtailed_kwh=0.0,
        ),
        trace=Trace(
            lat=tuple(course["lat"][first : last + 1].tolist()),
            lon=tuple(course["lon"][first : last + 1].tolist()),
            distance_km=tuple(distance.tolist()),
            elapsed_s=tuple(elapsed.tolist()),
            soc=tuple(soc.tolist()),
            pack_c=tuple(pack.tolist()),
            elevation_m=tuple(course["z"][first : last + 1].tolist()),
            speed_kmh=(SPEED_KMH,) * (last - first + 1),
            bearing_deg=(270.0,) * (last - first + 1),
            usual_kmh=(SPEED_KMH,) * (last - first + 1),
        ),
    )
    state |= {"soc": float(soc[-1]), "pack": float(pack[-1])}
    state |= {"km": float(distance[-1]), "s": float(elapsed[-1])}
    return leg


def _power(soc: float, pack_c: float, charger_kw: float) -> tuple[float, LimitedBy]:
    curve = 30.0 if soc < 0.6 else max(6.0, 30.0 - (soc - 0.6) * 60.0)
    heat = 30.0 if pack_c < 36.0 else max(10.0, 30.0 - (pack_c - 36.0) * 2.2)
    power = min(curve, heat, charger_kw)
    if heat < min(curve, charger_kw):
        return power, "temperature"
    return power, "charger" if charger_kw < curve else "vehicle"


def charge(
    state: dict[str, float],
    number: int,
    place: Place,
    to_soc: float,
    *,
    illustrative: bool,
    charger_kw: float = 50.0,
) -> ChargingStop:
    """Charge at a sample charger, and move the state on."""
    arrival_soc, arrival_c = state["soc"], state["pack"]
    soc, pack, clock = arrival_soc, arrival_c, 0.0
    samples: list[PowerSample] = []
    free_s = 0.0
    cells = max(1, round((to_soc - arrival_soc) * 100))
    step = (to_soc - arrival_soc) / cells
    for _ in range(cells):
        power, limit = _power(soc, pack, charger_kw)
        samples.append(
            PowerSample(
                since_plug_in_s=clock, soc=soc, power_kw=power, pack_c=pack, limited_by=limit
            )
        )
        took = step * CAPACITY_KWH / power * 3600.0
        free_s += step * CAPACITY_KWH / _power(soc, 20.0, charger_kw)[0] * 3600.0
        clock += took
        soc += step
        pack += 0.0045 * took
    samples.append(samples[-1].model_copy(update={"since_plug_in_s": clock, "soc": soc}))
    spells: dict[LimitedBy, float] = {}
    for now, then in itertools.pairwise(samples):
        spell = then.since_plug_in_s - now.since_plug_in_s
        spells[now.limited_by] = spells.get(now.limited_by, 0.0) + spell
    energy = (to_soc - arrival_soc) * CAPACITY_KWH
    state |= {"soc": to_soc, "pack": pack, "s": state["s"] + OVERHEAD_S + clock}
    site = Charger(
        id=f"sample-{number}",
        name=f"{place.name} sample charger" if illustrative else f"{place.name} Town Hall",
        lat=place.lat,
        lon=place.lon,
        connectors=(Connector("CHADEMO", charger_kw, power_assumed=illustrative),),
        status="illustrative" if illustrative else "listed",
        source="sample",
        operator="" if illustrative else "Sample Networks",
        stalls=2 if charger_kw == 50.0 else None,
    )
    return ChargingStop(
        number=number,
        name=site.name,
        lat=place.lat,
        lon=place.lon,
        charger=site,
        connector=site.connectors[0],
        charger_kw=charger_kw,
        arrival_soc=arrival_soc,
        departure_soc=to_soc,
        energy_kwh=energy,
        charging_s=clock,
        overhead_s=OVERHEAD_S,
        pack_arrival_c=arrival_c,
        pack_departure_c=pack,
        mean_kw=energy / clock * 3600.0,
        max_kw=max(sample.power_kw for sample in samples),
        limited_by=max(spells, key=lambda limit: spells[limit]),
        heat_delay_s=max(0.0, clock - free_s),
        samples=tuple(samples),
    )


@cache
def sample_plan(*, illustrative: bool = True) -> Plan:
    """Return the sample: Denver to Grand Junction with three stops."""
    course = course_points()
    places = sample_places(STOP_PLACES)
    cuts = [course["marks"][index] for index in (0, *(index for _, index in STOP_PLACES), -1)]
    state = dict(START)
    legs: list[Leg] = []
    stops: list[ChargingStop] = []
    for k in range(4):
        legs.append(drive(course, cuts[k], cuts[k + 1], state, (places[k], places[k + 1])))
        if k < 3:
            target, charger_kw = ((0.74, 50.0), (0.80, 20.0), (0.86, 50.0))[k]
            stops.append(
                charge(
                    state,
                    k + 1,
                    places[k + 1],
                    target,
                    illustrative=illustrative,
                    charger_kw=charger_kw,
                )
            )
    return finished(legs, stops)


START = {"soc": 0.97, "pack": 18.0, "km": 0.0, "s": 0.0}


def sample_places(stops: Sequence[tuple[str, int]]) -> list[Place]:
    """Return the places of a sample: Denver, the stops by name and index, Grand Junction."""
    named = (("Denver, CO", 0), *stops, ("Grand Junction, CO", -1))
    return [
        Place(lat=WAYPOINTS[index][0], lon=WAYPOINTS[index][1], name=name) for name, index in named
    ]


def sample_car() -> Vehicle:
    """Return the car of the samples: the catalogue's Sakura, aged, under a shorter name."""
    car = catalogue()["nissan-sakura"].aged(0.96)
    return car.model_copy(update={"name": "Nissan Sakura"})


def finished(legs: Sequence[Leg], stops: Sequence[ChargingStop]) -> Plan:
    """Return the plan of these legs and stops, with everything around them."""
    total = sum(leg.driving_s for leg in legs) + sum(stop.duration_s for stop in stops)
    loaded = ConditionedVehicle.under(sample_car(), Conditions())
    loaded = replace(loaded, mass_kg=MASS_KG, capacity_kwh=CAPACITY_KWH)
    trip = Trip(
        origin=legs[0].start,
        destination=legs[-1].end,
        departure_soc=0.97,
        charge_limit_soc=0.95,
        pack_start_c=18.0,
        conditions=Conditions(ambient_c=20.0, wind_mps=3.0, wind_from_deg=270.0),
    )
    band = band_of(legs, loaded, trip)
    legs = with_uncertainty(legs, stops, loaded, band)
    return Plan(
        tripplan_version="0.0-sample",
        region="sample",
        vehicle=sample_car(),
        trip=trip,
        capacity_kwh=CAPACITY_KWH,
        legs=legs,
        stops=tuple(stops),
        total_s=total,
        driving_s=sum(leg.driving_s for leg in legs),
        charging_s=sum(stop.charging_s for stop in stops),
        overhead_s=sum(stop.overhead_s for stop in stops),
        waiting_s=sum(stop.waited_s for stop in stops),
        dwell_s=sum(stop.dwell_s for stop in stops),
        distance_km=legs[-1].trace.distance_km[-1],
        energy_charged_kwh=sum(stop.energy_kwh for stop in stops),
        energy_spent_kwh=sum(leg.energy.spent_kwh for leg in legs),
        arrival_soc=legs[-1].arrival_soc,
        consumption_band=band,
        arrival_probability=arrival_probability(legs),
        certificate=Certificate(
            lower_bound_s=total * 0.9968,
            gap=0.0032,
            method="a sample: no search was run",
            labels=1234,
            complete=True,
        ),
        audit=Audit(
            passed=True,
            worst_soc_error=3.1e-9,
            worst_time_error_s=1.7,
            worst_pack_error_k=0.04,
            ledger_error_kwh=2.2e-15,
            objections=(),
        ),
        assumptions=(
            "This is a hand-made sample, not a plan.",
            "Nissan Sakura: its charging curve is an estimate, not a measurement.",
        ),
        sources=("Sample roads (no licence needed)", "Sample elevations"),
    )


def _side_roads(count: int) -> tuple[list[float], list[float], list[tuple[int, int]]]:
    """Return made-up winding roads that leave the route north and south."""
    rng = np.random.default_rng(7)
    lats: list[float] = []
    lons: list[float] = []
    edges: list[tuple[int, int]] = []
    for k in range(count):
        lat0, lon0, *_ = WAYPOINTS[k % len(WAYPOINTS)]
        heading = rng.uniform(0, 2 * math.pi)
        base = len(lats)
        for step in range(25):
            heading += rng.normal(0, 0.25)
            lats.append((lats[-1] if step else lat0) + 0.02 * math.sin(heading))
            lons.append((lons[-1] if step else lon0) + 0.026 * math.cos(heading))
            if step:
                edges.append((base + step - 1, base + step))
    return lats, lons, edges


@cache
def sample_region() -> Region:
    """Return a sample region around the sample plan: its road, side roads, towns, chargers."""
    course = course_points()
    lat, lon = course["lat"].tolist(), course["lon"].tolist()
    edges = [(k, k + 1) for k in range(len(lat) - 1)]
    more_lat, more_lon, more_edges = _side_roads(26)
    edges += [(a + len(lat), b + len(lat)) for a, b in more_edges]
    main = len(lat) - 1
    lat, lon = lat + more_lat, lon + more_lon
    network = RoadNetwork.from_edges(
        lat=lat,
        lon=lon,
        elevation_m=np.full(len(lat), 2000.0),
        tail=[a for a, _ in edges],
        head=[b for _, b in edges],
        length_m=np.full(len(edges), 2000.0),
        speed_kmh=[100.0 if k < main else 70.0 for k in range(len(edges))],
        speed_limit_kmh=[105.0 if k < main else 72.0 for k in range(len(edges))],
        two_way=True,
    )
    towns = [
        GazetteerEntry(name, "CO", lat, lon, population)
        for lat, lon, _, name, population in WAYPOINTS
        if name
    ]
    towns.append(GazetteerEntry("Leadville", "CO", 39.2508, -106.2925, 2_633))
    towns.append(GazetteerEntry("Boulder", "CO", 40.0150, -105.2705, 108_250))
    chargers = ChargerSet(
        tuple(
            Charger(
                id=f"sample-{name.casefold()}",
                name=f"{name} sample charger",
                lat=WAYPOINTS[index][0],
                lon=WAYPOINTS[index][1],
                connectors=(Connector("CHADEMO", 50.0, power_assumed=True),),
                status="illustrative",
                source="sample",
            )
            for name, index in (*STOP_PLACES, ("Vail", 7), ("Glenwood", 9))
        ),
        np.array([course["marks"][index] for index in (5, 8, 10, 7, 9)]),
    )
    return Region(
        name="sample",
        network=network,
        chargers=chargers,
        gazetteer=Gazetteer(tuple(towns)),
        assumptions=("All of this region is a sample.",),
        provenance={"sources": ["Sample roads"], "licences": {"roads": "none needed"}},
    )
