"""A car of one's own from what the EPA's test car list says of it, and its battery: no more."""

import math
import re

from tripplan.errors import InvalidInputError
from tripplan.records import vehicle_table
from tripplan.records.vehicle import CAPACITY_PROVENANCE, CoastDown, Vehicle

USABLE_SPREAD = 0.02
"""Eight in ten stated usable energies are right within this share (assumption)."""
MOST_WEIGHT_LB, MOST_KWH, MOST_DC_KW = 100_000.0, 1000.0, 2000.0
MOTOR_KW_PER_KWH, LEAST_MOTOR_KW, MOST_MOTOR_KW = 2.2, 50.0, 300.0
"""Motor power by energy of the battery, and its bounds (estimate)."""


def from_coast_down(
    name: str,
    load: CoastDown,
    test_weight_lb: float,
    usable_kwh: float,
    *,
    make: str = "",
    dc_kw: float | None = None,
    plug: str = "CCS1",
) -> Vehicle:
    """Return a car whose efficiency is that of its makers' rated cars, with the band of that.

    Parameters
    ----------
    name
        Name for people; letters, digits and blanks of it make the id.
    load
        Target coast-down of the list.
    test_weight_lb
        Equivalent test weight of the list. [lb]
    usable_kwh
        Usable energy when new. [kWh]
    make
        Maker, whose rated cars say the efficiency; unknown or empty: all cars do.
    dc_kw
        Highest fast-charging power; None: no fast charging. [kW]
    plug
        Its plug.

    Raises
    ------
    InvalidInputError
        Values that no car has.
    """
    for field, value, most in (
        ("test_weight_lb", test_weight_lb, MOST_WEIGHT_LB),
        ("usable_kwh", usable_kwh, MOST_KWH),
        ("dc_kw", 1.0 if dc_kw is None else dc_kw, MOST_DC_KW),
    ):
        if not 0.0 < value <= most:
            raise InvalidInputError(
                f"{field} of a car lies above 0 and up to {most:g}, but got {value:g}",
                field=field,
                value=value,
                expected=f"above 0, up to {most:g}",
            )
    head = vehicle_table.head()
    group = vehicle_table.group_of(make)
    of_all = group is head["groups"]["other makers"]
    motor_kw = min(max(MOTOR_KW_PER_KWH * usable_kwh, LEAST_MOTOR_KW), MOST_MOTOR_KW)
    given = {
        "a": [load.a_lbf, "you"],
        "b": [load.b_lbf_per_mph, "you"],
        "c": [load.c_lbf_per_mph2, "you"],
        "w": [test_weight_lb, "you"],
        "k": [usable_kwh, "you"],
        "e": [group["drive"], "grp"],
        "r": [group["regen"], "grp"],
        "m": [round(motor_kw), "usual"],
    }
    if dc_kw is not None:
        given |= {"dc": [dc_kw, "you"], "pl": [[plug.upper()], "you"]}
    line = {
        "id": re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "my-car",
        "mk": make or "all makers",
        "md": name,
        "y": [None, None],
        "mt": "",
        "kd": "own road load",
        "cl": "tesla" if make.casefold() == "tesla" else "liquid",
        "s": round(math.hypot(head["spread"]["all" if of_all else "group"], USABLE_SPREAD), 3),
        "v": given,
    }
    values = vehicle_table.values_of(line) | {"name": name}
    values["provenance"]["battery.capacity_by_temperature"] = CAPACITY_PROVENANCE
    return Vehicle.parse(values, where=f"vehicle {name}")
