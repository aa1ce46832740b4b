"""Laws on low-speed vehicles: which roads they may use, which they may cross, and how fast.

The table is `data/low_speed_laws.toml`; it names the statute of each law, where it was read and how
far it was compared.  It is no legal advice.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from tripplan.records.quantities import QuantityRecord
from tripplan.units import KMH_PER_MPS, M_PER_MILE, S_PER_H

_FILE: Final = "low_speed_laws.toml"
_MPH_KMH: Final = M_PER_MILE / S_PER_H * KMH_PER_MPS
_SpeedKmh = Annotated[float, Field(ge=5, le=200)]


class LowSpeedLaw(QuantityRecord):
    """What a state or country allows vehicles that are too slow for all roads."""

    code: str
    """State or country (ISO 3166)."""
    place: str
    """Its name."""
    vehicle: str
    """What the law calls such a vehicle."""
    road_limit_kmh: _SpeedKmh | None = None
    """Highest limit of a road that may be driven along; None: any but those of limited access."""
    vehicle_kmh: _SpeedKmh
    """Speed that the vehicle may drive at the most."""
    crossing_limit_kmh: _SpeedKmh | None = None
    """Highest limit of a road that may be crossed at grade; None: any."""
    statute: str
    """The law."""
    source: str
    """Where it was read."""
    checked: Literal["statute", "summary"]
    """Whether the row was compared with the text of the statute, or only with a summary."""
    note: str = ""
    """What of it cannot be followed by a map."""

    def speed(self, kmh: float) -> str:
        """Return a speed in the unit of the law's country."""
        return f"{kmh / _MPH_KMH:.0f} mph" if self.code.startswith("US") else f"{kmh:.0f} km/h"

    @property
    def rule(self) -> str:
        """What it allows, in a few words."""
        told = self.speed
        roads = "any road but those of limited access"
        if self.road_limit_kmh is not None:
            roads = f"roads of at most {told(self.road_limit_kmh)}"
        crossing = "faster ones may be crossed at grade"
        if self.crossing_limit_kmh is not None:
            crossing = f"at grade those of at most {told(self.crossing_limit_kmh)} may be crossed"
            if self.crossing_limit_kmh == self.road_limit_kmh:
                crossing = "no faster one is crossed"
        roads = f"{roads}; {crossing}" if self.road_limit_kmh is not None else roads
        return f"{roads}; the vehicle at most {told(self.vehicle_kmh)}"

    @property
    def caution(self) -> str:
        """How far the row was compared with the law, and what of that a map cannot follow."""
        how = "the text of the statute" if self.checked == "statute" else "a summary, not the text"
        told = f"{self.title} is taken from {how}: {self.source}."
        return f"{told} {self.note}" if self.note else told

    @property
    def title(self) -> str:
        """Its code and its statute."""
        return f"{self.code} ({self.statute})"


@cache
def low_speed_laws() -> Mapping[str, LowSpeedLaw]:
    """Return all laws of the table, by code.

    Raises
    ------
    InvalidInputError
        A row is not complete.
    """
    text = (resources.files("tripplan") / "data" / _FILE).read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    found = {
        code: LowSpeedLaw.parse({"code": code, **row}, where=f"{_FILE}, {code}")
        for code, row in sorted(rows.items())
    }
    return MappingProxyType(found)


def _code_of(text: str) -> str:
    """Return the code of a law as the table has it; empty stays empty."""
    code = text.strip().upper().replace("_", "-")
    known = low_speed_laws()
    if not code or code in known:
        return code
    listed = ", ".join(f"{law.code} {law.place}" for law in known.values())
    raise ValueError(f"no law on low-speed vehicles is known by this code; known are {listed}")


LawCode = Annotated[str, AfterValidator(_code_of)]
"""Code of a law of the table, in any case; empty: none."""
