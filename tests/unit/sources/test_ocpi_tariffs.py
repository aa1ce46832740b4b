"""Tariffs of OCPI beside its locations: of each dimension the first element that holds."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.errors import DataError
from tripplan.planning.tariff import read_prices
from tripplan.records.charger import Connector
from tripplan.sources.chargers.files import read_charger_files, read_chargers
from tripplan.sources.chargers.ocpi_tariffs import (
    BY_AMOUNT,
    CAPPED,
    NO_TARIFF,
    NOT_FOUND,
    PARKING,
    SEVERAL,
    price_of,
    tariffs_by_number,
)
from tripplan.sources.chargers.values import Tally

TODAY = date(2026, 6, 9)
PLUG = Connector("CCS2", 150.0, count=1)
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


def energy(price: float, **more: Any) -> dict[str, Any]:
    return {"type": "ENERGY", "price": price, "step_size": 1, **more}


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"price_components": list(components)}
    return found | ({"restrictions": restrictions} if restrictions else {})


def told(*elements: dict[str, Any], **more: Any) -> tuple[str, Counter[str]]:
    """Return the price of a site with one such tariff, and what was ignored."""
    tariff = {"id": "T", "currency": "EUR", "elements": list(elements), **more}
    tally = Tally(today=TODAY)
    return price_of([(PLUG, ["T"])], tariffs_by_number([tariff]), tally), tally.ignored


DAY = {"start_time": "07:00", "end_time": "19:00"}
WORKDAYS = {"day_of_week": WEEK[:5]}


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([element(energy(0.49))], "0.49 EUR/kWh"),
        ([element(energy(0.40, vat=21.0))], "0.484 EUR/kWh"),
        (
            [element(energy(0.49), {"type": "FLAT", "price": 0.35})],
            "0.49 EUR/kWh + 0.35 EUR/session",
        ),
        ([element({"type": "TIME", "price": 6.0})], "0.10 EUR/min"),
        ([element(energy(0.0))], "Free"),
        (
            [element(energy(0.59), **DAY), element(energy(0.39))],
            "07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        ),
        (
            [element(energy(0.59), **DAY, **WORKDAYS), element(energy(0.39))],
            "Mo-Fr 07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        ),
        (
            [element(energy(0.29), start_time="22:00", end_time="06:00"), element(energy(0.49))],
            "00:00-06:00: 0.29 EUR/kWh | 22:00-24:00: 0.29 EUR/kWh | 0.49 EUR/kWh",
        ),
        (
            [
                element({"type": "FLAT", "price": 1.0}),
                element(energy(0.59), **DAY),
                element(energy(0.3)),
            ],
            "07:00-19:00: 0.59 EUR/kWh + 1.00 EUR/session | 0.30 EUR/kWh + 1.00 EUR/session",
        ),
        ([element(energy(0.2), end_date="2026-06-01"), element(energy(0.4))], "0.40 EUR/kWh"),
        ([element(energy(0.2), start_date="2026-06-01"), element(energy(0.4))], "0.20 EUR/kWh"),
        ([element(energy(9.0), reservation="RESERVATION"), element(energy(0.4))], "0.40 EUR/kWh"),
    ],
)  # fmt: skip
def test_prices_in_words(elements: list[dict[str, Any]], expected: str) -> None:
    text, ignored = told(*elements)
    assert text == expected
    assert not ignored
    assert read_prices(text, None) is not None


@pytest.mark.parametrize(
    ("elements", "more", "text", "reason"),
    [
        ([element(energy(0.4), min_kwh=10)], {}, "", BY_AMOUNT),
        ([element(energy(0.4)), element({"type": "TIME", "price": 6}, min_duration=3600)], {}, "",
         BY_AMOUNT),
        ([element(energy(0.4), {"type": "PARKING_TIME", "price": 6})], {}, "0.40 EUR/kWh", PARKING),
        ([element(energy(0.4))], {"max_price": {"excl_vat": 20}}, "0.40 EUR/kWh", CAPPED),
        ([element({"type": "FLAT", "price": 0.0})], {}, "", NO_TARIFF),
        ([element(energy(0.4))], {"currency": "euro"}, "", NO_TARIFF),
        ([], {}, "", NO_TARIFF),
        ([5], {}, "", NO_TARIFF),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_counted(
    elements: list[Any], more: dict[str, Any], text: str, reason: str
) -> None:
    assert told(*elements, **more) == (text, Counter({reason: 1}))


def test_tariffs_for_some_or_of_other_times_do_not_count() -> None:
    assert told(element(energy(0.4)), type="PROFILE_CHEAP")[0] == ""
    assert told(element(energy(0.4)), end_date_time="2026-06-01T00:00:00Z")[0] == ""
    assert told(element(energy(0.4)), start_date_time="2026-06-01T00:00:00Z")[0] == "0.40 EUR/kWh"
    both = [
        {"id": "R", "type": "REGULAR", "currency": "EUR", "elements": [element(energy(0.3))]},
        {
            "id": "A",
            "type": "AD_HOC_PAYMENT",
            "currency": "EUR",
            "elements": [element(energy(0.6))],
        },
    ]
    found = price_of([(PLUG, ["R", "A"])], tariffs_by_number(both), Tally(today=TODAY))
    assert found == "0.60 EUR/kWh"


def test_taxes_that_are_in_the_price_are_not_added() -> None:
    assert told(element(energy(0.5, vat=21.0)), tax_included="YES")[0] == "0.50 EUR/kWh"


def test_the_strongest_plug_that_works_has_the_price() -> None:
    rows = [
        {"id": "ac", "currency": "EUR", "elements": [element(energy(0.3))]},
        {"id": "dc", "currency": "EUR", "elements": [element(energy(0.6))]},
    ]
    tally = Tally(today=TODAY)
    plugs = [(Connector("TYPE2", 22.0), ["ac"]), (PLUG, ["dc"]), (PLUG, ["none"])]
    assert price_of(plugs, tariffs_by_number(rows), tally) == "0.60 EUR/kWh"
    assert tally.ignored == {SEVERAL: 1, NOT_FOUND: 1}


HOURS = st.integers(0, 23).map(lambda hour: f"{hour:02d}:00")
ELEMENTS = st.builds(
    lambda price, hours, days: element(
        energy(price),
        **({"start_time": hours[0], "end_time": hours[1]} if hours else {}),
        **({"day_of_week": sorted(days, key=WEEK.index)} if days else {}),
    ),
    st.sampled_from((0.3, 0.4, 0.5)),
    st.none() | st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] != pair[1]),
    st.none() | st.sets(st.sampled_from(WEEK), min_size=1),
)


def brute(elements: list[dict[str, Any]], when: datetime) -> float:
    """Look for the first element that holds at a time, as the specification has it."""
    for one in elements:
        limits = one.get("restrictions", {})
        start, end = limits.get("start_time", "00:00"), limits.get("end_time", "24:00")
        clock = f"{when:%H:%M}"
        day = WEEK[when.weekday()]
        if start < end:
            holds = start <= clock < end
        else:
            holds = clock >= start or clock < end
            if clock < end:
                day = WEEK[when.weekday() - 1]
        if holds and day in limits.get("day_of_week", WEEK):
            return float(one["price_components"][0]["price"])
    return 0.0


@given(drawn=st.lists(ELEMENTS, min_size=0, max_size=2))
@settings(max_examples=60, deadline=None)
def test_every_half_hour_of_a_week_costs_what_the_elements_say(drawn: list[dict[str, Any]]) -> None:
    elements = [*drawn, element(energy(0.45))]
    text, ignored = told(*elements)
    if ignored:  # too many hours for a line
        assert text == ""
        return
    week = read_prices(text, None)
    assert week is not None
    start = datetime.combine(TODAY, datetime.min.time())
    for half_hours in range(7 * 48):
        when = start + timedelta(minutes=30 * half_hours)
        assert week.at(when).per_kwh == pytest.approx(brute(elements, when)), (text, when)


LOCATION = {
    "country_code": "NL",
    "party_id": "TST",
    "id": "L1",
    "publish": True,
    "coordinates": {"latitude": "52.09", "longitude": "5.12"},
    "evses": [
        {
            "status": "AVAILABLE",
            "connectors": [
                {
                    "standard": "IEC_62196_T2_COMBO",
                    "power_type": "DC",
                    "max_electric_power": 150000,
                    "tariff_ids": ["T1"],
                }
            ],
        }
    ],
}


def test_files_of_tariffs_are_joined_in_any_order(tmp_path: Path) -> None:
    of_another = {"country_code": "NL", "party_id": "XXX", "id": "T1", "currency": "EUR"}
    rows = [
        of_another | {"elements": [element(energy(9.0))]},
        of_another | {"party_id": "TST", "elements": [element(energy(0.5))]},
    ]
    sites, tariffs = tmp_path / "sites", tmp_path / "tariffs"
    sites.write_text(json.dumps([LOCATION]), encoding="utf-8")
    tariffs.write_text(json.dumps({"data": rows, "status_code": 1000}), encoding="utf-8")
    for files in ([sites, tariffs], [tariffs, sites]):
        (reading,) = read_charger_files(files)
        assert reading.chargers[0].price == "0.50 EUR/kWh"
        assert not reading.ignored
    assert read_chargers(sites).chargers[0].price == ""
    for alone in ([tariffs], [tariffs, tariffs]):
        with pytest.raises(DataError, match="name no sites"):
            read_charger_files(alone)
