"""A car's year: out by day, in at night, day after day, and what comes of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from tripplan.physics.charging import ac_battery_kw
from tripplan.questions.annual.answers import CarYear, YearDay, YearFailure
from tripplan.questions.annual.calendar import Calendar, Outing, days_of_year
from tripplan.questions.annual.climate import Climate, Weather
from tripplan.questions.annual.drives import Drive, Drives, Refusal
from tripplan.questions.annual.file import HOURS, ways_of
from tripplan.questions.annual.household import Air, Household, YearTrip
from tripplan.questions.trying import Trials
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.units import J_PER_KWH, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SOC_STEP = 0.01
"""A trip is planned from the whole per cent below what the battery holds."""
_A_HAIR = 1e-9


class Instead(NamedTuple):
    """The cheapest way to make a trip without the car."""

    name: str
    cost: float


@dataclass(frozen=True)
class Ground:
    """What all cars of a household have in common."""

    household: Household
    calendar: Calendar
    climates: Mapping[int, Climate]
    """By trip."""
    at_home: Climate
    trips: Mapping[int, Trip]
    """By number; at any temperature, from any SoC."""

    def weather(self, outing: Outing) -> float:
        """Return the temperature at which an outing is planned: that of its coldest day [degC]."""
        trip = self.household.trips[outing.trip]
        days = self.climates[outing.trip].days
        away = (outing.day + timedelta(days=k) for k in range(outing.days))
        airs = [air(days[day], trip.air) for day in away if day in days]
        return stepped(min(airs), self.household.step_k)


def air(weather: Weather, which: Air) -> float:
    """Return one of the temperatures of a day [degC]."""
    return {"low": weather.low_c, "mean": weather.mean_c, "high": weather.high_c}[which]


def stepped(air_c: float, step_k: float) -> float:
    """Return the multiple of a step that is next to a temperature [degC].

    Parameters
    ----------
    air_c
        Temperature. [degC]
    step_k
        The step. [K]
    """
    return round((air_c / step_k + 0.5 + _A_HAIR) // 1.0 * step_k, 6)


def instead_of(trip: YearTrip, days: int, household: Household) -> Instead | None:
    """Return the cheapest way to make a trip without the car; None: there is no price.

    Parameters
    ----------
    trip
        The trip.
    days
        How many days it takes.
    household
        What there is.
    """
    priced = [
        Instead(
            way.name,
            way.trip_cost + days * way.day_cost + (trip.instead_km or 0.0) * way.price_per_km,
        )
        for way in ways_of(trip, household)
    ]
    return min(priced, key=lambda way: way.cost, default=None)


class _Failed(NamedTuple):
    """What failing days have in common that are told of together."""

    trip: str
    air_c: float
    departure_soc: float
    told: str


@dataclass
class _Sums:
    standby_kwh: float = 0.0
    home_kwh: float = 0.0
    away_cost: float = 0.0
    currencies: Counter[str] = field(default_factory=Counter)


class Living:
    """A car through the year, from a full battery on New Year's Day.

    Parameters
    ----------
    ground
        The household's year.
    vehicle
        The car.
    trials
        Plans.
    """

    def __init__(self, ground: Ground, vehicle: Vehicle, trials: Trials) -> None:
        self._ground, self._vehicle = ground, vehicle
        self._drives = Drives(trials, vehicle, ground.trips)
        self._trials = trials
        self._soc = 1.0
        self._sums = _Sums()
        self._failures: dict[_Failed, tuple[int, Refusal, int]] = {}

    def year(self, name: str, yearly_cost: float) -> CarYear:
        """Return what comes of the year.

        Parameters
        ----------
        name
            What the car is called.
        yearly_cost
            What it costs beside energy.
        """
        before = self._trials.plans
        by_day: dict[date, list[Outing]] = {}
        for outing in self._ground.calendar.outings:
            by_day.setdefault(outing.day, []).append(outing)
        days: list[YearDay] = []
        back = date.min
        busy_h = 0.0
        for day in days_of_year(self._ground.household.year):
            if day > back:
                busy_h = 0.0
            for outing in by_day.get(day, ()):
                lived, busy_h = self._out(outing, busy_h)
                days.append(lived)
                if lived.outcome != "failed" and outing.days > 1:
                    back = day + timedelta(days=outing.days - 1)
            if day >= back:
                self._night(day, max(HOURS - busy_h, 0.0))
        return self._told(name, yearly_cost, days, self._trials.plans - before)

    @property
    def currency(self) -> str:
        """Currency of most of its plans; empty: none names one."""
        told = self._sums.currencies.most_common(1)
        return told[0][0] if told else ""

    def _out(self, outing: Outing, busy_h: float) -> tuple[YearDay, float]:
        """Return what comes of an outing, and the hours of its last day on which it is away."""
        household = self._ground.household
        trip = household.trips[outing.trip]
        air_c = self._ground.weather(outing)
        begin = self._begin(outing)
        found = self._drives.of(outing.trip, air_c, begin)
        if isinstance(found, Drive):
            away_h = busy_h + found.total_s / S_PER_H
            if away_h <= HOURS * outing.days + _A_HAIR:
                lived = self._done(outing, air_c, begin, found)
                return lived, max(away_h - HOURS * (outing.days - 1), 0.0)
            found = Refusal("time", _too_long(away_h, outing.days))
        failed = _Failed(trip.name, air_c, begin, found.told)
        number, refusal, count = self._failures.get(failed, (len(self._failures), found, 0))
        self._failures[failed] = (number, refusal, count + 1)
        way = instead_of(trip, outing.days, household)
        lived = YearDay(
            day=outing.day.isoformat(),
            trip=trip.name,
            days=outing.days,
            outcome="failed",
            air_c=air_c,
            departure_soc=begin,
            arrival_soc=self._soc,
            failure=number,
            instead=way.name if way else "",
            instead_cost=way.cost if way else 0.0,
        )
        return lived, busy_h

    def _begin(self, outing: Outing) -> float:
        """Return the SoC from which an outing is planned."""
        reserve = self._ground.trips[outing.trip].reserve_soc
        begin = round((self._soc / SOC_STEP + 1e-6) // 1.0 * SOC_STEP, 6)
        return reserve if begin < reserve <= self._soc + _A_HAIR else begin

    def _done(self, outing: Outing, air_c: float, begin: float, found: Drive) -> YearDay:
        # What lies between the whole per cent and what there is comes home again.
        self._soc = min(found.arrival_soc + (self._soc - begin), 1.0)
        self._sums.away_cost += found.cost
        self._sums.currencies[found.currency] += 1
        free = found.charger_stops == 0
        return YearDay(
            day=outing.day.isoformat(),
            trip=self._ground.household.trips[outing.trip].name,
            days=outing.days,
            outcome="done" if free else "charged",
            air_c=air_c,
            departure_soc=begin,
            arrival_soc=self._soc,
            distance_km=found.distance_km,
            energy_spent_kwh=found.energy_spent_kwh,
            charged_kwh=found.charged_kwh,
            charger_s=found.charger_s,
            cost=found.cost,
            total_s=found.total_s,
            charger_stops=found.charger_stops,
            slack_kwh=found.slack_kwh if free else None,
            slack_at=found.slack_at if free else "",
        )

    def _night(self, day: date, free_h: float) -> None:
        """Charge at home, or stand there.

        Parameters
        ----------
        day
            The day before the night.
        free_h
            Hours of the day in which the car is at home. [h]
        """
        home = self._ground.household.home
        weather = self._ground.at_home.days[day]
        air_c = stepped(weather.mean_c, self._ground.household.step_k)
        car = ConditionedVehicle.under(self._vehicle, Conditions(ambient_c=air_c))
        if home.charger_kw > 0.0 and day.weekday() in home.nights:
            battery_kw, efficiency = _plug(car, home.charger_kw)
            lacks_kwh = (1.0 - self._soc) * car.capacity_kwh
            given_kwh = min(battery_kw * min(home.plugged_h, free_h), lacks_kwh)
            self._soc = min(self._soc + given_kwh / car.capacity_kwh, 1.0)
            self._sums.home_kwh += given_kwh / efficiency
            return
        taken_kwh = self._vehicle.standby_w * free_h * S_PER_H / J_PER_KWH
        taken_kwh = min(taken_kwh, self._soc * car.capacity_kwh)
        self._soc -= taken_kwh / car.capacity_kwh
        self._sums.standby_kwh += taken_kwh

    def _told(self, name: str, yearly_cost: float, days: Sequence[YearDay], plans: int) -> CarYear:
        home_cost = self._sums.home_kwh * self._ground.household.home.price_per_kwh
        instead_cost = sum(day.instead_cost for day in days)
        missed = [day for day in days if day.outcome == "failed"]
        free = [day for day in days if day.slack_kwh is not None]
        tightest = min(free, key=lambda day: day.slack_kwh or 0.0, default=None)
        return CarYear(
            vehicle=name,
            days=tuple(days),
            failures=tuple(
                YearFailure(
                    trip=failed.trip,
                    reason=refusal.reason,
                    air_c=failed.air_c,
                    departure_soc=failed.departure_soc,
                    first_leg=refusal.first_leg,
                    shortfall_kwh=refusal.shortfall_kwh,
                    told=refusal.told,
                    ways_out=refusal.ways_out,
                    days=count,
                )
                for failed, (_, refusal, count) in self._failures.items()
            ),
            done=sum(day.outcome == "done" for day in days),
            charged=sum(day.outcome == "charged" for day in days),
            failed=len(missed),
            failed_days=sum(day.days for day in missed),
            distance_km=sum(day.distance_km for day in days),
            energy_spent_kwh=sum(day.energy_spent_kwh for day in days),
            standby_kwh=self._sums.standby_kwh,
            home_kwh=self._sums.home_kwh,
            home_cost=home_cost,
            charger_kwh=sum(day.charged_kwh for day in days),
            charger_s=sum(day.charger_s for day in days),
            away_cost=self._sums.away_cost,
            least_slack_kwh=tightest.slack_kwh if tightest else None,
            least_slack_on=tightest.day if tightest else "",
            least_slack_at=tightest.slack_at if tightest else "",
            least_slack_trip=tightest.trip if tightest else "",
            instead_cost=instead_cost,
            unpriced=sum(not day.instead for day in missed),
            yearly_cost=yearly_cost,
            total_cost=home_cost + self._sums.away_cost + instead_cost + yearly_cost,
            final_soc=self._soc,
            plans=plans,
        )


def _too_long(away_h: float, days: int) -> str:
    return (
        f"With its drives, and what else is driven on that day, it takes {away_h:.1f} h of the "
        f"{HOURS * days:.0f} h of its {'day' if days == 1 else f'{days} days'}."
    )


def _plug(car: ConditionedVehicle, charger_kw: float) -> tuple[float, float]:
    """Return what reaches a battery from a plug at home [kW], and its share of the wall's.

    As at the plug of a stay; a car that takes no fast charge is charged at home all the same.
    """
    if car.power is not None:
        plug = car.waypoint_plug(charger_kw)
        return plug.battery_kw, plug.efficiency
    wall_kw = min(charger_kw, car.vehicle.onboard_charger_kw)
    battery_kw = ac_battery_kw(wall_kw)
    if battery_kw <= 0.0:
        return 0.0, 1.0
    share = car.charge_efficiency
    return battery_kw * share, battery_kw / wall_kw * share
