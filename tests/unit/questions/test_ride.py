"""Leaving the car at a station: drives and rides, money, timetables, and what is refused."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import tripplan
from tests.samples.transit import HOME, STOPS, Calls, clock, country, feed, files, hourly
from tests.samples.worlds import car
from tripplan.cli.main import app
from tripplan.errors import DataError, InvalidInputError, NoPlanError
from tripplan.questions import Ride, ride_text
from tripplan.questions.connections import WALK_CIRCUITY, WALK_KMH, earliest, straight_m
from tripplan.questions.ride_answers import RideOption
from tripplan.records.ride_station import RideStation
from tripplan.sources.store import save_region
from tripplan.sources.transit.gtfs import read_timetable
from tripplan.sources.transit.stations import read_stations

MONDAY = "2026-06-08T08:00"
H = 3600
NEAR = RideStation.parse(
    {
        "name": "Near",
        "lat": 40.0,
        "lon": -99.9,
        "ride_s": "30min",
        "headway_s": "20min",
        "fare": 4.0,
        "parking_per_day": 3.0,
        "walk_s": "4min",
        "end_walk_s": "6min",
    },
    where="test",
)
GROUND = country()


def asked(stations: Any = (NEAR,), **more: Any) -> Ride:
    wishes: dict[str, Any] = {"ambient_c": 15, "home_price_per_kwh": 0.2, **more}
    return tripplan.ride("Home", "Town", vehicle=car(), stations=stations, region=GROUND, **wishes)


def option(found: Ride, name: str) -> RideOption:
    return next(one for one in found.options if one.name == name)


def one_way(destination: str) -> tripplan.Plan:
    """Return the drive from home, by the planner alone."""
    return tripplan.plan("Home", destination, vehicle=car(), region=GROUND, ambient_c=15)


def test_minutes_add_up_door_to_door() -> None:
    found = asked(terms={"stay_s": "4h", "destination_walk_s": "10min"})
    by_rail, by_car = option(found, "Near"), option(found, "Town")
    near_s, town_s = one_way("Near").driving_s, one_way("Town").driving_s
    # Out and back: 4 min to the platform, half of 20 min, 30 min, 6 min on foot.
    assert by_rail.total_s == pytest.approx(2 * near_s + 2 * 50 * 60, abs=2.0)
    assert by_rail.parked_s == pytest.approx(4 * H + 2 * 50 * 60)
    assert by_car.total_s == pytest.approx(2 * town_s + 2 * 10 * 60, abs=2.0)
    assert by_car.parked_s == pytest.approx(4 * H + 20 * 60)
    assert by_rail.out is not None
    assert by_rail.back is not None
    assert (by_rail.out.walk_s, by_rail.out.end_walk_s) == (240.0, 360.0)
    assert (by_rail.back.walk_s, by_rail.back.end_walk_s) == (360.0, 240.0)


@pytest.mark.parametrize(("stay", "days"), [("1h", 1), ("22h", 1), ("23h", 2), ("3d", 4)])
def test_parking_is_paid_for_each_day_begun(stay: str, days: int) -> None:
    terms = {"stay_s": stay, "persons": 3, "destination_parking_per_day": 20.0}
    found = asked(terms=terms)
    by_rail = option(found, "Near")
    assert by_rail.parking == 3.0 * days
    assert by_rail.fares == 2 * 3 * 4.0
    assert by_rail.cost == pytest.approx(by_rail.fares + by_rail.parking + by_rail.energy_cost)
    by_car = option(found, "Town")
    assert by_car.fares == 0.0
    assert by_car.parking == 20.0 * (3 if stay == "3d" else 1)  # no walk: 72 h are three days


def test_the_order_is_by_money_and_time() -> None:
    dear_parking = asked(terms={"stay_s": "1h", "destination_parking_per_day": 90.0})
    assert dear_parking.best.name == "Near"
    assert dear_parking.sentence.startswith("Leaving the car at Near is best")
    assert "less than driving all the way" in dear_parking.sentence
    cheap = asked(terms={"stay_s": "1h"}, value_of_time_per_h=100.0)
    assert cheap.best.kind == "drive"
    assert "the best station, Near" in cheap.sentence
    for found in (dear_parking, cheap):
        worths = [one.cost_with_time for one in found.options]
        assert worths == sorted(worths)
        hour = found.value_of_time_per_h
        for one in found.options:
            assert one.cost_with_time == pytest.approx(one.cost + hour * one.total_s / H)


def test_a_plug_at_the_station_charges_what_its_hours_give() -> None:
    plug = NEAR.model_copy(update={"plug_kw": 3.0, "price_per_kwh": 0.5})
    found = asked([plug], terms={"stay_s": "1h"}, departure_soc=0.5)
    dry = asked(terms={"stay_s": "1h"}, departure_soc=0.5)
    charged, without = option(found, "Near"), option(dry, "Near")
    hours = charged.parked_s / H
    # A charger on board gives on some 85 % of what it takes.
    assert 0.75 * 3.0 * hours <= charged.charged_kwh <= 0.95 * 3.0 * hours
    assert without.charged_kwh == 0.0
    gained = charged.slack_home.slack_kwh - without.slack_home.slack_kwh
    assert gained == pytest.approx(charged.charged_kwh, abs=0.05)


def test_a_car_that_cannot_drive_all_the_way_may_reach_a_station() -> None:
    small = car(nominal_kwh=8.0, gross_kwh=8.5)
    found = tripplan.ride(
        "Home", "Town", vehicle=small, stations=[NEAR], region=GROUND, ambient_c=15
    )
    assert [one.name for one in found.options] == ["Near"]
    assert found.refused[0].name == "Town"
    assert found.refused[0].why
    assert "driving all the way can be done" in found.sentence
    assert "Not possible: Town" in ride_text.ride(found)
    tiny = car(nominal_kwh=1.0, gross_kwh=1.1)
    with pytest.raises(NoPlanError, match="no way can be gone"):
        tripplan.ride("Home", "Town", vehicle=tiny, stations=[NEAR], region=GROUND)


def usual_feed(tmp_path: Path, **changes: Any) -> Path:
    out = hourly(("near", "far-1", "town"), 5 * H, 26 * H, 1800, 900)
    back = hourly(("town", "far-1", "near"), 5 * H, 26 * H, 1800, 900)
    trips = {f"t{k}": ("usual", calls) for k, calls in enumerate(out + back)}
    return feed(tmp_path / "feed.zip", files(trips, **changes))


def test_a_timetable_gives_the_train_that_one_reaches(tmp_path: Path) -> None:
    station = NEAR.model_copy(update={"ride_s": None, "headway_s": None})
    found = asked([station], gtfs=usual_feed(tmp_path), departure=MONDAY, terms={"stay_s": "2h"})
    by_rail = option(found, "Near")
    drive_s = one_way("Near").driving_s
    assert by_rail.out is not None
    assert by_rail.back is not None
    # It comes at 8:00 + drive + 4 min; trains leave half a minute after each full and half hour.
    platform_s = 8 * H + drive_s + 240
    leaves_s = 1800 * np.ceil((platform_s - 30) / 1800) + 30
    assert by_rail.out.wait_s == pytest.approx(leaves_s - platform_s, abs=2.0)
    assert by_rail.out.ride_s == 2 * 900 - 30
    arrives_s = leaves_s - 30 + 1800
    back_s = arrives_s + 2 * H
    leaves_back_s = 1800 * np.ceil((back_s - 30) / 1800) + 30
    assert by_rail.back.wait_s == pytest.approx(leaves_back_s - back_s, abs=2.0)
    total_s = leaves_back_s - 30 + 1800 + 240 + drive_s - 8 * H - 2 * H
    assert by_rail.total_s == pytest.approx(total_s, abs=3.0)


def test_without_a_table_every_stop_with_a_direct_ride_is_a_station(tmp_path: Path) -> None:
    found = asked(None, gtfs=usual_feed(tmp_path), departure=MONDAY, terms={"fare": 2.5})
    assert {one.name for one in found.options} == {"Town", "Near Station", "Far Station"}
    assert option(found, "Far Station").fares == 5.0
    assert any("parking counts as free" in text for text in found.assumptions)
    few = asked(None, gtfs=usual_feed(tmp_path), departure=MONDAY, terms={"most": 1})
    assert few.left_out == 1
    assert len(few.options) == 2


def test_stops_on_foot_from_the_destination(tmp_path: Path) -> None:
    trips = {
        "a": ("usual", [("near", "09:00:00", "09:00:00"), ("harbour", "09:20:00", "09:20:00")])
    }
    trips["b"] = ("usual", [("harbour", "10:00:00", "10:00:00"), ("near", "10:20:00", "10:20:00")])
    path = feed(tmp_path / "feed.zip", files(trips))
    found = asked(None, gtfs=path, departure="2026-06-08T08:30")
    by_rail = option(found, "Near Station")
    assert by_rail.out is not None
    # The harbour lies 0.004 degrees of latitude north of the town, 445 m.
    walk_s = 1.3 * 0.004 * 111.195 / 4.5 * H
    assert by_rail.out.end_walk_s == pytest.approx(walk_s, rel=1e-3)
    no_town = feed(tmp_path / "no-town.zip", files(trips, more=_without_town()))
    with pytest.raises(InvalidInputError, match=r"within 0\.3 km of Town"):
        asked(None, gtfs=no_town, departure=MONDAY, terms={"walk_km": 0.3})


def _without_town() -> dict[str, str]:
    rows = files({})["stops.txt"].splitlines()
    return {"stops.txt": "\n".join(row for row in rows if not row.startswith("town")) + "\n"}


def brute_force(
    content: dict[str, str], at: datetime, starts: dict[str, float], ends: dict[str, float]
) -> float | None:
    """Return the earliest arrival in seconds from now, row by row of the feed's own text."""
    services = {}
    for row in content["calendar.txt"].splitlines()[1:]:
        name, *days, first, last = row.split(",")
        services[name] = [day == "1" for day in days], first, last
    service_of = dict(row.split(",")[2:0:-1] for row in content["trips.txt"].splitlines()[1:])
    best = None
    rows = [row.split(",") for row in content["stop_times.txt"].splitlines()[1:] if row]
    for day in (at.date() + timedelta(days=k) for k in (-1, 0, 1)):
        midnight = datetime.combine(day, time())
        for trip, stop, _, leaves, number in rows:
            week, first, last = services[service_of[trip]]
            if not week[day.weekday()] or not first <= f"{day:%Y%m%d}" <= last:
                continue
            if stop not in starts:
                continue
            for other, end, arrives, _, later in rows:
                if other != trip or int(later) <= int(number) or end not in ends:
                    continue
                h, m, s = map(int, leaves.split(":"))
                boards = midnight + timedelta(hours=h, minutes=m, seconds=s)
                if boards < at + timedelta(seconds=starts[stop]):
                    continue
                h, m, s = map(int, arrives.split(":"))
                there = midnight + timedelta(hours=h, minutes=m, seconds=s + ends[end])
                taken = (there - at).total_seconds()
                best = taken if best is None else min(best, taken)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_earliest_arrival_is_that_of_a_search_through_all_rows(
    seed: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    names = [name for name in STOPS if name != "far"]
    trips: dict[str, tuple[str, Calls]] = {}
    for k in range(12):
        at, calls = int(rng.integers(4 * H, 27 * H)), []
        for stop in rng.permutation(names)[: rng.integers(2, 5)]:
            calls.append((str(stop), clock(at), clock(at + 60)))
            at += int(rng.integers(300, 2400))
        trips[f"t{k}"] = (str(rng.choice(["usual", "late"])), calls)
    content = files(trips)
    content["calendar.txt"] += "late,0,0,0,0,1,1,1,20260601,20260630\n"
    timetable = read_timetable(feed(tmp_path / "feed.zip", content))
    agreed = 0
    for _ in range(30):
        now = datetime.combine(date(2026, 6, 4), time()) + timedelta(
            minutes=int(rng.integers(0, 5 * 24 * 60))
        )
        order = [str(name) for name in rng.permutation(names)]
        starts = {name: float(rng.integers(0, 900)) for name in order[:2]}
        ends = {name: float(rng.integers(0, 900)) for name in order[2:4]}
        found = earliest(timetable, now, starts, ends)
        wanted = brute_force(content, now, starts, ends)
        if wanted is None:
            assert found is None
            continue
        assert found is not None
        assert found.total_s == pytest.approx(wanted)
        agreed += 1
    assert agreed >= 10


def test_trains_by_frequency_are_written_out(tmp_path: Path) -> None:
    calls = [("near", "00:00:00", "00:00:00"), ("town", "00:20:00", "00:20:00")]
    more = {
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\na,06:00:00,07:00:00,900\n"
    }
    path = feed(tmp_path / "feed.zip", files({"a": ("usual", calls)}, more=more))
    rides = read_timetable(path).rides(date(2026, 6, 8), ["near"], ["town"])
    assert sorted(one.leaves_s / H for one in rides) == [6.0, 6.25, 6.5, 6.75]
    assert {one.arrives_s - one.leaves_s for one in rides} == {1200.0}


def test_where_one_may_not_get_on_or_off_no_ride_begins_or_ends(tmp_path: Path) -> None:
    content = files({})
    content["trips.txt"] += "A,usual,a\n"
    content["stop_times.txt"] = (
        "trip_id,stop_id,arrival_time,departure_time,stop_sequence,pickup_type,drop_off_type\n"
        "a,near,08:00:00,08:00:00,1,1,0\na,far-1,,,2,0,0\n"
        "a,moor,08:20:00,08:20:00,3,0,1\na,town,08:30:00,08:30:00,4,0,0\n"
    )
    timetable = read_timetable(feed(tmp_path / "feed.zip", content))
    day = date(2026, 6, 8)
    assert timetable.rides(day, ["near"], ["town"]) == []
    assert timetable.rides(day, ["far-1"], ["town"]) == []  # no time is stated
    assert timetable.rides(day, ["near"], ["moor"]) == []
    assert len(timetable.rides(day, ["moor"], ["town"])) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stops.txt", "stops.txt is not there or is empty"),
        ("stop_times.txt", "stop_times.txt is not there"),
        ("calendar.txt", "calendar.txt or calendar_dates.txt is not there"),
    ],
)
def test_a_feed_without_a_file_that_it_needs(name: str, words: str, tmp_path: Path) -> None:
    content = files({"a": ("usual", [("near", "08:00:00", "08:00:00")])})
    del content[name]
    with pytest.raises(DataError) as caught:
        read_timetable(feed(tmp_path / "feed.zip", content))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("stops.txt", "stop_lat"),
        ("trips.txt", "service_id"),
        ("stop_times.txt", "stop_sequence"),
        ("calendar.txt", "sunday"),
    ],
)
def test_a_feed_without_a_column_that_it_needs(name: str, column: str, tmp_path: Path) -> None:
    content = files({"a": ("usual", [("near", "08:00:00", "08:00:00")])})
    content[name] = content[name].replace(column, f"no_{column}", 1)
    with pytest.raises(DataError, match=f"{name} has no column {column}") as caught:
        read_timetable(feed(tmp_path / "feed.zip", content))
    assert "\n" not in str(caught.value)


def test_a_time_that_is_none_is_no_time(tmp_path: Path) -> None:
    calls = [("near", "08:00:00", "soon:00:00"), ("town", "8:20:00", " 8:20:00")]
    path = feed(tmp_path / "feed.zip", files({"a": ("usual", calls)}))
    (found,) = read_timetable(path).rides(date(2026, 6, 8), ["near"], ["town"])
    assert (found.leaves_s, found.arrives_s) == (8 * H, 8 * H + 1200)


def test_a_feed_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_timetable(tmp_path / "feed.zip")
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_timetable(tmp_path / "text.zip")


def test_a_day_without_service_says_when_there_is_some(tmp_path: Path) -> None:
    path = usual_feed(tmp_path)
    with pytest.raises(InvalidInputError, match="from 2026-01-01 to 2026-12-31") as caught:
        asked(None, gtfs=path, departure="2026-06-07T08:00")  # a Sunday
    assert caught.value.field == "departure"
    with pytest.raises(InvalidInputError, match="departure"):
        asked(None, gtfs=path)


def test_a_way_back_without_a_train_is_refused(tmp_path: Path) -> None:
    """Friday there, Sunday back: the trains of the week do not run."""
    found = asked(
        None,
        gtfs=usual_feed(tmp_path),
        departure="2026-06-12T08:00",
        terms={"stay_s": "36h"},
    )
    assert [one.kind for one in found.options] == ["drive"]
    assert {one.name for one in found.refused} == {"Near Station", "Far Station"}
    assert all("no direct ride" in one.why for one in found.refused)
    moor = NEAR.model_copy(update={"name": "Moor road", "lat": 40.02, "ride_s": None})
    lost = asked([moor], gtfs=usual_feed(tmp_path), departure=MONDAY)
    assert [one.why for one in lost.refused] == ["no stop of the timetable lies within 400 m of it"]


TABLE = (
    "name,lat,lon,ride_min,headway_min,fare,parking_per_day,plug_kw,price_per_kwh,walk_min\n"
    '"Near, north side",40.0,-99.9,37,15,10.50,0,7.2,0.20,\n'
    "Far,40.0,-99.7,1h5min,30,,4,,,10\n"
)


def test_a_table_of_stations(tmp_path: Path) -> None:
    path = tmp_path / "stations.csv"
    path.write_text("\ufeff" + TABLE, encoding="utf-8")
    near, far = read_stations(path)
    assert near.name == "Near, north side"
    assert (near.ride_s, near.headway_s, near.walk_s) == (37 * 60.0, 900.0, 300.0)
    assert (near.fare, near.plug_kw, near.price_per_kwh) == (10.5, 7.2, 0.2)
    assert (far.ride_s, far.fare, far.walk_s, far.parking_per_day) == (65 * 60.0, None, 600.0, 4.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,lat\nA,1\n", "lacks lon, ride_min, headway_min"),
        ("", "lacks name"),
        ("name,lat,lon,ride_min,headway_min\n", "has no station"),
        ("name,lat,lon,ride_min,headway_min,colour\nA,1,1,1,1,red\n", "no column 'colour'"),
        ("name,lat,lon,ride_min,headway_min\nA,1,1,,5\n", "line 2: ride_min is empty"),
        ("name,lat,lon,ride_min,headway_min\nA,100,1,5,5\n", "less than or equal to 90"),
        ("name,lat,lon,ride_min,headway_min\nA,1,1,soon,5\n", "ride_s"),
        ("name,lat,lon,ride_min,headway_min\nA, B,1,1,5,5\n", "6 cells in 5 columns"),
    ],
)
def test_a_table_that_cannot_be_used(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "stations.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((DataError, InvalidInputError)) as caught:
        read_stations(path)
    assert words in str(caught.value)


def test_neither_table_nor_timetable_and_places_on_the_way() -> None:
    with pytest.raises(InvalidInputError, match="a table of stations, a GTFS feed, or both"):
        asked(None)
    with pytest.raises(InvalidInputError, match="via"):
        asked(via="Near")
    untimed = NEAR.model_copy(update={"ride_s": None})
    with pytest.raises(InvalidInputError, match="ride_s and headway_s"):
        asked([untimed])
    with pytest.raises(InvalidInputError, match="stay_s"):
        asked(terms={"stay_s": "30d"})


def test_the_command_prints_a_table_and_json(tmp_path: Path) -> None:
    stations, ground = tmp_path / "stations.csv", tmp_path / "country"
    stations.write_text(TABLE, encoding="utf-8")
    save_region(GROUND, ground)
    ends = [f"{HOME[0]},{HOME[1]}", "40.0,-99.5"]
    words = ["ride", *ends, "-v", "nissan-leaf-24-2013", "--region", str(ground)]
    words += ["--stations", str(stations), "--stay", "4h", "--destination-parking", "30"]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 0, run.stderr
    assert max(map(len, run.stdout.splitlines())) <= 80
    assert "Near, north side" in run.stdout
    assert "fares 21.00" in run.stdout
    told = CliRunner().invoke(app, [*words, "--json", "-"])
    answer = json.loads(told.stdout)
    assert {one["name"] for one in answer["options"]} >= {"Near, north side", "Far"}
    assert answer["terms"]["stay_s"] == 4 * H
    page = tmp_path / "best.html"
    assert CliRunner().invoke(app, [*words, "-o", str(page)]).exit_code == 0
    assert "Near, north side" in page.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*words[:5], "--region", str(ground)]).exit_code == 2


def test_the_command_reads_a_timetable(tmp_path: Path) -> None:
    ground = tmp_path / "country"
    save_region(GROUND, ground)
    words = ["ride", f"{HOME[0]},{HOME[1]}", "40.0,-99.5", "-v", "nissan-leaf-24-2013"]
    words += ["--region", str(ground), "--gtfs", str(usual_feed(tmp_path)), "--fare", "3"]
    run = CliRunner().invoke(app, [*words, "--departure", MONDAY])
    assert run.exit_code == 0, run.stderr
    assert "Far Station" in run.stdout
    assert "direct ones of the timetable" in " ".join(run.stdout.split())
    sunday = CliRunner().invoke(app, [*words, "--departure", "2026-06-07T08:00"])
    assert sunday.exit_code == 2
    assert "no service of the GTFS feed" in sunday.stderr


def test_distances_on_foot() -> None:
    assert (WALK_KMH, WALK_CIRCUITY) == (4.5, 1.3)
    assert straight_m((40.0, -100.0), (40.0, -99.9)) == pytest.approx(8518.0, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--stay", "3"], "3 of what? a time is written like"),
        (["--destination-walk", "10"], "10 of what? a time"),
        (["--destination-plug", "7"], "7 of what? a power"),
        (["--stay", "0"], "where may the car be left?"),
        ([], "where may the car be left?"),
    ],
)
def test_a_bare_number_is_no_time_and_a_ride_needs_stations(words: list[str], told: str) -> None:
    """The names of these options end in no unit: "3" would have been three seconds."""
    run = CliRunner().invoke(app, ["ride", "Denver, CO", "DEN", "-v", "nissan-leaf-40", *words])
    assert run.exit_code == 2
    assert told in " ".join(run.stderr.split())


def test_the_text_says_how_likely_the_battery_lasts() -> None:
    found = asked()
    likely = found.best.plan.arrival_probability
    assert likely is not None
    told = " ".join(ride_text.ride(found).split())
    wanted = "more than 99%" if likely > 0.99 else f"{100 * likely:.0f}%"
    assert f"The battery lasts in {wanted} of trips." in told
