"""The question: a `Trip` between `Place`s under `Conditions`."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from tripplan.record import Record


def fraction(value: object) -> object:
    """Read "90%" as 0.9, and refuse what can only be a forgotten percent sign."""
    if isinstance(value, str):
        text = value.strip()
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            return value
        value = number / 100.0 if text.endswith("%") else number
    if isinstance(value, int | float) and not isinstance(value, bool) and not 0 <= value <= 1:
        raise ValueError(
            'a SoC lies within 0 and 1, or within "0%" and "100%" with the percent sign'
        )
    return value


Soc = Annotated[float, BeforeValidator(fraction), Field(ge=0.0, le=1.0)]
RoadSurface = Literal["dry", "wet", "snow"]
CabinSetting = Literal["on", "preheated", "off"]


class Place(Record):
    """A point on the earth, degrees (WGS 84), with a name if it has one."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    name: str = ""

    @property
    def label(self) -> str:
        """Its name, or its coordinates where it has none."""
        return self.name or f"{self.lat:.5f},{self.lon:.5f}"


class Conditions(Record):
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
    cabin: CabinSetting = "on"
    """Heater and air conditioning: on, on after preheating at the plug, or off."""


class Trip(Record):
    """One journey with what the driver wishes for.

    SoC values are fractions of today's usable battery energy.  Defaults are those most planners
    share: 10 % in reserve, 10 % on arrival, 300 s beside the charging time at each stop.
    """

    origin: Place
    destination: Place
    departure_soc: Soc = 0.9
    """SoC at the start."""
    reserve_soc: Soc = 0.10
    """SoC that is never undercut on the way."""
    arrival_soc: Soc = 0.10
    """Least SoC at the destination."""
    charge_limit_soc: Soc = 1.0
    """SoC at which a charging stop ends at the latest."""
    stop_overhead_s: Annotated[float, Field(ge=0, le=7200)] = 300.0
    """Time that a stop takes beside charging: leaving the road, plugging in, paying; seconds."""
    max_speed_kmh: Annotated[float, Field(ge=20, le=250)] | None = None
    """The driver's own speed limit, km/h; None: the road's expected speed."""
    pack_start_c: Annotated[float, Field(ge=-40, le=60)] | None = None
    """Pack temperature at the start, degrees Celsius; None: that of the air."""
    conditions: Conditions = Conditions()

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
        return self

    @property
    def pack_departure_c(self) -> float:
        """Pack temperature at the start, degrees Celsius."""
        return self.conditions.ambient_c if self.pack_start_c is None else self.pack_start_c
