"""The logs that people have, told apart by their columns.

Names of columns are those that the programs write: TeslaMate's table of drives, TeslaFi's monthly
raw data, LeafSpy Pro's log, recordings of Car Scanner ELM OBD2, the trip history of OVMS; and the
plain tables of this package.  Names are compared in small letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tripplan.units import KMH_PER_MPS, M_PER_KM, M_PER_MILE, MPS_PER_MPH


class Source(NamedTuple):
    """A column of a file, and how it becomes a common one: ``factor * value + offset``."""

    column: str
    factor: float = 1.0
    offset: float = 0.0


KM_PER_MILE = M_PER_MILE / M_PER_KM
KMH_PER_MPH = MPS_PER_MPH * KMH_PER_MPS
M_PER_FOOT = 0.3048
FAHRENHEIT = (5.0 / 9.0, -160.0 / 9.0)


@dataclass(frozen=True)
class LogFormat:
    """One kind of file."""

    name: str
    trips: bool
    """Whether a row is a trip, and not a moment."""
    marks: tuple[str, ...]
    """Columns that tell it from the others."""
    sources: Mapping[str, tuple[Source, ...]]
    """Where each common column comes from; the first that is there."""
    label: str = "trip"
    """Column that tells drives apart; may be missing."""
    clock: str = ""
    """Column of text with date and time, where times are no plain numbers."""

    def columns(self, header: tuple[str, ...]) -> dict[str, Source]:
        """Return the source of each common column that is there."""
        found = {}
        for name, sources in self.sources.items():
            there = [source for source in sources if source.column in header]
            if there:
                found[name] = there[0]
        return found


def _own(*names: str) -> dict[str, tuple[Source, ...]]:
    return {name: (Source(name),) for name in names}


PLAIN_TRIPS = LogFormat(
    "table of trips",
    trips=True,
    marks=("distance_km",),
    sources=_own("distance_km", "duration_min", "energy_kwh", "ambient_c", "rise_m"),
)
PLAIN_MOMENTS = LogFormat(
    "table of moments",
    trips=False,
    marks=(),
    sources=_own(
        "time_s",
        "speed_kmh",
        "power_kw",
        "battery_v",
        "battery_a",
        "ambient_c",
        "elevation_m",
        "heating_kw",
        "battery_c",
    ),
)
TESLAMATE = LogFormat(
    "TeslaMate drives",
    trips=True,
    marks=("duration_min", "consumption_kwh"),
    sources={
        "distance_km": (Source("distance_km"), Source("distance_mi", KM_PER_MILE)),
        "duration_min": (Source("duration_min"),),
        "energy_kwh": (Source("consumption_kwh"),),
        "ambient_c": (Source("outside_temp_c"), Source("outside_temp_f", *FAHRENHEIT)),
    },
    label="drive_id",
)
TESLAFI = LogFormat(
    "TeslaFi raw data",
    trips=False,
    marks=("date", "shift_state", "power", "odometer"),
    sources={
        "speed_kmh": (Source("speed", KMH_PER_MPH),),
        "power_kw": (Source("power"),),
        "odometer_km": (Source("odometer", KM_PER_MILE),),
        "ambient_c": (Source("outside_temp"),),
        "elevation_m": (Source("elevation"),),
    },
    label="shift_state",
    clock="date",
)
LEAFSPY = LogFormat(
    "LeafSpy log",
    trips=False,
    marks=("date/time", "pack volts", "pack amps", "speed"),
    sources={
        "epoch_s": (Source("epoch time"),),
        "speed_kmh": (Source("speed"),),
        "battery_v": (Source("pack volts"),),
        "battery_a": (Source("pack amps", -1.0),),  # LeafSpy: negative while recuperating
        "odometer_km": (Source("odo(km)"),),
        "ambient_c": (Source("ambient"),),
        "elevation_m": (Source("elv"),),
        "battery_c": (Source("pack t1 c"),),
    },
    clock="date/time",
)
CAR_SCANNER = LogFormat(
    "Car Scanner recording", trips=False, marks=("seconds", "pid", "value", "units"), sources={}
)
OVMS = LogFormat(
    "OVMS trip log",
    trips=True,
    marks=("*-log-trip",),
    sources={
        "distance_km": (Source("trip"),),
        "duration_min": (Source("drivetime", 1.0 / 60.0),),
        "energy_kwh": (Source("energy_used"),),
        "recovered_kwh": (Source("energy_recd"),),
        "ambient_c": (Source("env_temp"),),
    },
    label="",
)
OVMS_MARK, OVMS_RECORD = "*-LOG-Trip", "*-LOG-"
"""How a record of a trip begins, and one of any kind."""
OVMS_COLUMNS = (
    "*-log-trip",
    "version",
    "storetime",
    "gpslock",
    "lat",
    "lon",
    "altitude",
    "location",
    "odometer",
    "trip",
    "drivetime",
    "drivemode",
    "soc",
    "range_est",
    "range_ideal",
    "range_full",
    "energy_used",
    "energy_recd",
    "coulomb_used",
    "coulomb_recd",
    "soh",
    "health",
    "cac",
    "energy_used_total",
    "energy_recd_total",
    "coulomb_used_total",
    "coulomb_recd_total",
    "env_temp",
)
"""Columns of a record of OVMS' trip history, version 1, which has no header: the order in which
the module's firmware writes its metrics."""
FORMATS = (OVMS, TESLAMATE, TESLAFI, LEAFSPY, CAR_SCANNER, PLAIN_TRIPS)


def recognise(header: tuple[str, ...]) -> LogFormat:
    """Return the format whose marks are all in the header; the plain table of moments if none."""
    for known in FORMATS:
        if all(mark in header for mark in known.marks):
            return known
    return PLAIN_MOMENTS
