"""A household's file: what is wrong in it is said once, with file, line and key."""

from pathlib import Path

import pytest

from tripplan.errors import DataError, InvalidInputError
from tripplan.questions.annual.asking import year
from tripplan.questions.annual.file import read_household

GOOD = """\
year = 2025
climate = "Denver, CO"
[home]
place = "Littleton, CO"
charger_kw = 2.3
[options]
reserve_soc = 0.1
[[cars]]
vehicle = "nissan-sakura"
[[trips]]
name = "office"
places = ["Golden, CO; 9h"]
weekdays = "mon-fri"
payload_kg = 90
[[instead]]
name = "bus"
trip_cost = 5
"""


def wrong(folder: Path, text: str) -> str:
    """Return the message of a file's fault, with its name cut off."""
    file = folder / "home.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((InvalidInputError, DataError)) as error:
        year(file)
    assert str(error.value).startswith(f"household {file}")
    return str(error.value).removeprefix(f"household {file}")


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text(GOOD, encoding="utf-8")
    found = read_household(file).household
    assert found.trips[0].wishes == {"payload_kg": 90}
    assert found.trips[0].weekdays == (0, 1, 2, 3, 4)
    assert found.cars[0].vehicle == "nissan-sakura"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('climate = "Denver, CO"\n', "", ": climate: is needed"),
        ("[home]", 'tarif = "x"\n[home]', ", line 3: tarif: there is no such key"),
        ("charger_kw = 2.3", "charger_kw = -1", ", line 5: home.charger_kw: "),
        ("charger_kw = 2.3", "price_per_kwh = -1", ", line 5: home.price_per_kwh: "),
        ("charger_kw", "charge_kw", "did you mean charger_kw?"),
        ('"nissan-sakura"', '"nissan-sakurra"', ", line 9: cars[1].vehicle: "),
        ('weekdays = "mon-fri"', 'weekdays = "mon-frx"', ", line 13: trips[1].weekdays: "),
        ('weekdays = "mon-fri"', 'dates = "2025-02-30"', "no date that exists"),
        ('weekdays = "mon-fri"', 'dates = "2024-02-28"', "is not in the year 2025"),
        ('weekdays = "mon-fri"', 'skip = "2025-03-02/2025-03-01"', "to a later one"),
        ('weekdays = "mon-fri"', "per_month = 2\ntimes = 3", "which one counts?"),
        (
            'weekdays = "mon-fri"',
            'weekdays = "mon"\nmonths = "feb"\nskip = "2025-02-01/2025-02-28"',
            "office is made on no day of the year 2025",
        ),
        (
            "payload_kg = 90",
            "payload_k = 90",
            ", line 14: trips[1].payload_k: there is no such key",
        ),
        ("payload_kg = 90", "payload_kg = -90", ", line 14: trips[1].payload_kg: "),
        ("payload_kg = 90", "ambient_c = 3", "is not for a year: climate says how cold it is"),
        ("payload_kg = 90", 'instead = "train"', 'nothing is named "train"; known: bus'),
        ("reserve_soc = 0.1", "reserve_soc = 10", ", line 7: options.reserve_soc: "),
        ("reserve_soc = 0.1", "reserv_soc = 0.1", "did you mean reserve_soc?"),
        ("trip_cost = 5", "trip_cost = -5", ", line 17: instead[1].trip_cost: "),
        ("trip_cost = 5", "price_per_km = 1", "trips[1].instead_km: is needed"),
        ('"Littleton, CO"', '"Nowheresville, CO"', ", line 4: home.place: "),
        ("Golden, CO; 9h", "Goldenville, CO; 9h", ", line 12: trips[1].places: "),
        ("Golden, CO; 9h", "Golden, CO; 9x", ", line 12: trips[1].places: "),
        ('climate = "Denver, CO"', 'climate = "Atlantis"', ", line 2: climate: "),
        ("year = 2025", "year = 2025\ntitle", ": not valid TOML"),
        ("year = 2025", 'year = 2025\nregion = "mars"', ", line 2: region: "),
        ("year = 2025", 'year = 2025\nchargers = "gone.csv"', ", line 2: chargers: "),
        ("[[cars]]", '[[cars]]\nvehicle = "nissan-sakura"\n[[cars]]', "is there twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in GOOD
    assert told in wrong(tmp_path, GOOD.replace(old, new, 1))


def test_a_day_of_thirty_hours(tmp_path: Path) -> None:
    """By the sums of its stays, before anything is planned."""
    more = '[[trips]]\nname = "night shift"\nplaces = "Denver, CO; 21h"\nweekdays = "tue"\n'
    told = wrong(tmp_path, GOOD.replace("[[instead]]", f"{more}[[instead]]"))
    assert told == (
        ", line 15: trips[2]: on Tuesday 2025-01-07 the stays of office, night shift take 30 of "
        "24 h: shorten one, or make them on other days"
    )


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("payload_kg", "payload_k").replace("= 2.3", "= -2.3")
    assert len(wrong(tmp_path, text).splitlines()) == 2


def test_no_file_and_no_cars(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.toml"):
        year(tmp_path / "gone.toml")
    text = GOOD.replace('[[cars]]\nvehicle = "nissan-sakura"\n', "")
    assert "cars: is needed" in wrong(tmp_path, text)
    assert "cars: at least one is needed" in wrong(tmp_path, f"cars = []\n{text}")
