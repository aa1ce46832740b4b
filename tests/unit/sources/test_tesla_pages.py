"""Superchargers of Tesla's pages, and scripts that hold data; values are made up."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples.charger_forms import one, read
from tripplan.errors import DataError
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.chargers.tesla_pages import PRICES

OWNER = {"chargingLabel": "Charging Fees for Tesla Owner", "pricingDetails": []}
OTHER = {"chargingLabel": "Charging Fees for Other EVs", "pricingDetails": []}


def page(**more: Any) -> dict[str, Any]:
    site = {
        "name": "Parma, Italy - Parma North",
        "address": "Via X 1, 43122 Parma, IT",
        "gps": {"lat": 44.82, "lon": 10.33},
        "stalls": 20,
        "maxPowerKw": 250,
        "pricing": [OWNER, OTHER],
    }
    return {"meta": {"chargerCount": 1, "sourceDir": "html"}, "locations": [site | more]}


def test_a_site_of_teslas_pages() -> None:
    site = one(page())
    assert (site.name, site.town, site.stalls) == ("Parma, Italy - Parma North", "Parma", 20)
    (plug,) = site.connectors
    assert (plug.standard, plug.power_kw, plug.power_assumed) == ("CCS2", 250.0, False)
    assert (plug.count, plug.vehicles, plug.max_voltage_v) == (20, "any", 500.0)
    assert dict(read(page()).ignored) == {PRICES: 1}


@pytest.mark.parametrize(
    ("prices", "makes"), [([OWNER], "tesla"), ([], "unknown"), (None, "unknown"), ([{}], "unknown")]
)
def test_whom_a_site_charges_is_told_by_its_prices(prices: Any, makes: str) -> None:
    assert one(page(pricing=prices)).connectors[0].vehicles == makes


def test_a_power_of_0_is_not_known() -> None:
    assert one(page(maxPowerKw=0)).connectors[0].power_kw is None


@pytest.mark.parametrize(
    "begin",
    ["export const chargers = ", "var stations=", "export default x = ", "a.b = ", "let c ="],
)
def test_a_script_that_holds_data_says_what_to_do(tmp_path: Path, begin: str) -> None:
    file = tmp_path / "chargers.js"
    data = json.dumps(page())
    file.write_text(f"{begin}{data};\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"chargers\.js: a script .* first \{ or \[ to the last"):
        read_chargers(file)
    file.write_text(data, encoding="utf-8")
    assert len(read_chargers(file).chargers) == 1
