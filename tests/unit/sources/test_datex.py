"""DATEX II as its publishers write it: envelopes, places, units, states, prices, hours."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples import charger_forms as forms
from tests.samples.charger_forms import Site, one, plugs, read
from tripplan.errors import DataError
from tripplan.sources.chargers.datex import read_datex_xml
from tripplan.sources.chargers.files import read_charger_files, read_chargers

SITE = Site("1", "Autohof", 49.4113, 8.6901, ((("CCS2", 150.0), ("CHADEMO", 50.0)),))


def afir_site(data: dict[str, Any]) -> dict[str, Any]:
    publication = data["payload"]["aegiEnergyInfrastructureTablePublication"]
    site: dict[str, Any] = publication["energyInfrastructureTable"][0]["energyInfrastructureSite"][
        0
    ]
    return site


def afir_point(data: dict[str, Any]) -> dict[str, Any]:
    station = afir_site(data)["energyInfrastructureStation"][0]
    point: dict[str, Any] = station["refillPoint"][0]["aegiElectricChargingPoint"]
    return point


@pytest.mark.parametrize(
    ("kind", "stated", "kw", "assumed"),
    [
        ("iec62196T2COMBO", 150000, 150.0, False),
        ("iec62196T2COMBO", 150, 150.0, True),
        ("iec62196T2COMBO", 1000, 1000.0, True),
        ("iec62196T2COMBO", 3000, 3.0, False),
        ("iec62196T2", 22, 22.0, True),
        ("iec62196T2", 22000, 22.0, False),
        ("iec62196T2", 3700, 3.7, False),
        ("domesticF", 2300, 2.3, False),
        ("iec62196T2", 60, None, False),
        ("iec62196T2COMBO", 2000, None, False),
        ("chademo", 500000, None, False),
        ("iec62196T2COMBO", 0, None, False),
    ],
)
def test_power_in_w_or_kw(kind: str, stated: float, kw: float | None, assumed: bool) -> None:
    data = json.loads(forms.afir([SITE]))
    point = afir_point(data)
    point["connector"] = [{"connectorType": {"value": kind}, "maxPowerAtSocket": stated}]
    (plug,) = one(data).connectors
    assert plug.power_kw == kw
    assert plug.power_assumed == assumed
    assert ("taken as kW" in plug.power_rule) == assumed


def test_volts_and_amperes_are_the_power_where_none_is_stated() -> None:
    data = json.loads(forms.afir([SITE]))
    afir_point(data)["connector"] = [
        {"connectorType": {"value": "chademo"}, "voltage": 500.0, "maximumCurrent": 125.0}
    ]
    (plug,) = one(data).connectors
    assert (plug.power_kw, plug.power_assumed, plug.max_voltage_v) == (62.5, True, 500.0)


def test_places_and_operators_at_the_station() -> None:
    data = json.loads(forms.afir([SITE]))
    site = afir_site(data)
    station = site["energyInfrastructureStation"][0]
    station["locationReference"] = site.pop("locationReference")
    station["energyDistributor"] = site.pop("operator")
    found = one(data)
    assert (found.lat, found.operator, found.town) == (49.4113, "Musterstrom", "Heidelberg")


@pytest.mark.parametrize("envelope", ["payload", "messageContainer", "list", "bare"])
def test_envelopes(envelope: str) -> None:
    payload = json.loads(forms.afir([SITE]))["payload"]
    wrapped: Any = {
        "payload": {"payload": payload},
        "messageContainer": {"messageContainer": {"payload": [payload]}},
        "list": {"payload": [payload]},
        "bare": payload,
    }[envelope]
    assert plugs(one(wrapped)) == [("CCS2", 150.0, 1), ("CHADEMO", 50.0, 1)]


@pytest.mark.parametrize(
    "operator",
    [
        [{"afacAnOrganisation": {"name": {"values": [{"lang": "de", "value": "Musterstrom"}]}}}],
        {
            "facOrganisationSpecification": {
                "organisationName": {"values": [{"value": "Musterstrom"}]}
            }
        },
        {"afacReferenceableOrganisation": {"name": {"values": {"value": "Musterstrom"}}}},
    ],
)
def test_names_of_operators(operator: object) -> None:
    data = json.loads(forms.afir([SITE]))
    afir_site(data)["operator"] = operator
    assert one(data).operator == "Musterstrom"


def test_newer_prefixes() -> None:
    text = forms.afir([SITE]).decode().replace('"aegi', '"egi').replace('"afac', '"fac')
    assert one(text.encode()) == one(forms.afir([SITE]))


@pytest.mark.parametrize("kind", ["ElectricChargingPoint", "RefillPoint"])
def test_states_in_the_same_document_and_in_one_of_their_own(kind: str, tmp_path: Path) -> None:
    twice = (SITE.points[0], (("CCS2", 300.0),), (("TYPE2", 22.0),))
    table = json.loads(forms.afir([Site("1", "A", 49.4, 8.6, twice)]))["payload"]
    status = {
        "aegiEnergyInfrastructureStatusPublication": {
            "energyInfrastructureSiteStatus": [
                {
                    "energyInfrastructureStationStatus": [
                        {
                            "refillPointStatus": [
                                {
                                    f"aegi{kind}Status": {
                                        "reference": {"idG": f"DE*MUS*E1*{k}"},
                                        "status": {"value": word},
                                    }
                                }
                                for k, word in enumerate(("charging", "outOfOrder", "removed"))
                            ]
                        }
                    ]
                }
            ]
        }
    }
    both = one({"payload": table | status})
    assert [(p.standard, p.operation) for p in both.connectors] == [
        ("CCS2", "out_of_service"),
        ("CCS2", "in_service"),
        ("CHADEMO", "in_service"),
    ]
    assert both.stalls == 1
    files = tmp_path / "table", tmp_path / "states"
    files[0].write_text(json.dumps({"payload": table}), encoding="utf-8")
    files[1].write_text(json.dumps({"payload": status}), encoding="utf-8")
    (reading,) = read_charger_files(files)
    assert reading.chargers == (both,)
    with pytest.raises(DataError, match="name no sites"):
        read_chargers(files[1])


def test_live_states_as_xml(tmp_path: Path) -> None:
    files = tmp_path / "table", tmp_path / "states"
    files[0].write_bytes(forms.datex_xml([SITE]))
    files[1].write_bytes(
        b'<d2:payload xmlns:d2="d" xmlns:egi="e" xmlns:fac="f" xmlns:xsi="x" '
        b'xsi:type="egi:EnergyInfrastructureStatusPublication">'
        b'<egi:energyInfrastructureSiteStatus><fac:reference id="1"/>'
        b"<egi:energyInfrastructureStationStatus>"
        b'<egi:refillPointStatus><fac:reference id="1P0"/><egi:status>faulted</egi:status>'
        b"</egi:refillPointStatus></egi:energyInfrastructureStationStatus>"
        b"</egi:energyInfrastructureSiteStatus></d2:payload>"
    )
    (reading,) = read_charger_files(files)
    assert reading.chargers[0].operation == "out_of_service"


def test_hours_by_weekday() -> None:
    data = json.loads(forms.afir([SITE]))
    period = {
        "recurringTimePeriodOfDay": [
            {"startTimeOfPeriod": "06:00:00", "endTimeOfPeriod": "22:00:00"}
        ],
        "recurringDayWeekMonthPeriod": [
            {"applicableDay": [{"value": "monday"}, {"value": "tuesday"}]}
        ],
    }
    specification = {"overallPeriod": {"validPeriod": [period]}}
    afir_site(data)["operatingHours"] = {"afacOperatingHoursSpecification": specification}
    assert one(data).opening_hours == "Mo,Tu 06:00-22:00"


def test_labels_in_the_lines_of_an_address() -> None:
    text = forms.datex_xml([SITE]).decode()
    text = text.replace(">Musterweg 1<", ">Dirección: Calle Mayor 1<")
    text = text.replace(
        "</locx:address>",
        "<locx:addressLine><locx:text><com:values><com:value>Municipio: Madrid</com:value>"
        "</com:values></locx:text></locx:addressLine></locx:address>",
    ).replace("Heidelberg", "")
    found = one(text.encode())
    assert (found.address, found.town) == ("Calle Mayor 1, Madrid, 69117", "Madrid")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (forms.datex_xml([SITE])[:-40], "not valid XML"),
        (forms.datex_xml([]), "EnergyInfrastructureTablePublication"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + forms.datex_xml([SITE])[38:], "document type"),
        (forms.datex_xml([SITE]).replace(b"UTF-8", b"TF-8"), "a code that is not known"),
        (b"<egi:energyInfrastructureTable>" * 100, "not valid XML|nested too deeply"),
    ],
)
def test_damaged_files(data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(data)


def test_bytes_in_small_pieces_read_to_the_same() -> None:
    """XML comes to its parser in pieces, whatever their size."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or -1, 7) if size and size > 0 else 7)

    data = forms.datex_xml([SITE])
    assert read_datex_xml(Slow(data)).chargers == read(data).chargers
