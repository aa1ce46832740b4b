"""The question: a `Trip` between `Place`s, by way of `Waypoint`s, with what is wished for it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tripplan.errors import InvalidInputError
from tripplan.records.base import Record, as_text
from tripplan.records.hourly_temperature import HourlyTemperature
from tripplan.records.low_speed_law import LawCode, LowSpeedLaw, low_speed_laws
from tripplan.records.marks import PER_TRIP, Asked, Unit
from tripplan.records.quantities import (
    POWER,
    SHARE,
    TEMPERATURE,
    TIME,
    QuantityRecord,
    read_quantity,
)
from tripplan.units import S_PER_H


def share(value: object) -> object:
    """Read "90%" as 0.9; refuse other quantities, and leave what is no such text as it is."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        other = read_quantity(text)
        if other is None or other.kind is SHARE:
            return value
        raise ValueError(
            f'that is {other.kind.noun}, and a share is asked for, like "80%"'
        ) from None
    return number / 100.0 if text.endswith("%") else number


def fraction(value: object) -> object:
    """Read "90%" as 0.9, and refuse what can only be a forgotten percent sign."""
    value = share(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and not 0 <= value <= 1:
        raise ValueError(
            'a SoC lies within 0 and 1, or within "0%" and "100%" with the percent sign'
        )
    return value


def listed(value: object) -> object:
    """Read "EVgo; Electrify America" as the two texts that it lists."""
    if isinstance(value, str):
        return tuple(part for part in map(str.strip, value.split(";")) if part)
    return value


def moment(value: object) -> object:
    """Read date and time of day (ISO 8601), and refuse a date alone and numbers."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            found = None
        if found is None or ":" not in value:
            raise ValueError('a time is written like "2026-06-07T08:00"')
        value = found
    if not isinstance(value, datetime):
        raise ValueError('a time is a datetime, or a text like "2026-06-07T08:00"')  # noqa: TRY004 - pydantic wants it
    if not 2000 <= value.year <= 2100:
        raise ValueError("a time lies within the years 2000 to 2100")
    return value


Soc = Annotated[float, BeforeValidator(fraction), Field(ge=0.0, le=1.0), Asked(like="90%")]
Probability = Annotated[float, BeforeValidator(share), Field(ge=0.5, le=0.99), Asked(like="95%")]
RoadSurface = Literal["dry", "wet", "snow"]
CabinSetting = Literal["on", "preheated", "off"]
Bikes = Literal["none", "tow_bar", "roof"]
Trailer = Literal["none", "open", "covered", "horse", "caravan"]
Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(listed)]
ChargerAccess = Literal["public", "restricted", "unknown"]
FastPlug = Literal["CHADEMO", "CCS1", "CCS2", "NACS", "GBT_DC", "MCS", "TESLA_TYPE2"]
AvoidableRoad = Literal["motorway", "toll", "ferry", "tunnel"]
Objective = Literal["time", "energy", "money", "stops"]
FallbackWish = Literal["none", "required"]
BrokenChargers = Literal["ignored", "told", "expected", "p95"]


BESIDE: Final = "near "
"""So begins the name of a place that is called by the town it is near."""


class Place(Record):
    """A point on the earth, degrees (WGS 84), with a name if it has one."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    """Degrees north of the equator."""
    lon: Annotated[float, Field(ge=-180, le=180)]
    """Degrees east of Greenwich."""
    name: str = ""
    """Its name; empty: it has none."""

    @property
    def label(self) -> str:
        """Its name, or its coordinates where it has none."""
        return self.name or f"{self.lat:.5f},{self.lon:.5f}"

    @property
    def spot(self) -> str:
        """Its label; with its coordinates where it is but called by a town ("near Vail, CO")."""
        point = f"{self.lat:.5f},{self.lon:.5f}"
        return f"{point} ({self.name})" if self.name.startswith(BESIDE) else self.label


_MOST_NAMED: Final = 4
"""So many waypoints are named in a sentence."""
LONGEST_DWELL_D: Final = 14
"""Longest time that a car may stand at a waypoint, days."""


def _not_too_long(dwell_s: float) -> float:
    if dwell_s > LONGEST_DWELL_D * 24 * S_PER_H:
        raise ValueError(f"the car stands there for {LONGEST_DWELL_D} days at most")
    return dwell_s


class Waypoint(QuantityRecord):
    """A place that the trip goes by way of, and for how long the car stands there.

    What the car charges at the place's own plug while it stands there anyway takes no extra time.
    """

    place: Place
    """Where it is."""
    dwell_s: Annotated[float, Field(ge=0), AfterValidator(_not_too_long)] = 0.0
    """How long the car stands there in any case, at most 14 days; seconds."""
    charger_kw: Annotated[float, Field(ge=0, le=2000)] = 0.0
    """Power of a plug for this car there, of the hotel or the hosts, say; kW; 0: there is none."""
    garage_c: Annotated[float, Field(ge=-50, le=60)] | None = None
    """Air temperature where the car stands, degrees Celsius: cabin, tyres and gears take it on;
    None: outside."""
    price_per_kwh: Annotated[float, Field(ge=0, le=1e5)] | None = None
    """Price of energy from the plug there, per kWh from the wall; None: that of home."""


_EXAMPLE = '"Portland, OR; 8h; 11kW"'


def read_waypoint(text: str, find: Callable[[str], Place]) -> Waypoint:
    """Read a waypoint as drivers write it: ``"Portland, OR; 8h; 11kW"``.

    Parameters
    ----------
    text
        The place, and after it, in any order and each if there is one, how long the car stands
        there ("8h", "45min", "1h30min", "2d"), the power of a plug there ("11kW"), what it costs
        there ("0.30/kWh"), and the temperature of a garage that it stands in ("garage 8C").
    find
        Gives the place of a name, or raises what is wrong with it.

    Raises
    ------
    InvalidInputError
        The text is not of this form, or a value is out of bounds.
    """
    name, *parts = (part.strip() for part in as_text(text, where="waypoint").split(";"))
    if not name:
        raise _wrong(text, f"the place comes first, as in {_EXAMPLE}")
    values: dict[str, float] = {}
    for part in filter(None, parts):
        field, value = _quantity(text, part)
        if field in values:
            told = _TWICE[field]
            raise _wrong(text, f"it has {told} twice; one will do, as in {_EXAMPLE}")
        values[field] = value
    return Waypoint.parse({"place": find(name), **values}, where=f'waypoint "{text}"')


_TWICE: Final = {
    "dwell_s": "a time",
    "charger_kw": "a power",
    "price_per_kwh": "a price",
    "garage_c": "a garage",
}
_PRICE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*kwh", re.IGNORECASE)
_GARAGE: Final = re.compile(r"garage\s+(.+)", re.IGNORECASE)


def _quantity(text: str, part: str) -> tuple[str, float]:
    if price := _PRICE.fullmatch(part):
        return "price_per_kwh", float(price[1])
    if garage := _GARAGE.fullmatch(part):
        air = read_quantity(garage[1])
        if air and air.kind is TEMPERATURE:
            return "garage_c", air.value
        raise _wrong(text, f'"{part}" names no temperature; a garage is written like "garage 8C"')
    found = read_quantity(part)
    for kind, field in ((POWER, "charger_kw"), (TIME, "dwell_s")):
        if found and found.kind is kind and found.value >= 0:
            return field, found.value
    raise _wrong(
        text,
        f'"{part}" is neither a time ("8h", "45min", "1h30min", "2d") nor the power of a plug '
        f'("11kW"), its price ("0.30/kWh") or a garage ("garage 8C"); a waypoint is written like '
        f"{_EXAMPLE}",
    )


def _wrong(text: str, told: str) -> InvalidInputError:
    return InvalidInputError(
        f'waypoint "{text}": {told}', field="via", value=text, expected=_EXAMPLE
    )


class Conditions(QuantityRecord):
    """The weather, the road and the load of a trip; one value for the whole of it."""

    ambient_c: Annotated[float, Field(ge=-50, le=60)] = 20.0
    """Air temperature, degrees Celsius."""
    wind_mps: Annotated[float, Field(ge=0, le=40)] = 0.0
    """Wind speed at car height, m/s."""
    wind_from_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where the wind blows from, degrees clockwise from north; None: head-on all the way."""
    road: RoadSurface = "dry"
    """Road surface; wet and snowy roads add rolling resistance."""
    payload_kg: Annotated[float, Field(ge=0, le=2000)] = 75.0
    """Mass of people and luggage, kg."""
    roof_box: bool = False
    """Whether there is a box on the roof."""
    passengers: Annotated[int, Field(ge=0, le=8)] = 0
    """People on top of payload_kg, 75 kg each, hand luggage included."""
    bikes: Bikes = "none"
    """Where two bicycles travel: on the tow bar or on the roof; none: there are none outside."""
    trailer: Trailer = "none"
    """What is towed; open: a small open one, covered: one as high as a car; horse, caravan."""
    trailer_kg: Annotated[float, Field(ge=0, le=3500)] | None = None
    """Mass of the trailer and what is in it, kg; None: what is usual, 400 open, 500 covered, 1300
    with horses, 1500 as a caravan."""
    winter_tyres: bool = False
    """Whether the car runs on winter tyres."""
    sun_w_per_m2: Annotated[float, Field(ge=0, le=1400)] | None = None
    """Power of the sun on level ground, W/m2: 0 at night and under thick clouds, 1000 on a clear
    summer's day; None: by latitude, day and hour of the departure; without one heating counts no
    sun, and cooling that of a usual day."""
    cabin: CabinSetting = "on"
    """Heater and air conditioning; preheated: on, after preheating at the plug."""

    @model_validator(mode="after")
    def _fits_the_tow_bar(self) -> "Conditions":
        if self.trailer != "none" and self.bikes == "tow_bar":
            raise ValueError("a trailer takes the tow bar: bikes can only travel on the roof")
        return self


class Adapter(QuantityRecord):
    """An adapter in the boot: a plug of one kind charges a car with an inlet of another.

    As text: ``"CCS1:CHADEMO:50"``, or ``"CCS1:CHADEMO"`` for one without a limit of its own.
    """

    plug: FastPlug
    """Kind of plug at the charger."""
    inlet: FastPlug
    """Kind of inlet of the car."""
    max_kw: Annotated[float, Field(gt=0, le=2000)] | None = None
    """Highest power through the adapter, kW; None: no limit of its own."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(":")]
        if not 2 <= len(parts) <= 3:
            raise ValueError('an adapter is written plug:inlet:kW, like "CCS1:CHADEMO:50"')
        named = {"plug": parts[0].upper(), "inlet": parts[1].upper()}
        return {**named, "max_kw": parts[2]} if len(parts) == 3 else named

    @model_validator(mode="after")
    def _changes_the_plug(self) -> "Adapter":
        if self.plug == self.inlet:
            raise ValueError(f"an adapter from {self.plug} to {self.inlet} changes nothing")
        return self


class WorkingShare(QuantityRecord):
    """How likely a charging site works, stated by the driver.

    As text: ``"Electrify America=85%"``.
    """

    of: Annotated[str, Field(min_length=1)]
    """Id of a site, its operator, network or source; "*": any site."""
    works: Annotated[float, BeforeValidator(share), Field(ge=0, le=1), Unit("1")]
    """Probability that one can charge there."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        of, equals, works = value.rpartition("=")
        if not equals or not of.strip():
            raise ValueError('a probability is written name=share, like "EVgo=85%"')
        return {"of": of.strip(), "works": works.strip()}


class ChargerWishes(QuantityRecord):
    """Which chargers to plan with; without wishes, all that are not restricted or broken.

    A list may also come as one text with semicolons: ``"EVgo; Electrify America"``.
    """

    min_power_kw: Annotated[float, Field(ge=0, le=2000)] = 0.0
    """Least power at a plug that fits, kW."""
    min_stalls: Annotated[int, Field(ge=0, le=1000)] = 0
    """Least number of stalls."""
    operators: Annotated[Texts, Asked(option="--operator")] = ()
    """Operators or networks, one of which it must be, shape (operators,); empty: any."""
    exclude_operators: Annotated[Texts, Asked(option="--exclude-operator")] = ()
    """Operators and networks to avoid, shape (operators,)."""
    access: Annotated[tuple[ChargerAccess, ...], BeforeValidator(listed), Field(min_length=1)] = (
        "public",
        "unknown",
    )
    """Which access will do, shape (kinds,)."""
    banned: Annotated[Texts, Asked(option="--ban"), PER_TRIP] = ()
    """Ids of sites to avoid, in any of their sources, shape (sites,)."""
    adapters: Annotated[
        tuple[Adapter, ...],
        BeforeValidator(listed),
        Asked(option="--adapter", like="CCS1:CHADEMO:50"),
    ] = ()
    """Adapters that travel along, shape (adapters,)."""
    keep_unknown: bool = True
    """Whether a site stays whose stalls, operator or hours nobody states."""
    out_of_service: bool = False
    """Whether sites that their source calls broken are kept."""
    only_stated_power: bool = False
    """Whether plugs are left out whose power no source states."""


class Prices(QuantityRecord):
    """What energy costs where a charger's own price is not known, and what time is worth.

    All defaults are assumptions; every plan names those that it rests on.
    """

    price_per_kwh: Annotated[float, Field(ge=0, le=1e5)] = 0.5
    """Price of energy at chargers whose price is not known, per kWh."""
    price_per_session: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Fee for each stop at these chargers."""
    home_price_per_kwh: Annotated[float, Field(ge=0, le=1e5)] = 0.25
    """Price of the energy in the battery at the start, of what is left on arrival, and at
    waypoints' own plugs, per kWh."""
    value_of_time_per_h: Annotated[float, Field(ge=0, le=1e7)] = 10.0
    """What an hour is worth, with objective ``money``; 0: only money counts, and time where it
    costs nothing."""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    """Currency of all these (ISO 4217); empty: that of most prices of the region's chargers,
    else that of the country where the trip starts, if the region tells which: EUR but in AU, CA,
    CH, GB, LI, NZ and US."""


class Trip(QuantityRecord):
    """One journey with what the driver wishes for.

    SoC values are fractions of today's usable battery energy.  Defaults are those most planners
    share: 10 % in reserve, 10 % on arrival, 300 s beside the charging time at each stop.
    """

    origin: Annotated[Place, PER_TRIP]
    """Where the trip starts."""
    destination: Annotated[Place, PER_TRIP]
    """Where it ends."""
    waypoints: Annotated[
        tuple[Waypoint, ...], Asked("via", like="Vail, CO; 8h; 11kW"), PER_TRIP
    ] = ()
    """Places to go by way of, in this order, shape (waypoints,)."""
    via_chargers: Annotated[Texts, Asked("require"), PER_TRIP] = ()
    """Ids of chargers at which the plan stops in any case, in whichever order is best, shape
    (chargers,)."""
    departure_soc: Annotated[Soc, PER_TRIP] = 0.9
    """SoC at the start."""
    reserve_soc: Soc = 0.10
    """SoC that is never undercut on the way."""
    arrival_soc: Annotated[Soc, PER_TRIP] = 0.10
    """Least SoC at the destination."""
    arrive_with_probability: Annotated[Probability | None, PER_TRIP] = None
    """Plan for this probability of arriving at every stop, instead of for a reserve; None: for
    reserve_soc and arrival_soc."""
    charge_limit_soc: Annotated[Soc, PER_TRIP] = 1.0
    """SoC at which a charging stop ends at the latest."""
    least_charge_soc: Annotated[Soc, PER_TRIP] = 0.0
    """Least SoC that a charging stop adds, so that none is pointless; less will do where it charges
    up to charge_limit_soc."""
    most_stops: Annotated[Annotated[int, Field(ge=0, le=1000)] | None, PER_TRIP] = None
    """Most stops at chargers, waypoints not counted; None: as many as it takes."""
    prefer_fewer_stops_s: Annotated[float, Field(ge=0, le=24 * S_PER_H), PER_TRIP] = 0.0
    """What one stop fewer at a charger may cost to be preferred, seconds."""
    longest_stop_s: Annotated[Annotated[float, Field(gt=0, le=24 * S_PER_H)] | None, PER_TRIP] = (
        None
    )
    """Longest charging time of a stop at a charger, seconds; None: as long as it takes."""
    fallback: Annotated[FallbackWish, PER_TRIP] = "none"
    """Whether the car must come to each charging stop with enough to drive on to another site, and
    from there to the end of the trip, should that stop be broken."""
    fallback_other_operator: Annotated[bool, PER_TRIP] = False
    """Whether that other site must be known to be of another operator; with ``fallback`` alone."""
    broken_chargers: Annotated[BrokenChargers, PER_TRIP] = "ignored"
    """What is made of it that chargers may be broken; told: the expected time of the plan is worked
    out; expected: of the plans that are compared the one of the least expected time is taken; p95:
    that of the least time within which 95 in 100 trips arrive."""
    working: Annotated[
        tuple[WorkingShare, ...], BeforeValidator(listed), Asked(like="EVgo=85%"), PER_TRIP
    ] = ()
    """How likely sites work, by id, operator, network or source; the first that fits counts, shape
    (shares,); empty: by their stalls and the age of their sources."""
    stranded_s: Annotated[float, Field(ge=0, le=48 * S_PER_H), PER_TRIP] = 4 * S_PER_H
    """With broken_chargers: what it takes to get on where the car cannot go on above the reserve,
    seconds (assumption)."""
    stop_overhead_s: Annotated[float, Field(ge=0, le=7200), PER_TRIP] = 300.0
    """Time that a stop takes beside charging: leaving the road, plugging in, paying; seconds."""
    max_speed_kmh: Annotated[float, Field(ge=20, le=250)] | None = None
    """The driver's own speed limit, km/h; None: the road's expected speed."""
    slow_down_to: Annotated[
        float, BeforeValidator(share), Field(ge=0.3, le=1.0), Asked(like="80%")
    ] = 0.8
    """Share of a road's usual speed down to which the plan may ask to drive where that saves
    charging; 1: never slower than usual."""
    slowest_kmh: Annotated[float, Field(ge=40, le=250)] = 70.0
    """Speed down to which the plan may ask to drive where that saves charging, km/h (assumption:
    who goes more slowly is in the way of others on main roads)."""
    pack_start_c: Annotated[float, Field(ge=-40, le=60)] | None = None
    """Pack temperature at the start, degrees Celsius; None: that of the air."""
    departure: Annotated[
        Annotated[datetime, BeforeValidator(moment)] | None,
        Asked(like="2026-06-07T08:00"),
        PER_TRIP,
    ] = None
    """When the trip starts, in the local time of its origin or with a time zone; None: any time."""
    ambient_by_hour: Annotated[HourlyTemperature, Asked(like="6:-10; 12:2"), Unit("h, degC")] = ()
    """Air temperature by the hour of the day at the origin, in place of one for all the way; wants
    a departure; pairs of hour and degrees Celsius, with straight lines between them, shape
    (points, 2)."""
    closed: Annotated[tuple[Place, ...], Asked(like="39.74,-104.99")] = ()
    """Points at which the nearest road is closed, in both directions, shape (places,)."""
    avoid: Annotated[tuple[AvoidableRoad, ...], BeforeValidator(listed)] = ()
    """Kinds of road that are not driven on, shape (kinds,)."""
    law: Annotated[LawCode, Asked(like="US-CO")] = ""
    """Law on low-speed vehicles that the trip keeps to, by its code; it replaces
    max_posted_speed_kmh of the car; empty: none."""
    objective: Annotated[Objective, PER_TRIP] = "time"
    """What is least; energy: what the car draws; money: with time at what it is worth; stops: those
    at chargers, and time among plans with equally many."""
    hour_worth_kwh: Annotated[float, Field(gt=0, le=1000), PER_TRIP] = 0.01
    """With objective ``energy``: what an hour counts, kWh; so little by default that it only
    decides between plans of the same energy."""
    prices: Annotated[Prices, PER_TRIP] = Prices()
    """What energy costs where that is not known, and what time is worth."""
    conditions: Conditions = Conditions()
    """Weather, road surface and load."""
    chargers: ChargerWishes = ChargerWishes()
    """Which chargers to plan with."""

    @model_validator(mode="after")
    def _soc_wishes_agree(self) -> "Trip":
        if self.departure_soc < self.reserve_soc:
            raise ValueError(
                f"departure_soc {self.departure_soc:g} is below reserve_soc {self.reserve_soc:g}: "
                "start with more, or lower the reserve"
            )
        if self.charge_limit_soc <= self.reserve_soc:
            raise ValueError(
                f"charge_limit_soc {self.charge_limit_soc:g} is not above "
                f"reserve_soc {self.reserve_soc:g}: no stop could add anything"
            )
        if self.least_charge_soc > self.charge_limit_soc - self.reserve_soc + 1e-9:
            raise ValueError(
                f"least_charge_soc {self.least_charge_soc:g} does not fit between "
                f"reserve_soc {self.reserve_soc:g} and charge_limit_soc {self.charge_limit_soc:g}: "
                "no stop could add that much"
            )
        return self

    @model_validator(mode="after")
    def _hours_are_known(self) -> "Trip":
        if self.ambient_by_hour and self.departure is None:
            raise ValueError("ambient_by_hour says nothing without a departure: state both")
        return self

    @model_validator(mode="after")
    def _wishes_for_stops_agree(self) -> "Trip":
        wanted = self.via_chargers
        if len(set(wanted)) < len(wanted):
            raise ValueError(f"via_chargers names a charger twice: {', '.join(wanted)}")
        banned = [charger for charger in wanted if charger in self.chargers.banned]
        if banned:
            raise ValueError(
                f"charger {', '.join(banned)} is both required and banned: drop one of the wishes"
            )
        if self.fallback_other_operator and self.fallback == "none":
            raise ValueError(
                "fallback_other_operator says nothing without fallback: state fallback required too"
            )
        if self.broken_chargers in ("expected", "p95") and self.objective != "time":
            raise ValueError(
                f"broken_chargers {self.broken_chargers} chooses by time, and objective is "
                f"{self.objective}: state objective time, or broken_chargers told"
            )
        if self.working and self.broken_chargers == "ignored":
            raise ValueError(
                "working says nothing while broken_chargers is ignored: state broken_chargers too"
            )
        if self.most_stops is not None and len(wanted) > self.most_stops:
            raise ValueError(
                f"{len(wanted)} chargers are required, and most_stops is {self.most_stops}: "
                "allow more stops, or require fewer chargers"
            )
        return self

    @property
    def by_way_of(self) -> str:
        """What follows the names of its ends: " by way of Vail, CO", or nothing."""
        names = [waypoint.place.label for waypoint in self.waypoints]
        more = " ..." if names[_MOST_NAMED:] else ""
        return f" by way of {'; '.join(names[:_MOST_NAMED])}{more}" if names else ""

    @property
    def low_speed_law(self) -> LowSpeedLaw | None:
        """The law on low-speed vehicles that it keeps to; None: none."""
        return low_speed_laws()[self.law] if self.law else None

    @property
    def fastest_kmh(self) -> float | None:
        """Least of the driver's own speed limit and the law's for the vehicle; None: no limit."""
        law = self.low_speed_law
        if law is None:
            return self.max_speed_kmh
        return min(law.vehicle_kmh, self.max_speed_kmh or law.vehicle_kmh)

    @property
    def pack_departure_c(self) -> float:
        """Pack temperature at the start, degrees Celsius."""
        return self.conditions.ambient_c if self.pack_start_c is None else self.pack_start_c
