"""What all plans of a study together say: loads of chargers, drives that bind, dead ends."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tripplan.batch import Outcome
from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.road_signs import MANY
from tripplan.output.page.study import ChargerLoad, DeadEnd, Overview, TightDrive
from tripplan.records.plan import ChargingStop, Leg, Plan

if TYPE_CHECKING:
    from tripplan.records.trip import Place

_LINE_DEG = 0.002
"""The line of a drive may lie this far beside its road (about 200 m)."""


@dataclass
class _Charger:
    stop: ChargingStop
    stops: int = 0
    energy_kwh: float = 0.0
    plans: int = 0


@dataclass
class _Drive:
    """The longest leg between two stops, and the extremes of all."""

    leg: Leg
    plans: int = 0
    share: float = 0.0
    arrival_soc: float = 1.0


@dataclass
class _End:
    name: str
    lat: float
    lon: float
    trips: int = 0
    shortfalls_kwh: list[float] = field(default_factory=list)
    remaining_km: float = 0.0


class Load:
    """Adds plan after plan up, and keeps none but the longest and one of each trip."""

    def __init__(self) -> None:
        self._chargers: dict[str, _Charger] = {}
        self._drives: dict[tuple[str, str], _Drive] = {}
        self._ends: dict[tuple[str, float, float], _End] = {}
        self._places: dict[tuple[float, float], Place] = {}
        self._longest: Plan | None = None
        self._ways: dict[tuple[float, ...], Plan] = {}

    def add_plan(self, plan: Plan) -> None:
        """Count the stops of a plan, and its tightest drive."""
        used = [(stop.charger.id, stop) for stop in plan.stops if stop.charger]
        for charger_id, stop in used:
            charger = self._chargers.setdefault(charger_id, _Charger(stop))
            charger.stops += 1
            charger.energy_kwh += stop.energy_kwh
        for charger_id in dict(used):
            self._chargers[charger_id].plans += 1
        leg = max(plan.legs, key=_share)
        drive = self._drives.setdefault((leg.start.label, leg.end.label), _Drive(leg))
        drive.plans += 1
        drive.share = max(drive.share, _share(leg))
        drive.arrival_soc = min(drive.arrival_soc, leg.arrival_soc)
        if leg.distance_km > drive.leg.distance_km:
            drive.leg = leg
        trip = plan.trip
        for place in (trip.origin, *(w.place for w in trip.waypoints), trip.destination):
            self._places.setdefault((place.lat, place.lon), place)
        ends = trip.origin.lat, trip.origin.lon, trip.destination.lat, trip.destination.lon
        if len(self._ways) < MANY:
            self._ways.setdefault(ends, plan)
        if self._longest is None or plan.distance_km > self._longest.distance_km:
            self._longest = plan

    def add_refusal(self, outcome: Outcome) -> None:
        """Count a trip that cannot be done where it would end."""
        told = outcome.figures
        name, lat, lon = (told.get(key) for key in ("furthest", "furthest_lat", "furthest_lon"))
        if not isinstance(lat, float) or not isinstance(lon, float):
            return
        end = self._ends.setdefault((str(name), lat, lon), _End(str(name), lat, lon))
        end.trips += 1
        if outcome.shortfall_kwh is not None:
            end.shortfalls_kwh.append(outcome.shortfall_kwh)
        left_km = told.get("remaining_km")
        end.remaining_km = max(end.remaining_km, left_km if isinstance(left_km, float) else 0.0)

    def overview(self) -> Overview:
        """Return the sums, the weightiest first."""
        chargers = [
            ChargerLoad(
                one.stop.name,
                one.stop.lat,
                one.stop.lon,
                one.stop.illustrative,
                one.stops,
                one.energy_kwh,
                one.plans,
            )
            for one in self._chargers.values()
        ]
        drives = [
            TightDrive(
                one.leg.start.label,
                one.leg.end.label,
                one.plans,
                one.leg.distance_km,
                one.share,
                one.arrival_soc,
                _line(one.leg),
            )
            for one in self._drives.values()
        ]
        ends = [
            DeadEnd(
                one.name,
                one.lat,
                one.lon,
                one.trips,
                (min(one.shortfalls_kwh), max(one.shortfalls_kwh)) if one.shortfalls_kwh else None,
                one.remaining_km,
            )
            for one in self._ends.values()
        ]
        return Overview(
            sorted(chargers, key=lambda one: (-one.energy_kwh, one.name)),
            sorted(
                drives,
                key=lambda one: (-round(one.battery_share, 2), -one.plans, one.start, one.end),
            ),
            sorted(ends, key=lambda one: (-one.trips, one.name)),
            tuple(self._places.values()),
            self._longest,
            tuple(self._ways.values()),
        )


def _share(leg: Leg) -> float:
    return leg.departure_soc - leg.arrival_soc


def _line(leg: Leg) -> tuple[tuple[float, float], ...]:
    lat, lon = np.asarray(leg.trace.lat), np.asarray(leg.trace.lon)
    kept = simplify(lon, lat, _LINE_DEG)
    return tuple(zip(lat[kept].round(4).tolist(), lon[kept].round(4).tolist(), strict=True))
