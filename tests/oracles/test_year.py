"""A household's year against one that plans every day by itself, in order, and adds up.

The other one counts days by `datetime`, plans each with `tripplan.days`, takes what a plug at home
gives from a stop of a plan, and shares nothing from day to day.
"""

import json
import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import tripplan

HOME = "Littleton, CO"
PLUG_KW, PRICE = 1.4, 0.2
RESERVE = 0.1
CARS = ("nissan-sakura", "nissan-leaf-24-2013", "nissan-leaf-40", "chevrolet-bolt-60")
GOALS = (
    (["Golden, CO; 9h"], 1),
    (["Lone Tree, CO; 1h", "Denver, CO; 2h"], 1),
    (["DEN; 3d"], 4),
    (["Colorado Springs, CO; 5h; 3kW"], 1),
    (["Vail, CO; 1d"], 2),
)
FIRST = date(2025, 1, 1)
WEEKS_D = 16
"""So many days are drawn; on the others nobody drives."""


class Drawn:
    """A household that is drawn."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - reproducible worlds
        self.step_k = draw.choice([1.0, 2.5, 4.0])
        base_c = draw.choice([-14.0, -4.0, 6.0])
        self.low_c = {FIRST + timedelta(days=k): base_c + draw.uniform(-5, 5) for k in range(365)}
        self.high_c = {day: low + draw.uniform(2, 12) for day, low in self.low_c.items()}
        self.plugged_h = draw.choice([6.0, 12.0, 20.0])
        self.vehicles = draw.sample(CARS, 2)
        self.nights = sorted(draw.sample(range(7), draw.choice([3, 5, 7])))
        self.trips: list[dict[str, Any]] = []
        for number in sorted(draw.sample(range(len(GOALS)), draw.choice([2, 3]))):
            places, _ = GOALS[number]
            days = sorted(draw.sample(range(WEEKS_D), draw.choice([3, 6])))
            self.trips.append(
                {
                    "name": f"trip {number}",
                    "places": places,
                    "span": GOALS[number][1],
                    "dates": [FIRST + timedelta(days=k) for k in days],
                    "charging": draw.random() < 0.6,
                    "air": draw.choice(["low", "mean", "high"]),
                }
            )

    def write(self, folder: Path) -> Path:
        """Write its file and its climate, and return the file."""
        days = "".join(f"{d},{self.low_c[d]!r},{self.high_c[d]!r}\n" for d in self.low_c)
        (folder / "air.csv").write_text(f"date,low_c,high_c\n{days}", encoding="utf-8")
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        lines = [
            *("year = 2025", 'climate = "air.csv"', f"step_k = {self.step_k}", "[home]"),
            *(f'place = "{HOME}"', f"charger_kw = {PLUG_KW}", f"price_per_kwh = {PRICE}"),
            f"plugged_h = {self.plugged_h}",
            f"nights = {json.dumps([names[k] for k in self.nights])}",
            *("[options]", f"reserve_soc = {RESERVE}"),
            *(f'[[cars]]\nvehicle = "{vehicle}"' for vehicle in self.vehicles),
        ]
        for trip in self.trips:
            lines += [
                *(
                    "[[trips]]",
                    f'name = "{trip["name"]}"',
                    f"places = {json.dumps(trip['places'])}",
                ),
                f"dates = {json.dumps([str(day) for day in trip['dates']])}",
                *(f"charging = {str(trip['charging']).lower()}", f'air = "{trip["air"]}"'),
            ]
        lines += ["[[instead]]", 'name = "taxi"', "trip_cost = 30", "day_cost = 4"]
        file = folder / "home.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    def air_c(self, trip: dict[str, Any], day: date) -> float:
        """Return the temperature of the coldest day of a trip, in steps."""
        airs = []
        for k in range(trip["span"]):
            low_c, high_c = (of[day + timedelta(days=k)] for of in (self.low_c, self.high_c))
            airs.append({"low": low_c, "high": high_c, "mean": (low_c + high_c) / 2}[trip["air"]])
        return self.stepped(min(airs))

    def stepped(self, air_c: float) -> float:
        """Return the step next to a temperature."""
        return math.floor(air_c / self.step_k + 0.5) * self.step_k


def plug(vehicle: str, air_c: float) -> tuple[float, float, float]:
    """Return what a plug gives a battery, its share of the wall's, and the capacity of a plan."""
    places = [HOME, f"Lone Tree, CO; 1h; {PLUG_KW}kW", HOME]
    plan = tripplan.days(places, vehicle=vehicle, ambient_c=air_c, weather=False).plan
    (stop,) = plan.stops
    return stop.charger_kw, stop.plug_efficiency, plan.capacity_kwh


class Lived:
    """A car's year, planned day by day."""

    def __init__(self, drawn: Drawn, vehicle: str) -> None:
        self.drawn, self.vehicle = drawn, vehicle
        self.soc, self.busy_h = 1.0, 0.0
        self.home_kwh = self.spent_kwh = self.away = self.instead = self.charger_s = 0.0
        self.slacks: list[float] = []
        self.fails: list[tuple[str, str, float | None]] = []
        self.plugs: dict[float, tuple[float, float, float]] = {}

    def whole(self) -> dict[str, Any]:
        """Live from New Year's Day to New Year's Eve, and return the sums."""
        before = FIRST - timedelta(days=1)
        out_until = home_again = before
        for number in range(365):
            day = FIRST + timedelta(days=number)
            if day > home_again:
                self.busy_h = 0.0
            for trip in self.drawn.trips:
                if day not in trip["dates"] or day <= out_until:
                    continue
                back = day + timedelta(days=trip["span"] - 1)
                out_until = back if back > day else out_until
                if self.drive(trip, day) and back > day:
                    home_again = back
            if day >= home_again:
                self.night(day)
        return {
            "fails": self.fails,
            "home_kwh": self.home_kwh,
            "energy_spent_kwh": self.spent_kwh,
            "away_cost": self.away,
            "charger_h": self.charger_s / 3600,
            "instead_cost": self.instead,
            "total_cost": self.home_kwh * PRICE + self.away + self.instead,
            "least_slack_kwh": min(self.slacks, default=None),
            "final_soc": self.soc,
        }

    def drive(self, trip: dict[str, Any], day: date) -> bool:
        """Make a trip, or not; return whether it was made."""
        begin = max(math.floor(self.soc * 100 + 1e-6) / 100, RESERVE)
        found, lacks = self.planned(trip, day, begin)
        if found is None or self.busy_h + found.total_s / 3600 > 24 * trip["span"]:
            self.fails.append((str(day), trip["name"], lacks))
            self.instead += 30 + 4 * trip["span"]
            return False
        self.busy_h = max(self.busy_h + found.total_s / 3600 - 24 * (trip["span"] - 1), 0.0)
        self.soc = min(found.home.arrival_soc + self.soc - begin, 1.0)
        self.spent_kwh += found.energy_spent_kwh
        self.away += sum(stay.cost for stay in found.stays)
        at_chargers = [stay for stay in found.stays if stay.kind == "charger"]
        self.charger_s += sum(stay.duration_s for stay in at_chargers)
        if not at_chargers:
            self.slacks.append(min(stay.slack.slack_kwh for stay in found.stays))
        return True

    def planned(self, trip: dict[str, Any], day: date, begin: float) -> tuple[Any, float | None]:
        """Return the plan of a trip, or what lacks."""
        try:
            found = tripplan.days(
                [HOME, *trip["places"], HOME],
                vehicle=self.vehicle,
                weather=False,
                charging=trip["charging"],
                ambient_c=self.drawn.air_c(trip, day),
                departure_soc=begin,
                reserve_soc=RESERVE,
                home_price_per_kwh=PRICE,
            )
        except tripplan.OutOfRangeError as error:
            return None, error.shortfall_kwh
        except (tripplan.NoPlanError, tripplan.InvalidInputError):
            return None, None
        return found, None

    def night(self, day: date) -> None:
        """Charge at home, or stand there without."""
        air_c = self.drawn.stepped((self.drawn.low_c[day] + self.drawn.high_c[day]) / 2)
        if air_c not in self.plugs:
            self.plugs[air_c] = plug(self.vehicle, air_c)
        kw, share, capacity_kwh = self.plugs[air_c]
        free_h = 24 - self.busy_h
        if day.weekday() in self.drawn.nights:
            given = min(kw * min(self.drawn.plugged_h, free_h), (1 - self.soc) * capacity_kwh)
            self.soc += given / capacity_kwh
            self.home_kwh += given / share
        else:
            standby_w = tripplan.catalogue()[self.vehicle].standby_w
            self.soc = max(self.soc - standby_w * free_h / 1000 / capacity_kwh, 0.0)


def told(drawn: Drawn, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each car's year as the program has it."""
    found = tripplan.year(drawn.write(folder))
    assert found.plans < found.asked * 3
    for vehicle, car in zip(drawn.vehicles, found.cars, strict=True):
        fails = [
            (one.day, one.trip, car.failures[one.failure].shortfall_kwh)
            for one in car.days
            if one.failure is not None
        ]
        names = ("home_kwh", "energy_spent_kwh", "away_cost", "instead_cost", "total_cost")
        values = {name: getattr(car, name) for name in (*names, "least_slack_kwh", "final_soc")}
        yield vehicle, {"fails": fails, "charger_h": car.charger_s / 3600, **values}


@pytest.mark.parametrize("seed", range(6))
def test_a_year_is_its_days_one_by_one(seed: int, tmp_path: Path) -> None:
    drawn = Drawn(seed)
    for vehicle, found in told(drawn, tmp_path):
        wanted = Lived(drawn, vehicle).whole()
        assert [fail[:2] for fail in found["fails"]] == [fail[:2] for fail in wanted["fails"]]
        for one, other in zip(found.pop("fails"), wanted.pop("fails"), strict=True):
            assert one[2] == pytest.approx(other[2], abs=1e-9)
        assert found == pytest.approx(wanted, abs=1e-9)


def test_the_draws_hold_what_matters(tmp_path: Path) -> None:
    """Days done, done with chargers, and not done for want of energy are all among them."""
    outcomes: set[str] = set()
    for seed in (0, 2):
        (tmp_path / str(seed)).mkdir()
        found = tripplan.year(Drawn(seed).write(tmp_path / str(seed)))
        outcomes |= {day.outcome for car in found.cars for day in car.days}
        outcomes |= {failure.reason for car in found.cars for failure in car.failures}
    assert {"done", "charged", "failed", "range"} <= outcomes
