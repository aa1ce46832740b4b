"""The same refusals through Python: the right error, with its facts."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import tripplan
from tripplan import ChargerSet, RoadNetwork


@pytest.fixture(scope="module")
def region() -> tripplan.Region:
    return tripplan.load_starter("illustrative")


def without_chargers(region: tripplan.Region) -> tripplan.Region:
    return replace(region, chargers=ChargerSet((), np.zeros(0, np.int32)))


def test_without_chargers_the_error_says_that_none_fits(region: tripplan.Region) -> None:
    with pytest.raises(tripplan.OutOfRangeError, match="no charger of this region has a plug") as e:
        tripplan.plan(
            "Denver, CO",
            "Grand Junction, CO",
            vehicle="nissan-sakura",
            region=without_chargers(region),
        )
    assert e.value.exit_code == 3
    assert 0 < e.value.shortfall_kwh < 100
    assert e.value.furthest
    assert 0 < e.value.remaining_km < 420


def test_a_gap_of_many_batteries_is_told_as_well(region: tripplan.Region) -> None:
    """Dozens of batteries: 5,000 km at 100 to 200 Wh/km, less the 19 kWh on board."""
    with pytest.raises(tripplan.OutOfRangeError) as e:
        tripplan.plan(
            "San Diego, CA",
            "Boston, MA",
            vehicle="nissan-sakura",
            region=without_chargers(region),
        )
    assert "inf kWh" not in str(e.value)
    assert 400 < e.value.shortfall_kwh < 1000


def test_such_a_gap_does_not_stop_a_batch(region: tripplan.Region) -> None:
    trips = [{"origin": "San Diego, CA", "destination": "Boston, MA", "vehicle": "nissan-sakura"}]
    (outcome,) = tripplan.plan_many(trips, region=without_chargers(region))
    assert outcome.status == "no plan"
    assert outcome.shortfall_kwh is not None
    assert 400 < outcome.shortfall_kwh < 1000


def test_what_wishes_leave_out_is_counted_by_reason(region: tripplan.Region) -> None:
    sites = region.chargers.chargers[:4]
    fast = (tripplan.Connector("CHADEMO", 50.0),)
    changes: tuple[dict[str, Any], ...] = (
        {"access": "restricted"},
        {"operator": "Acme Charging"},
        {"operator": "Acme Inc."},
        {"connectors": (tripplan.Connector("CCS1", 50.0),)},
    )
    few = tuple(
        replace(site, **{"connectors": fast, **change})
        for site, change in zip(sites, changes, strict=True)
    )
    small = replace(region, chargers=ChargerSet(few, region.chargers.node[:4]))
    with pytest.raises(tripplan.OutOfRangeError) as e:
        tripplan.plan(
            "Denver, CO",
            "Grand Junction, CO",
            vehicle="nissan-sakura",
            region=small,
            exclude_operators=("acme",),
        )
    told = (
        "no charger of this region that fits the trip's wishes has a plug",
        "wishes leave out 3 with such a plug",
        "1 (access is restricted), 2 (operator is to be avoided)",
    )
    assert [part for part in told if part not in str(e.value)] == []


def test_a_car_that_cannot_fast_charge_says_so(region: tripplan.Region) -> None:
    leaf = tripplan.catalogue()["nissan-leaf-40"]
    battery = leaf.battery.model_copy(update={"charging_curve": None})
    slow = leaf.model_copy(update={"battery": battery, "connectors": ()})
    with pytest.raises(tripplan.OutOfRangeError, match="no charger of this region has a plug"):
        tripplan.plan("Denver, CO", "Salt Lake City, UT", vehicle=slow, region=region)


def two_towns(**columns: list[float]) -> RoadNetwork:
    values: dict[str, list[float]] = {
        "lat": [39.0, 39.1],
        "lon": [-105.0, -105.0],
        "elevation_m": [1600.0, 1700.0],
        "length_m": [12_000.0],
        "speed_kmh": [100.0],
        "speed_limit_kmh": [100.0],
    }
    return RoadNetwork.from_edges(tail=[0], head=[1], two_way=True, **(values | columns))


def test_a_broken_network_lists_every_fault() -> None:
    broken = {
        "lat": [39.0, 95.0],
        "elevation_m": [1600.0, np.nan],
        "head": [1, 7],
        "length_m": [12_000.0, -5.0],
        "speed_kmh": [100.0, 0.0],
    }
    columns: dict[str, Any] = {name: np.array(values) for name, values in broken.items()}
    with pytest.raises(tripplan.DataError) as e:
        replace(two_towns(), **columns)
    assert e.value.exit_code == 2
    told = ("latitude", "elevation", "head names a node", "length_m", "speed_kmh is not")
    assert [part for part in told if part not in str(e.value)] == []
    assert len(e.value.faults) == len(told)


@pytest.mark.parametrize("column", ["length_m", "speed_kmh", "speed_limit_kmh"])
def test_edge_columns_of_different_length_are_refused(column: str) -> None:
    with pytest.raises(tripplan.DataError, match="differ in length"):
        two_towns(**{column: [100.0, 100.0]})


def test_columns_of_a_network_cannot_be_changed() -> None:
    network = two_towns()
    with pytest.raises(ValueError, match="read-only"):
        network.length_m[0] = 1.0


def test_a_charger_at_a_node_that_is_not_there_is_refused(region: tripplan.Region) -> None:
    with pytest.raises(tripplan.DataError, match="node that is not there"):
        replace(region, chargers=ChargerSet(region.chargers.chargers[:1], np.array([10**8])))


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"departure_soc": 1.3}, "departure_soc"),
        ({"ambient_c": float("nan")}, "conditions.ambient_c"),
        ({"reserve": 0.1}, "reserve"),
        ({"origin_soc": 0.1}, "origin_soc"),
        ({"chargers": {}}, "chargers"),
        ({"min_stalls": -1}, "chargers.min_stalls"),
    ],
)
def test_wrong_wishes_name_their_field(
    region: tripplan.Region, wishes: dict[str, Any], field: str
) -> None:
    with pytest.raises(tripplan.InvalidInputError) as e:
        tripplan.plan(
            "Denver, CO",
            "Vail, CO",
            vehicle="nissan-sakura",
            region=region,
            **wishes,
        )
    assert e.value.field == field
    assert isinstance(e.value, ValueError)
