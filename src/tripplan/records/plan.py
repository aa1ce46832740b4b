"""The answer: a `Plan` of `Leg`s and `ChargingStop`s, with its proof and its audit.

The module is not named after its record because `tripplan.plan` is the function.

Plain frozen values only, so that map, text and JSON all say the same.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Protocol

from pydantic import Field, model_validator

from tripplan.records.base import Record
from tripplan.records.charger import Charger, Connector
from tripplan.records.failures import FailureOutlook
from tripplan.records.marks import Unit
from tripplan.records.trip import Objective, Place, Trip
from tripplan.records.vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tripplan.records.region import Region

LimitedBy = Literal["vehicle", "charger", "temperature"]
StopKind = Literal["charger", "waypoint"]
LITTLE_S: Final = 120.0
"""So little longer a plan of one stop fewer may take to be worth a word, seconds (assumption)."""
SCHEMA_VERSION: Literal["tripplan-plan/2"] = "tripplan-plan/2"


class Trace(Record):
    """A leg point by point, at the nodes it passes; all columns have the same length."""

    lat: tuple[float, ...]
    """Position of the points (WGS 84), shape (points,)."""
    lon: tuple[float, ...]
    """Position of the points (WGS 84), shape (points,)."""
    distance_km: tuple[float, ...]
    """Driven distance since the start of the trip, shape (points,)."""
    elapsed_s: tuple[float, ...]
    """Time since the start of the trip, shape (points,)."""
    soc: tuple[float, ...]
    """SoC at the point, shape (points,)."""
    pack_c: tuple[float, ...]
    """Pack temperature at the point, shape (points,)."""
    elevation_m: tuple[float, ...]
    """Height of the point, shape (points,)."""
    speed_kmh: tuple[float, ...]
    """Speed on the stretch that ends here, shape (points,); at the first point, on the one that
    starts there."""
    bearing_deg: tuple[float, ...]
    """Direction of travel of the road on the stretch that ends here, as reckoned against the wind,
    clockwise from north, shape (points,); at the first point, on the one that starts there."""
    usual_kmh: tuple[float, ...]
    """Speed at which cars usually go on the road of the stretch that ends here, shape (points,); at
    the first point, on that of the one that starts there."""

    @model_validator(mode="before")
    @classmethod
    def _of_older_plans(cls, columns: Any) -> Any:  # noqa: ANN401 - whatever is to be read
        """Take the speed of the car where an older plan does not tell what is usual."""
        if isinstance(columns, dict) and "usual_kmh" not in columns and "speed_kmh" in columns:
            return {**columns, "usual_kmh": columns["speed_kmh"]}
        return columns


class EnergyLedger(Record):
    """Where a leg's battery energy went, kWh; the parts add up to the whole.

    spent = motion + auxiliary + cabin + pack heater - regenerated + curtailed, and
    spent = energy at departure - energy on arrival.
    """

    spent_kwh: float
    """Battery energy at departure less that on arrival."""
    motion_kwh: float
    """Drawn from the battery to move the car."""
    auxiliary_kwh: float
    """Drawn by lights, pumps and electronics."""
    cabin_kwh: float
    """Heater or air conditioning, warm-up included."""
    regenerated_kwh: float
    """Fed back by braking before what a full battery refused."""
    curtailed_kwh: float
    """Regenerated energy that a full battery refused."""
    pack_heater_kwh: float = 0.0
    """Drawn to warm the pack on the way to a charger."""


class Preheating(Record):
    """The battery's heater, switched on some time before the end of a leg for a quicker charge."""

    duration_s: float
    """How long before the end of the leg it is switched on."""
    energy_kwh: float
    """Battery energy that it takes."""
    warmer_k: float
    """By how much warmer the pack arrives than without it."""
    saved_s: float | None
    """How much longer the trip would take without this one, with the same stops, all else fitted
    anew; None: it could then not be done at these stops."""


class Slowing(Record):
    """What driving a leg slower does for the charge at its end, as the search reckons it.

    Held against the quickest drive over the leg that the battery lasts for, with the same stops and
    all else fitted anew.
    """

    longer_s: float
    """How much longer the leg takes."""
    cooler_k: float
    """How much cooler the pack arrives."""
    saved_s: float
    """How much shorter the trip is, energy and temperature together."""
    by_temperature_s: float
    """How much of that it would not be if the pack's temperature cost no time."""


class SpeedAdvice(Record):
    """A stretch to drive slower than usual, since that saves more charging than it takes."""

    from_km: float
    """Where it starts, driven distance since the start of the trip."""
    to_km: float
    """Where it ends, likewise."""
    usual_kmh: float
    """The speed at which cars usually go there."""
    advised_kmh: float
    """The speed that the plan reckons with."""
    from_town: str = ""
    """The town nearest to where it starts; empty: none is near."""
    to_town: str = ""
    """The town nearest to where it ends; empty: none is near."""
    road: str = ""
    """Number or name of the road that most of it leads over; empty: of no road more than half."""


class RoadStretch(Record):
    """A stretch of a leg on one road that has a number or a name."""

    from_km: float
    """Where it starts, driven distance since the start of the trip."""
    to_km: float
    """Where it ends, likewise."""
    ref: str = ""
    """Number of the road, "I-70", the foremost of several; empty: it has none."""
    name: str = ""
    """Name of the road where most of the stretch is; empty: it has none, or none is known."""
    exit: str = ""
    """The exit by which the road is left where the stretch ends, its number or its name; empty: it
    is left otherwise, or the exit has neither."""
    towards: str = ""
    """What the signs of that exit say, or its name beside its number."""

    @property
    def label(self) -> str:
        """Its number or, where it has none, its name."""
        return self.ref or self.name


class ArrivalOutlook(Record):
    """How sure an arrival is, by the measured error of the model."""

    p10_soc: float
    """SoC on arrival that one trip in ten falls short of; not below 0."""
    p50_soc: float
    """SoC on arrival that half of all trips fall short of."""
    p90_soc: float
    """SoC on arrival that nine trips in ten fall short of; not above 1."""
    probability: Annotated[float, Field(ge=0, le=1)]
    """Probability that the battery is not empty before the end of the leg."""


class ConsumptionBand(Record):
    """Which class of measurements P10 to P90 of a plan come from, by what is known of it."""

    basis: str
    """The class, a key of `physics.bands.BANDS`: "rated, mild" ..."""
    share: Annotated[float, Field(gt=0, le=1), Unit("1")]
    """Share of the consumption within which eight in ten measurements of the class lie; what the
    car's own estimates and its load add comes on top."""
    weather_given: bool
    """Whether the temperature was stated, or taken as usual."""
    speed_given: bool
    """Whether the driver's highest speed was stated, or the roads' speeds taken."""


class AccessWay(Record):
    """The way between a place and the nearest road of the region, of which only its ends are known.

    It is driven as any road, and counted in the leg that begins or ends with it.
    """

    side: Literal["start", "end"]
    """Whether the leg begins or ends with it."""
    straight_km: float
    """Straight line."""
    distance_km: float
    """Driven distance, as assumed."""
    driving_s: float
    """Driving time, as assumed."""
    energy_kwh: float
    """Battery energy, as assumed."""


class Leg(Record):
    """The drive between two consecutive stops."""

    start: Place
    """Where the leg starts."""
    end: Place
    """Where it ends."""
    distance_km: float
    """Driven distance."""
    driving_s: float
    """Driving time."""
    departure_soc: float
    """SoC at the start of the leg, before the cabin is warmed."""
    arrival_soc: float
    """SoC at its end."""
    min_soc: float
    """Lowest SoC on the way."""
    pack_departure_c: float
    """Pack temperature at the start of the leg."""
    pack_arrival_c: float
    """Pack temperature at its end."""
    ascent_m: float
    """Sum of all climbs."""
    descent_m: float
    """Sum of all descents."""
    energy: EnergyLedger
    """Where the energy went."""
    trace: Trace
    """The leg point by point."""
    advice: tuple[SpeedAdvice, ...] = ()
    """Where to drive slower than usual, in the order of driving, shape (stretches,)."""
    preheating: Preheating | None = None
    """The battery's heater on the way to the charger at its end; None: it stays off."""
    slowing: Slowing | None = None
    """What driving slower does for a cooler pack; None: it does little for that, or the leg is
    driven as quickly as it can be."""
    outlook: ArrivalOutlook | None = None
    """How sure the arrival is; None: not worked out."""
    access: tuple[AccessWay, ...] = ()
    """Ways between its places and the roads of the region, shape (ways,); part of the leg."""
    roads: tuple[RoadStretch, ...] = ()
    """Which roads it leads over, in the order of driving, shape (stretches,); between them lie
    ramps and roads that have no number and no name, or of which the region knows none."""
    assumed_limits: Annotated[tuple[tuple[float, float], ...], Unit("km, km")] = ()
    """On a trip under a law on low-speed vehicles: stretches of which no source states the limit,
    from and to as driven distance since the start of the trip, shape (stretches, 2)."""


class PowerSample(Record):
    """One moment of a charging stop."""

    since_plug_in_s: float
    """Time since charging began."""
    soc: float
    """SoC at that moment."""
    power_kw: float
    """Power until the next sample, as far as the battery gives it back: see ``plug_efficiency``."""
    pack_c: float
    """Pack temperature at that moment."""
    limited_by: LimitedBy
    """What sets the power."""


class Fallback(Record):
    """Where the car goes on to if nothing can be charged at a stop."""

    name: str
    """Name of the site, of the waypoint with a plug, or of the destination."""
    town: str = ""
    """Town of the site, as its source states it, else the nearest one; empty: none is near."""
    lat: float
    """Where it is (WGS 84)."""
    lon: float
    """Where it is (WGS 84)."""
    charger: Charger | None = None
    """The site as the region has it; None: a plug at a waypoint, or the destination."""
    ends_there: bool = False
    """Whether it is the destination, which the car then reaches without charging again."""
    distance_km: float
    """Driven distance from the stop."""
    driving_s: float
    """Driving time from the stop."""
    arrival_soc: float
    """SoC on arrival there, with that of the plan on arrival at the stop."""


class ChargingStop(Record):
    """A stop at a charger or at a waypoint.

    A waypoint has neither charger nor connector; one without a plug of its own has no ``samples``
    and a ``charger_kw`` of 0, and its ``limited_by`` means nothing.
    """

    number: int
    """1 for the first stop of the trip, of whichever kind."""
    name: str
    """Name of the site."""
    town: str = ""
    """Town of the site, as its source states it, else the nearest one; empty: none is near, or a
    waypoint."""
    road: str = ""
    """Number of the road of the site, as its source states it, else that of the road by which one
    comes; empty: it has none, or a waypoint."""
    lat: float
    """Position of the site (WGS 84)."""
    lon: float
    """Position of the site (WGS 84)."""
    charger: Charger | None = None
    """The site as the region has it; None: a waypoint."""
    connector: Connector | None = None
    """The plug that is used, as the car sees it through an adapter; None: a waypoint."""
    charger_kw: float
    """Highest power from the plug that the battery gives back again: that of the plug times
    ``plug_efficiency``."""
    arrival_soc: float
    """SoC on arrival."""
    departure_soc: float
    """SoC when the car leaves."""
    energy_kwh: float
    """Energy charged that the battery gives back on this trip, that of the dwell included; the plug
    gives this over ``plug_efficiency``."""
    charging_s: float
    """Charging time; at a waypoint only what goes beyond the dwell."""
    overhead_s: float
    """Time that the stop takes beside charging."""
    waited_s: float = 0.0
    """Time that the car waits before it plugs in: ``closed_s`` + ``cooling_s``."""
    closed_s: float = 0.0
    """Part of it in which the site is not open yet."""
    dwell_s: float = 0.0
    """Time that the car stands there in any case."""
    dwell_energy_kwh: float = 0.0
    """Energy charged during the dwell."""
    standby_kwh: float = 0.0
    """Energy that the car took while it stood there without a plug."""
    plug_efficiency: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the energy from the plug that the battery gives back on this trip: less than 1 for
    alternating current, and in the cold."""
    pack_arrival_c: float
    """Pack temperature on arrival."""
    pack_departure_c: float
    """Pack temperature when the car leaves."""
    mean_kw: float
    """Energy over charging time; what the plug gives is this over ``plug_efficiency``."""
    max_kw: float
    """Highest power during the stop, as the mean is meant."""
    limited_by: LimitedBy
    """What set the power for the largest part of the charging time."""
    cost: float = 0.0
    """What charging here costs, in the plan's currency."""
    price_rule: str = ""
    """By which rule the price was assumed; empty where the source states it."""
    fallback: Fallback | None = None
    """Where the car goes on to if it is broken; None: the trip did not ask for one, or there is no
    plug."""
    heat_delay_s: float
    """Charging time that would have been saved if pack temperature never limited the power."""
    samples: tuple[PowerSample, ...]
    """The stop, moment by moment, shape (samples,)."""

    @model_validator(mode="after")
    def _charger_has_a_connector(self) -> "ChargingStop":
        if (self.charger is None) != (self.connector is None):
            raise ValueError("a stop has a charger and its connector, a waypoint neither")
        return self

    @property
    def kind(self) -> StopKind:
        """Whether the trip stops there to charge or goes by way of it."""
        return "waypoint" if self.charger is None else "charger"

    @property
    def plug_kw(self) -> float:
        """Highest power that the plug gives, kW; 0: there is none."""
        return self.charger_kw / self.plug_efficiency

    @property
    def cooling_s(self) -> float:
        """Part of the waiting in which the pack cools, seconds."""
        return self.waited_s - self.closed_s

    @property
    def illustrative(self) -> bool:
        """Whether the charger is made up; such a stop is never to be shown as a real place."""
        return self.charger is not None and self.charger.status == "illustrative"

    @property
    def duration_s(self) -> float:
        """Time from arrival to departure, seconds: dwell, waiting, overhead and charging."""
        return self.dwell_s + self.waited_s + self.overhead_s + self.charging_s


class Certificate(Record):
    """The proof of how good the plan is."""

    lower_bound_s: float
    """No plan over the roads of the region, at any of the speeds that the trip allows, takes less;
    seconds.  With other objectives than time, just what the fastest drive takes."""
    gap: Annotated[float, Field(ge=0)]
    """(value - lower_bound) / value."""
    objective: Objective = "time"
    """What was minimised."""
    value: float = 0.0
    """What the plan is worth by the objective, in its unit; for time, ``total_s``."""
    lower_bound: float = 0.0
    """No plan over these roads and speeds has a lower value; for time, ``lower_bound_s``."""
    measure: str = "s"
    """Unit and make-up of the value, in words."""
    method: str
    """How bound and plan were found, in words."""
    labels: int
    """Labels that the search created."""
    complete: bool
    """False if the search with battery heat ran into its label limit, or the time budget ended."""


NOT_AUDITED: Final = "it has not been audited"
"""The objection to a plan at which no audit has looked."""


class Audit(Record):
    """The independent re-drive of the finished plan."""

    passed: bool
    """Whether the re-drive agrees with the plan."""
    worst_soc_error: float
    """Largest difference in SoC between plan and re-drive (fraction)."""
    worst_time_error_s: float
    """Largest difference in time over a leg or stop."""
    worst_pack_error_k: float
    """Largest difference in pack temperature."""
    ledger_error_kwh: float
    """Largest imbalance of an energy ledger."""
    objections: tuple[str, ...]
    """What the re-drive objects to, shape (sentences,); empty if passed."""

    @property
    def made(self) -> bool:
        """Whether the plan was looked at; one that was not has not passed either."""
        return NOT_AUDITED not in self.objections


class Plan(Record):
    """A trip that can be driven."""

    schema_version: Literal["tripplan-plan/2"] = SCHEMA_VERSION
    """Version of this record's form."""
    tripplan_version: str
    """Version of the program that made the plan."""
    region: str
    """Name of the region."""
    vehicle: Vehicle
    """The car as it was planned with: at its age, with every value."""
    trip: Trip
    """The question."""
    capacity_kwh: float
    """Battery energy between SoC 0 and 1 on this trip, by age and cold."""
    legs: tuple[Leg, ...]
    """The drives, shape (stops + 1,)."""
    stops: tuple[ChargingStop, ...]
    """stops[i] lies between legs[i] and legs[i + 1], shape (stops,)."""
    total_s: float
    """driving_s + charging_s + overhead_s + waiting_s + dwell_s."""
    driving_s: float
    """Driving time of all legs."""
    charging_s: float
    """Charging time of all stops; what is charged during a dwell takes none."""
    overhead_s: float
    """Overhead of all stops."""
    waiting_s: float = 0.0
    """Time spent waiting at all stops: for sites to open, and for the pack to cool."""
    dwell_s: float = 0.0
    """Time that the car stands at waypoints in any case."""
    distance_km: float
    """Driven distance of all legs."""
    energy_charged_kwh: float
    """Energy charged at all stops."""
    energy_spent_kwh: float
    """Energy that the car took, driving and standing."""
    arrival_soc: float
    """SoC at the destination."""
    charging_cost: float = 0.0
    """What charging on the way costs, in the plan's currency."""
    home_cost: float = 0.0
    """What the battery holds less on arrival than at the start, at the home price; negative: more.
    """
    one_stop_fewer_s: float | None = None
    """How much longer the best known plan with one stop fewer takes; None: it was not looked for,
    or there is none."""
    fallback_cost_s: float | None = None
    """How much longer it takes than the best known plan without fallbacks; None: the trip did not
    ask for them."""
    failures: FailureOutlook | None = None
    """Times of the trip where chargers may be broken; None: the trip did not ask for them."""
    preheating_saves_s: float | None = None
    """How much longer the best known plan without the battery's heater takes; None: it stays off,
    or no plan without it is known."""
    currency: str = ""
    """ISO 4217; empty: the one that the trip's prices are in, which nobody named."""
    consumption_band: ConsumptionBand | None = None
    """Which band the outlooks of the legs come from; None: an older plan."""
    arrival_probability: Annotated[float, Field(ge=0, le=1)] | None = None
    """Probability of arriving at every stop and at the destination; None: not worked out."""
    certificate: Certificate
    """How good the plan is."""
    audit: Audit
    """The independent re-drive."""
    assumptions: tuple[str, ...]
    """What was assumed, in sentences to be shown with the plan, shape (sentences,)."""
    sources: tuple[str, ...]
    """Where roads, elevation, chargers and names come from, with their licences, shape
    (sources,)."""

    @property
    def access_km(self) -> float:
        """Driven distance between places and the roads of the region, km."""
        return sum(way.distance_km for leg in self.legs for way in leg.access)

    @property
    def stated_limit_share(self) -> float | None:
        """Share of the km that is legal by limits that a source states; None: under no law."""
        if not self.trip.law:
            return None
        assumed_km = sum(to - begin for leg in self.legs for begin, to in leg.assumed_limits)
        return 1.0 - assumed_km / self.distance_km if self.distance_km else 0.0

    @property
    def consumption_wh_per_km(self) -> float:
        """Mean consumption from the battery while driving, Wh/km."""
        spent_kwh = sum(leg.energy.spent_kwh for leg in self.legs)
        return 1000.0 * spent_kwh / self.distance_km if self.distance_km else 0.0

    def least_soc(self, leg: int) -> float:
        """Return the least SoC with which the trip lets a leg end.

        Parameters
        ----------
        leg
            Number of the leg, from 0.
        """
        trip, last = self.trip, leg == len(self.legs) - 1
        return max(trip.reserve_soc, trip.arrival_soc) if last else trip.reserve_soc

    @property
    def slack_kwh(self) -> float:
        """The least that there is to spare, above what the trip wants, where any leg ends, kWh."""
        spare_soc = min(leg.arrival_soc - self.least_soc(k) for k, leg in enumerate(self.legs))
        return spare_soc * self.capacity_kwh

    @property
    def cost(self) -> float:
        """What the energy of the trip costs, in the plan's currency."""
        return self.charging_cost + self.home_cost

    @property
    def chargers(self) -> tuple[Charger, ...]:
        """The sites at which it charges, in the order of driving; waypoints do not count."""
        return tuple(stop.charger for stop in self.stops if stop.charger)

    @property
    def stop_count(self) -> int:
        """Stops at chargers; waypoints do not count."""
        return len(self.chargers)

    @property
    def illustrative(self) -> bool:
        """Whether any stop is at a charger that is not real."""
        return any(stop.illustrative for stop in self.stops)

    def save(self, path: "str | Path", region: "Region | None" = None) -> None:
        """Write the plan to a file; the ending of its name says in which form.

        Parameters
        ----------
        path
            A name ending in .html, .json, .geojson, .gpx, .kml, .csv, .ics, .svg or .png.
        region
            Where it was planned, for the map's roads; None: it has none.
        """
        _output("outputs").save(self, path, region)

    def explore(
        self, region: "Region | None" = None, *, ways: "Sequence[Plan]" = (), height: int = 640
    ) -> "Explorable":
        """Return the page of the plan, which a notebook shows.

        Parameters
        ----------
        region
            Where it was planned, for roads, towns and other chargers; None: there are none.
        ways
            Other plans for the same trip: layers to switch on.
        height
            Of the frame in a notebook, pixels.

        Returns
        -------
        Explorable
            With `save` for a file and `show` for a browser.
        """
        page: Explorable = _output("page.notebook").explore(self, region, ways=ways, height=height)
        return page

    def to_dataframe(self) -> Any:  # noqa: ANN401 - pandas is optional
        """Return legs and stops as a pandas DataFrame, one row each, in the order of driving."""
        return _output("files.frames").to_dataframe(self)

    def to_geojson(self) -> dict[str, Any]:
        """Return the plan as a GeoJSON FeatureCollection."""
        features: dict[str, Any] = _output("files.export").to_geojson(self)
        return features

    def _repr_html_(self) -> str:
        card: str = _output("page.notebook").card(self)
        return card


class Explorable(Protocol):
    """The page of a plan; a notebook shows it."""

    html: str
    """The whole page."""

    def save(self, path: "str | Path") -> None:
        """Write the page to a file."""

    def show(self) -> "Path":
        """Open the page in the browser, from a temporary file; return where that is."""


def _output(module: str) -> Any:  # noqa: ANN401 - a module
    """Load a module of a layer above, only when a plan is asked to show itself."""
    return import_module(f"tripplan.output.{module}")
