"""What a study asks: trips, cars, ages, seasons and whatever else is varied."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from tripplan.planning.requests import STARTER
from tripplan.records.base import Record
from tripplan.records.trip import fraction
from tripplan.records.wishes import Wishing


def _several(value: object) -> object:
    """Take one value for a list of one."""
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    return value if listed or value is None else (value,)


Text = Annotated[str, Field(min_length=1)]
Soh = Annotated[float, BeforeValidator(fraction), Field(ge=0.3, le=1.0)]
Sohs = Annotated[tuple[Soh, ...], BeforeValidator(_several)]


class StudyTrip(Wishing):
    """A trip of a study; any wish of `plan` may stand beside its ends."""

    origin: Text
    """A name of the region, or "lat,lon"."""
    destination: Text
    """Likewise."""
    name: str = ""
    """What the trip is called; empty: by its ends."""
    wishes: Mapping[str, Any] = {}
    """What is wished for this trip, by the names of `plan`, shape (wishes,)."""

    @property
    def label(self) -> str:
        """Its name, or its ends."""
        return self.name or f"{self.origin} to {self.destination}"


class StudyVehicle(Record):
    """A car of a study; as text, just its id."""

    vehicle: Text
    """Id in the catalogue, or a TOML file."""
    name: str = ""
    """What the car is called; empty: by its own name."""
    soh: Sohs = ()
    """States of health to plan it with, shape (states,); empty: those of the study."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return {"vehicle": given} if isinstance(given, str) else given


class StudySeason(Wishing):
    """A season, a month or any other set of conditions with a name."""

    name: Text
    """What it is called."""
    wishes: Mapping[str, Any] = {}
    """What is wished for in it, shape (wishes,): air temperature, road, wind, ..."""


class Study(Record):
    """Every trip with every car, at every age, in every season, with all else that is varied."""

    title: Text = "Study"
    """Heading of the page."""
    note: str = ""
    """What its readers have to know: limits, assumptions."""
    region: Text = STARTER
    """Where to plan: "starter", "starter-illustrative", or the folder of a region."""
    chargers: Annotated[tuple[Text, ...], BeforeValidator(_several)] = ()
    """Files and folders of chargers to plan with, or "illustrative" on the starter atlas, shape
    (files,); none: the region's own."""
    trips: tuple[StudyTrip, ...]
    """The trips, shape (trips,); at least one."""
    vehicles: tuple[StudyVehicle, ...]
    """The cars, shape (cars,); at least one."""
    soh: Sohs = ()
    """States of health for cars that name none, shape (states,); empty: those of the cars'
    records."""
    seasons: tuple[StudySeason, ...] = ()
    """The seasons, shape (seasons,); none: one, the usual conditions."""
    vary: Mapping[str, Annotated[tuple[Any, ...], BeforeValidator(_several)]] = {}
    """Wishes, each with the values that it takes in turn, shape (wishes,)."""
    options: Mapping[str, Any] = {}
    """Wishes for all trips that wish nothing else, shape (wishes,)."""
