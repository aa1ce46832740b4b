"""What is kept from trip to trip depends on no field that is marked as `PER_TRIP`."""

from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.planning import cache
from tripplan.planning.cache import PlannerCache
from tripplan.records.marks import per_trip
from tripplan.records.trip import ChargerWishes, Conditions, Trip
from tripplan.routing.many_to_many import ManyToMany
from tripplan.vehicle_model.conditioned import ConditionedVehicle

NOT_IN_THE_KEY = {name for name, whole in per_trip(Trip).items() if whole is True} | {"chargers"}


class WatchedTrip(Trip):
    """A trip that notes which fields are read that costs of roads are not kept under."""

    def __getattribute__(self, name: str) -> Any:
        if name in NOT_IN_THE_KEY:
            READ.add(name)
        return super().__getattribute__(name)


READ: set[str] = set()


def test_the_watch_sees_what_is_read() -> None:
    trip = WatchedTrip.model_validate(across(hilly_region(3)).model_dump())
    READ.clear()
    assert trip.departure_soc > 0
    assert {"departure_soc"} == READ


def test_costs_of_roads_are_made_without_the_fields_that_are_not_in_their_key() -> None:
    region = hilly_region(3)
    place = {"lat": float(region.network.lat[0]), "lon": float(region.network.lon[0])}
    usual = WatchedTrip.model_validate(across(region).model_dump())
    closed = WatchedTrip.model_validate({**across(region).model_dump(), "closed": [place]})
    ready = PlannerCache(region)
    READ.clear()
    for trip in (usual, closed):
        ready.rows(trip, ConditionedVehicle.of(car(), trip), np.arange(3, dtype=np.int32))
    assert set() == READ


def test_trips_that_differ_in_marked_fields_only_share_what_is_kept() -> None:
    region = hilly_region(3)
    ready, nodes = PlannerCache(region), np.arange(3, dtype=np.int32)
    one, other, heavy = (
        across(region),
        across(region, departure_soc=0.5, objective="stops", most_stops=4),
        across(region, conditions=Conditions(payload_kg=300.0)),
    )
    rows = ready.rows(one, ConditionedVehicle.of(car(), one), nodes)
    assert ready.rows(other, ConditionedVehicle.of(car(), other), nodes) is rows
    assert ready.rows(heavy, ConditionedVehicle.of(car(), heavy), nodes) is not rows


def test_bans_share_the_chargers_that_are_kept_and_other_wishes_do_not() -> None:
    ready = PlannerCache(hilly_region(3))
    usual = ready.fitting(ChargerWishes(), car())
    assert ready.fitting(ChargerWishes(banned=("x",)), car()) is usual
    assert ready.fitting(ChargerWishes(min_power_kw=20.0), car()) is not usual


def rows_at(ready: PlannerCache, ambient_c: float) -> ManyToMany:
    trip = across(ready.region, conditions=Conditions(ambient_c=ambient_c))
    found = ready.rows(trip, ConditionedVehicle.of(car(), trip), np.arange(3, dtype=np.int32))
    found.customized.make_ready()
    return found


def test_sets_of_roads_are_kept_until_they_take_too_much_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    region = hilly_region(3)
    small = PlannerCache(region)
    first = rows_at(small, 0.0)
    for degrees in range(1, 8):
        rows_at(small, float(degrees))
    assert rows_at(small, 0.0) is first
    one = first.customized.held_bytes
    arcs = first.customized.scalarized.up.shape[0]
    assert one >= 2 * 4 * arcs * (len(first.customized.metrics) * 6 + 16)
    monkeypatch.setattr(cache, "KEPT_BYTES", int(2.5 * one))
    large = PlannerCache(region)
    first, second = rows_at(large, 0.0), rows_at(large, 1.0)
    assert rows_at(large, 0.0) is first  # now the other was used less recently
    rows_at(large, 2.0)
    assert rows_at(large, 0.0) is first
    assert rows_at(large, 1.0) is not second
    monkeypatch.setattr(cache, "KEPT_BYTES", 0)
    single = PlannerCache(region)
    alone = rows_at(single, 0.0)
    assert rows_at(single, 0.0) is alone
