"""A plan comes back from its file as it was, whatever car and chargers are in it."""

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError
from tripplan.output.files import export
from tripplan.planning.charger_filter import adapted
from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.records.plan import ChargingStop
from tripplan.records.trip import Adapter, ChargerWishes
from tripplan.records.vehicle import Provenance, Vehicle, catalogue

NUMBERS = st.floats(0.1, 500.0)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
"""Texts of sources as they come: spaces at their ends, signs of any kind."""
CCS_TO_CHADEMO = Adapter(plug="CCS1", inlet="CHADEMO", max_kw=50.0)
PLUGS = st.builds(
    Connector,
    standard=st.sampled_from(["CHADEMO", "CCS1", "CCS2"]),
    power_kw=NUMBERS,
    power_assumed=st.booleans(),
    power_rule=TEXTS,
    count=st.none() | st.integers(1, 40),
    standard_rule=TEXTS,
)
ENTRIES = st.builds(SourceEntry, source=TEXTS, id=TEXTS, date=TEXTS, licence=TEXTS)
SITES = st.builds(
    Charger,
    id=TEXTS,
    name=TEXTS,
    lat=st.floats(-90.0, 90.0),
    lon=st.floats(-180.0, 180.0),
    connectors=st.lists(PLUGS, min_size=1, max_size=3).map(tuple),
    status=st.sampled_from(["illustrative", "listed"]),
    source=TEXTS,
    stalls=st.none() | st.integers(1, 40),
    operator=TEXTS,
    network=TEXTS,
    address=TEXTS,
    access=st.sampled_from(["public", "restricted", "unknown"]),
    access_note=TEXTS,
    opening_hours=st.none() | TEXTS,
    fee=st.none() | st.booleans(),
    price=TEXTS,
    operation=st.sampled_from(["in_service", "out_of_service", "unknown"]),
    sources=st.lists(ENTRIES, max_size=3).map(tuple),
)
"""Made-up chargers, listed ones, and ones merged of several entries."""


@st.composite
def cars(draw: st.DrawFn) -> Vehicle:
    """Draw a car of the catalogue or of one's own, at some age."""
    if draw(st.booleans()):
        found = draw(st.sampled_from(list(catalogue().values())))
    else:
        changes = {
            "name": draw(TEXTS).strip(),
            "connectors": ("CCS1", "CHADEMO"),
            "provenance": {"mass_kg": Provenance(source=draw(TEXTS).strip())},
        }
        kwh = draw(st.floats(20.0, 90.0))
        found = car(nominal_kwh=kwh, gross_kwh=1.1 * kwh).model_copy(update=changes)
    return found.aged(draw(st.floats(0.3, 1.0)))


@st.composite
def stops(draw: st.DrawFn, plain: ChargingStop) -> ChargingStop:
    """Draw the charger and the plug of a stop, which may be through an adapter."""
    if plain.charger is None:
        return plain
    site = draw(SITES)
    plug = draw(st.sampled_from(adapted(site, (CCS_TO_CHADEMO,)).connectors))
    return plain.model_copy(update={"charger": site, "connector": plug})


@tried(derandomize=True, max_examples=60, deadline=None)
@given(data=st.data(), vehicle=cars())
def test_a_plan_comes_back_as_it_was(data: st.DataObject, vehicle: Vehicle) -> None:
    plain = visits_plan()
    wished = ChargerWishes(adapters=(CCS_TO_CHADEMO,))
    plan = plain.model_copy(
        update={
            "vehicle": vehicle,
            "trip": plain.trip.model_copy(update={"chargers": wished}),
            "stops": tuple(data.draw(stops(stop)) for stop in plain.stops),
        }
    )
    back = export.from_json(export.to_json(plan))
    assert back == plan
    assert export.to_json(back) == export.to_json(plan)
    assert [stop.kind for stop in back.stops] == ["charger", "waypoint", "waypoint", "charger"]


def test_a_field_that_nobody_knows_is_refused_in_a_charger_too() -> None:
    """As in every other record of the plan."""
    plan = visits_plan()
    text = export.to_json(plan).replace('"access_note":', '"hearsay":', 1)
    with pytest.raises(InvalidInputError, match="hearsay"):
        export.from_json(text)
