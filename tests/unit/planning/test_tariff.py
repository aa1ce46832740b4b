"""Prices are read whole or not at all."""

import pytest

from tripplan.planning.tariff import FREE, Tariff, read_tariff


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("0,49 EUR/kWh", Tariff(0.49, 0.0, 0.0, "EUR")),
        ("0.45 EUR/kWh", Tariff(0.45, 0.0, 0.0, "EUR")),
        ("$0.43 per kWh", Tariff(0.43, 0.0, 0.0, "USD")),
        ("00:00 - 23:59 CHF 0.60/kWh", Tariff(0.60, 0.0, 0.0, "CHF")),
        ("€0.39/kWh; €0.10/min; 1 EUR/session", Tariff(0.39, 0.10, 1.0, "EUR")),
        ("0.39 EUR/kWh + 6 EUR/hour", Tariff(0.39, 0.10, 0.0, "EUR")),
        ("£0.79/kWh", Tariff(0.79, 0.0, 0.0, "GBP")),
        ("Free", FREE),
        ("kostenlos", FREE),
    ],
)
def test_plain_prices_are_read(price: str, expected: Tariff) -> None:
    found = read_tariff(price, None)
    assert found is not None
    assert found[:3] == pytest.approx(expected[:3])
    assert found.currency == expected.currency


@pytest.mark.parametrize(
    "price",
    [
        "",
        "0.50/kWh",
        "EV owners pay per kWh",
        "$0.30-$0.50/kWh",
        "0.39 EUR/kWh for members; 0.59 EUR/kWh",
        "0.39 EUR/kWh; 0.59 EUR/kWh",
        "0.39 EUR/kWh; 1 CHF/session",
        "08:00 - 20:00 CHF 0.60/kWh; 20:00 - 08:00 CHF 0.40/kWh",
        "$0.43 EUR/kWh",
        "0.40 XXX/kWh",
        "Free; parking fee",
    ],
)
def test_what_is_not_sure_is_unknown(price: str) -> None:
    assert read_tariff(price, None) is None
    assert read_tariff(price, fee=True) is None


def test_a_site_without_a_fee_is_free_whatever_it_says() -> None:
    assert read_tariff("ask at the desk", fee=False) == FREE
