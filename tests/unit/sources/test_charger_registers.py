"""The registers of Germany and France: devices and points, odd cells, truths, places."""

import pytest

from tests.samples import charger_forms as forms
from tests.samples.charger_forms import Site, one, plugs, read
from tripplan.sources.chargers.reading import JOINED

SITE = Site("1", "Autohof", 49.4113, 8.6901, ((("CCS2", 150.0), ("CHADEMO", 50.0)),))


def test_devices_of_one_operator_at_one_place_are_one_site() -> None:
    near = Site("2", "Autohof", 49.4114, 8.6902, ((("CCS2", 300.0),),))
    other = Site("3", "Autohof", 49.4113, 8.6901, ((("CCS2", 50.0),),), operator="Anders")
    reading = read(forms.bnetza([SITE, near, other]))
    assert [(c.operator, c.stalls) for c in reading.chargers] == [
        ("Musterstrom", 2),
        ("Anders", 1),
    ]
    assert dict(reading.skipped) == {JOINED: 1}


def test_older_columns_and_a_power_for_both_plugs_of_a_cell() -> None:
    table = (
        "Betreiber;Straße;Hausnummer;Postleitzahl;Ort;Breitengrad;Längengrad;"
        "Inbetriebnahmedatum;Nennleistung Ladeeinrichtung [kW];Steckertypen1;P1 [kW];"
        "Steckertypen2;P2 [kW]\n"
        "Werk;Weg;1;10115;Berlin;52,5.;13,4.;01.01.2020;72;"
        "DC Kupplung Combo, DC CHAdeMO;50;AC Steckdose Typ 2, AC Schuko;22\n"
    )
    found = one(table.encode("cp1252"))
    assert plugs(found) == [
        ("CCS2", 50.0, 1),
        ("CHADEMO", 50.0, 1),
        ("DOMESTIC", None, 1),
        ("TYPE2", 22.0, 1),
    ]
    assert (found.lat, found.lon, found.access, found.stalls) == (52.5, 13.4, "public", 1)


@pytest.mark.parametrize(
    ("status", "day", "expected"),
    [
        ("In Betrieb", "01.01.2020", "in_service"),
        ("In Wartung", "01.01.2020", "out_of_service"),
        ("Außer Betrieb", "01.01.2020", "out_of_service"),
        ("In Betrieb", "01.01.2199", None),
        ("In Planung", "", None),
    ],
)
def test_states_and_days(status: str, day: str, expected: str | None) -> None:
    text = forms.bnetza([SITE]).decode().replace("In Betrieb", status)
    text = text.replace("Anzahl Ladepunkte", "Inbetriebnahmedatum")
    text = text.replace(f";{status};1;", f";{status};{day};")
    reading = read(text.encode())
    assert [charger.operation for charger in reading.chargers] == ([expected] if expected else [])
    assert sum(reading.skipped.values()) == (expected is None)


@pytest.mark.parametrize(
    ("days", "times", "hours"),
    [
        ("Montag; Dienstag", "08:00-18:00; 08:00-20:00", "Mo 08:00-18:00; Tu 08:00-20:00"),
        ("Samstag; Sonntag", "[09:00-00:00]", "Sa 09:00-24:00; Su 09:00-24:00"),
        ("Montag; Irgendwann", "08:00-18:00", None),
        ("", "", None),
    ],
)
def test_hours_of_the_register(days: str, times: str, hours: str | None) -> None:
    text = forms.bnetza([SITE]).decode().replace("EVSE-ID1;Public Key1", "EVSE-ID1;Key")
    text = text.replace(";Standortbezeichnung;Öffnungszeiten;", (
        ";Öffnungszeiten: Wochentage;Öffnungszeiten: Tageszeiten;"
    ))  # fmt: skip
    text = text.replace(";Autohof;247;", f';"{days}";"{times}";')
    assert one(text.encode()).opening_hours == hours


@pytest.mark.parametrize("yes", ["true", "TRUE", "1", "1.0", "vrai", "Oui"])
def test_truths_of_the_french_schema(yes: str) -> None:
    text = forms.irve([Site("1", "A", 45.2, 6.67, ((("CCS2", 150.0),),))]).decode()
    assert plugs(one(text.replace("TRUE", yes).encode())) == [("CCS2", 150.0, 1)]


def test_one_power_for_a_point_of_several_plugs_is_the_strongest_ones() -> None:
    three = (("CCS2", 150.0), ("CHADEMO", 150.0), ("TYPE2", 43.0))
    found = one(forms.irve([Site("1", "A", 45.2, 6.67, (three,))]))
    assert plugs(found) == [("CCS2", 150.0, 1), ("CHADEMO", None, 1), ("TYPE2", None, 1)]
    assert {plug.limit_kw for plug in found.connectors} == {None, 150.0}
    fifty = (("CCS2", 50.0), ("CHADEMO", 50.0))
    assert plugs(one(forms.irve([Site("1", "A", 45.2, 6.67, (fifty,))]))) == [
        ("CCS2", 50.0, 1),
        ("CHADEMO", 50.0, 1),
    ]


def test_places_of_the_consolidated_file_and_of_geojson_go_first() -> None:
    site = Site("1", "A", 45.2, 6.67, ((("CCS2", 22000.0),),))
    header, row = forms.irve([site]).decode().splitlines()
    swapped = row.replace("[6.67,45.2]", "[45.2,6.67]")
    text = f"{header},consolidated_longitude,consolidated_latitude\n{swapped},6.67,45.2\n"
    found = one(text.encode())
    assert (found.lat, found.lon) == (45.2, 6.67)
    assert found.connectors[0].power_kw == 22.0
    assert "taken as W" in found.connectors[0].power_rule
    names, cells = header.split(","), row.replace('"[6.67,45.2]"', "").split(",")
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [6.67, 45.2]},
        "properties": dict(zip(names, cells, strict=True)),
    }
    assert one({"type": "FeatureCollection", "features": [feature]}).id == found.id


def test_points_listed_twice_count_once_and_scooters_not_at_all() -> None:
    text = forms.irve([Site("1", "A", 45.2, 6.67, ((("CCS2", 150.0),),))]).decode()
    header, row = text.splitlines()
    reading = read(f"{header}\n{row}\n{row}".encode())
    assert plugs(reading.chargers[0]) == [("CCS2", 150.0, 1)]
    assert dict(reading.ignored) == {"a charge point that is listed twice": 1}
    scooters = row.replace(",false,2026", ",true,2026")
    assert dict(read(f"{header}\n{scooters}".encode()).skipped) == {"for two-wheelers only": 1}
