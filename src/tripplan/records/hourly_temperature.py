"""Air temperature by the hour: a few points of the day, straight lines between them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from tripplan.records.quantities import in_unit_of

HOURS_A_DAY = 24.0


def _from_text(value: object) -> object:
    """Take "6:-10; 12:2" apart; anything else stays as it is."""
    if not isinstance(value, str):
        return value
    points = [part.strip() for part in value.split(";") if part.strip()]
    pairs = [tuple(map(str.strip, point.split(":"))) for point in points]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(
            'temperatures by the hour are written hour:degrees, like "6:-10; 12:2; 18:-4"'
        )
    return [(hour, in_unit_of("ambient_c", degrees)) for hour, degrees in pairs]


def _rising(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    hours = [hour for hour, _ in points]
    if len(set(hours)) < len(hours):
        raise ValueError("an hour stands twice: state one temperature for each")
    return tuple(sorted(points))


HourlyTemperature = Annotated[
    tuple[
        tuple[
            Annotated[float, Field(ge=0, lt=HOURS_A_DAY)], Annotated[float, Field(ge=-50, le=60)]
        ],
        ...,
    ],
    BeforeValidator(_from_text),
    AfterValidator(_rising),
]
"""Pairs of hour of the day and degrees Celsius; as text ``"6:-10; 12:2; 18:-4"``."""
