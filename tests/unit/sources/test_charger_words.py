"""What people write of a plug's power and state, by what it means, in a table a kind."""

import pytest

from tripplan.records.charger import Connector
from tripplan.sources.chargers.osm import charger_from_tags
from tripplan.sources.chargers.states import state_of
from tripplan.sources.chargers.values import Tally

PHASES_KW = {16: 11.04, 32: 22.08, 63: 43.47}
"""3 x 230 V times amperes, kW."""
LINES_KW = 22.170
"""sqrt(3) x 400 V x 32 A, kW."""
NO_NUMBER = {"a power that is not a number": 1}
NO_VOLTAGE = {"a current without what a power could be worked out with": 1}
OTHER_KIND = {"a power of plugs for the other kind of current": 1}


def plug(socket: str, output: str, **tags: str) -> tuple[Connector, dict[str, int]]:
    tally = Tally()
    told = {"amenity": "charging_station", f"socket:{socket}": "1"}
    told |= {f"socket:{socket}:output": output} if output else {}
    told |= {key.replace("__", ":"): value for key, value in tags.items()}
    (found,) = charger_from_tags(told, 49.4, 8.7, osm_id="node/1", tally=tally).connectors
    return found, dict(tally.ignored)


@pytest.mark.parametrize(
    ("output", "power_kw"),
    [
        ("3 x 32 A", PHASES_KW[32]),
        ("3x32A", PHASES_KW[32]),
        ("3*16A", PHASES_KW[16]),
        ("3\u00d763 A", PHASES_KW[63]),
        ("32A 3~", PHASES_KW[32]),
        ("3ph 32A", PHASES_KW[32]),
        ("32A three phase", PHASES_KW[32]),
        ("3 Phasen 32A", PHASES_KW[32]),
        ("dreiphasig, 32 A", PHASES_KW[32]),
        ("triphasé 32A", PHASES_KW[32]),
        ("trifase 16 A", PHASES_KW[16]),
        ("32A 3P+N+E", PHASES_KW[32]),
        ("3x230V 32A", PHASES_KW[32]),
        ("400V 3~ 32A", LINES_KW),
        ("3N~400V 32A", LINES_KW),
        ("230/400V 32A", LINES_KW),
        ("1x16A", 3.68),
        ("1~ 230V 16A", 3.68),
        ("monophasé 32A", 7.36),
        ("einphasig 16 A", 3.68),
    ],
)
def test_phases_and_amperes_are_a_power_that_counts_as_assumed(
    output: str, power_kw: float
) -> None:
    found, ignored = plug("type2", output)
    assert found.power_kw == pytest.approx(power_kw, abs=1e-3)
    assert found.power_assumed
    assert ignored == {}
    if "V" not in output:
        beside, _ = plug("type2", "", socket__type2__current=output)
        assert beside.power_kw == found.power_kw


@pytest.mark.parametrize(
    ("output", "power_kw"),
    [
        ("22 kW_", 22.0),
        ("22_kW_", 22.0),
        ("_22_kW", 22.0),
        ("11,5 kW", 11.5),
        ("22 kVA", 22.0),
        ("22㎾", 22.0),
        ("\uff12\uff12\uff4b\uff37", 22.0),
        ("22 кВт", 22.0),
        ("22 κW", 22.0),
        ("22キロワット", 22.0),
        ("22千瓦", 22.0),
        ("22-kW", 22.0),
        ("22+ kW", 22.0),
        ("22 kW AC/DC", 22.0),
        ("22 kW Typ 2", 22.0),
        ("22kW / 3x32A", 22.0),
        ("22 kW (400 V, 32 A)", 22.0),
        ("P max: 22kW", 22.0),
        # A range, and a choice, on the low side; one from nothing says its upper end only.
        ("11-22 kW", 11.0),
        ("3.7 kW - 22 kW", 3.7),
        ("11 bis 22 kW", 11.0),
        ("11 kW or 22 kW", 11.0),
        ("11 ou 22 kW", 11.0),
        ("11 à 22 kW", 11.0),
        ("3700 W - 22 kW", 3.7),
        ("0-22 kW", 22.0),
    ],
)
def test_a_power_that_is_stated_is_taken(output: str, power_kw: float) -> None:
    found, ignored = plug("type2", output)
    assert found.power_kw == power_kw
    assert not found.power_assumed
    assert ignored == {}


@pytest.mark.parametrize(
    "output", ["50kW DC / 43kW AC", "AC 43kW, DC 50 kW", "43kW Type 2; 50 kW CCS"]
)
def test_each_plug_has_the_power_of_its_own_kind_of_current(output: str) -> None:
    for socket, power_kw in (("type2", 43.0), ("type2_combo", 50.0), ("chademo", 50.0)):
        found, ignored = plug(socket, output)
        assert (found.power_kw, found.count) == (power_kw, 1)
        assert ignored == OTHER_KIND
    alone, ignored = plug("type2_combo", "22 kW AC")
    assert (alone.power_kw, ignored) == (22.0, {}), "nothing else is stated"


def test_several_plugs_by_their_numbers() -> None:
    assert plug("type2", "2*22 kW")[0].count == plug("type2", "x2 22kW")[0].count == 2
    assert plug("type2_combo", "50-150 kW")[0].power_kw == 50.0
    assert plug("type2_combo", "250+ kW")[0].power_kw == 250.0


@pytest.mark.parametrize(
    ("output", "plugs"),
    [
        # Values of OpenStreetMap that organicmaps' pull request 10642 quotes, and of an import.
        ("22+11+3,7 kW", [(22.0, 1), (11.0, 1), (3.7, 1)]),
        ("1x43kW, 2x 11kW", [(43.0, 1), (11.0, 2)]),
        ("22 kW; 43 kW", [(43.0, None), (22.0, None)]),
    ],
)
def test_lists_of_powers(output: str, plugs: list[tuple[float, int | None]]) -> None:
    tags = {"amenity": "charging_station", "socket:type2": "3", "socket:type2:output": output}
    found = charger_from_tags(tags, 49.4, 8.7, osm_id="node/1").connectors
    assert [(one.power_kw, one.count) for one in found] == plugs


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("16 A", NO_VOLTAGE),
        ("80 A", NO_VOLTAGE),
        ("fast", NO_NUMBER),
        ("22K", NO_NUMBER),
        ("400 V", NO_NUMBER),
        ("-22 kW", NO_NUMBER),
    ],
)
def test_what_says_no_power_is_counted_and_not_guessed(output: str, reason: dict[str, int]) -> None:
    found, ignored = plug("type2", output)
    assert found.power_kw is None
    assert ignored == reason


def test_phases_where_another_voltage_may_be_are_not_guessed() -> None:
    assert plug("type1", "1x16A") == (plug("type1", "")[0], NO_VOLTAGE)
    assert plug("type2", "3x32A", socket__type2__voltage="400")[0].power_kw == pytest.approx(
        LINES_KW, abs=1e-3
    )
    odd = {"a voltage, a current or phases that are no number": 1}
    assert plug("type2", "", socket__type2__voltage="mains")[1] == odd


BROKEN = {
    "English": "broken / out of order / doesn't work / isn't working / no longer in service",
    "German": "außer Betrieb / defekt / gestört / funktioniert nicht / geht nicht mehr / kaputt",
    "French": "en panne / hors service / HS / ne fonctionne plus / ne marche pas / pas ouvert",
    "Dutch": "defect / buiten werking / kapot / werkt niet / werkt niet meer / niet beschikbaar",
    "Italian": "guasto / fuori servizio / non funziona / non funziona più / rotta",
    "Spanish": "averiado / fuera de servicio / no funciona / ya no funciona / estropeado",
    "Norwegian": "ødelagt / ute av drift / i ustand / virker ikke / fungerer ikke / ikke i drift",
    "Swedish": "trasig / ur funktion / sönder / fungerar inte / fungerar inte längre",
    "Danish": "defekt / ude af drift / i stykker / virker ikke / virker ikke længere",
    "Polish": "zepsuta / nieczynna / uszkodzona / nie działa / już nie działa / awaria",
    "Czech": "porouchaná / mimo provoz / nefunguje / není v provozu / porucha",
    "Portuguese": "avariado / fora de serviço / não funciona / não está a funcionar / com defeito",
    "Japanese": "故障中 / 故障 / 使用不可 / 利用停止中 / 使用できません",
}
WORKING = {
    "English": "no longer broken / not out of order / repaired / working again / is operational",
    "German": "nicht mehr defekt / wieder in Betrieb / funktioniert / keine Störung / repariert",
    "French": "n'est plus en panne / en service / fonctionne / réparé / plus en panne",
    "Dutch": "niet meer kapot / werkt weer / in bedrijf / niet defect",
    "Italian": "non più guasto / funziona / in servizio / di nuovo in funzione",
    "Spanish": "ya no está averiado / funciona / en servicio / reparado",
    "Norwegian": "ikke lenger ødelagt / i drift / virker igjen",
    "Swedish": "inte längre trasig / i drift / fungerar igen / reparerad",
    "Danish": "ikke længere defekt / i drift / virker igen",
    "Polish": "nie jest zepsuta / działa / czynna / naprawiona",
    "Czech": "už není porouchaná / v provozu / funguje / opět v provozu / opravena",
    "Portuguese": "já não está avariado / em serviço / em funcionamento",
    "Japanese": "稼働中 / 利用可能 / 故障していない / 修理済",
}


@pytest.mark.parametrize("language", BROKEN)
def test_words_for_a_state_and_their_contrary(language: str) -> None:
    for table, state in ((BROKEN, "out_of_service"), (WORKING, "in_service")):
        for word in table[language].split(" / "):
            for text in (word, word.upper(), f" {word}. "):
                assert state_of(text) == state, text


def test_a_state_that_is_not_understood_is_counted() -> None:
    odd = {"a state that is not understood": 1}
    for text in ("since Tuesday", "noch nicht defekt genug", "not planned", "x" * 200):
        assert plug("type2", "22 kW", operational_status=text)[1] == odd
        assert plug("type2", "22 kW", socket__type2__status=text)[1] == odd
    assert plug("type2", "22 kW", operational_status="unknown")[1] == {}
    found, ignored = plug("type2", "22 kW", operational_status="ne fonctionne plus")
    assert (found.operation, ignored) == ("out_of_service", {})
