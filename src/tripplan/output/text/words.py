"""Numbers as people read them: one rounding and one spelling for text, map and chart.

SoC becomes percent here.  Where US drivers think in other units, both are given.
"""

import unicodedata

from tripplan.units import KMH_PER_MPS, M_PER_KM, M_PER_MILE, MPS_PER_MPH

MADE_UP = "made-up charger"
ILLUSTRATIVE_LINE = (
    "ILLUSTRATIVE CHARGERS: these stops are made up to show the planner at work; "
    "do not drive by them."
)
ILLUSTRATIVE_SHORT = "MADE-UP CHARGERS: do not drive by them."
"""The same in a line of a phone."""

UNKNOWN = "-"
"""Of a number that nobody worked out."""
NEARLY_SURE = 0.99
"""Above that a probability is told as more than this: it is no better known."""
_FEET_PER_MILE = 5280
_SHORT_KM = 10.0
"""Ends of a stretch have a decimal below this length."""
_DROPPED = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
)
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def one_line(text: object, limit: int = 120) -> str:
    """Return text from outside as one line that cannot steer a terminal or turn its neighbours.

    Control characters become spaces, marks that reverse the writing direction go, as does what no
    XML may hold, and what is
    longer than ``limit`` characters ends in an ellipsis.
    """
    whole = str(text)
    kept = whole[: 20 * limit]
    # What is printable, nearly all text, holds nothing of what is looked for one by one.
    if not kept.isprintable():
        kept = "".join(
            " " if unicodedata.category(ch) in _UNSEEN else ch for ch in kept if ch not in _DROPPED
        )
    line = " ".join(kept.split())
    cut = len(line) > limit or len(whole) > 20 * limit
    return line[: limit - 1].rstrip() + "…" if cut else line


def duration(seconds: float) -> str:
    """Return "7 h 12 min", "27 min" or, below one minute, "40 s"."""
    if 0 < seconds < 59.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60.0), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def clock(seconds: float) -> str:
    """Return time since departure as "7:12" (hours and minutes)."""
    hours, minutes = divmod(round(seconds / 60.0), 60)
    return f"{hours}:{minutes:02d}"


def percent(fraction: float, digits: int = 0) -> str:
    """Return a fraction as "38%"."""
    return f"{100.0 * fraction:.{digits}f}%"


def chance(probability: float) -> str:
    """Return "98%", or "> 99%" where rounding would make it sure."""
    return "> 99%" if probability > NEARLY_SURE else percent(probability)


def distance(km: float) -> str:
    """Return "388 km (241 mi)"; one decimal below 100 km."""
    miles = km * M_PER_KM / M_PER_MILE
    return f"{km:,.{_digits(km)}f} km ({miles:,.{_digits(miles)}f} mi)"


def temperature(celsius: float) -> str:
    """Return "20 °C (68 °F)"."""
    return f"{_whole(celsius)} °C ({_whole(celsius * 1.8 + 32.0)} °F)"


def exact_temperature(celsius: float) -> str:
    """Return "7.5 °C (45.5 °F)", to three digits: as it was asked for."""
    return f"{celsius:.3g} °C ({celsius * 1.8 + 32.0:.3g} °F)"


def kelvins(difference_k: float) -> str:
    """Return a difference of temperatures as "17 °C (31 °F)"."""
    return f"{_whole(difference_k)} °C ({_whole(difference_k * 1.8)} °F)"


def temperatures(first_c: float, second_c: float) -> str:
    """Return "24 to 33 °C (75 to 91 °F)"."""
    first_f, second_f = first_c * 1.8 + 32.0, second_c * 1.8 + 32.0
    return (
        f"{_whole(first_c)} to {_whole(second_c)} °C ({_whole(first_f)} to {_whole(second_f)} °F)"
    )


def power(kw: float) -> str:
    """Return "46 kW", with one decimal below 10 kW."""
    return f"{kw:.{1 if kw < 9.95 else 0}f} kW"


def energy(kwh: float) -> str:
    """Return "12.3 kWh"."""
    return f"{kwh:.1f} kWh"


def consumption(wh_per_km: float) -> str:
    """Return "142 Wh/km (4.4 mi/kWh)"."""
    text = f"{wh_per_km:.0f} Wh/km"
    if wh_per_km <= 0:
        return text
    miles_per_kwh = M_PER_KM / wh_per_km * M_PER_KM / M_PER_MILE
    return f"{text} ({miles_per_kwh:.1f} mi/kWh)"


def height(metres: float) -> str:
    """Return "980 m (3,215 ft)"."""
    feet = metres / M_PER_MILE * _FEET_PER_MILE
    return f"{round(metres):,d} m ({round(feet):,d} ft)"


def wind(mps: float) -> str:
    """Return "5 m/s (11 mph)"."""
    return f"{round(mps, 1):g} m/s ({mps / MPS_PER_MPH:.0f} mph)"


def speed(kmh: float) -> str:
    """Return "110 km/h (68 mph)"."""
    return f"{kmh:.0f} km/h ({kmh / KMH_PER_MPS / MPS_PER_MPH:.0f} mph)"


def between_km(first_km: float, last_km: float) -> str:
    """Return "km 32 to 91 (mile 20 to 57)"; one decimal where they are near to each other."""
    digits = 1 if last_km - first_km < _SHORT_KM else 0
    first, last = (km * M_PER_KM / M_PER_MILE for km in (first_km, last_km))
    return (
        f"km {first_km:.{digits}f} to {last_km:.{digits}f} "
        f"(mile {first:.{digits}f} to {last:.{digits}f})"
    )


def one_distance(km: float, *, miles: bool) -> str:
    """Return "241 mi" or "388 km"; one decimal below 10."""
    value = km * M_PER_KM / M_PER_MILE if miles else km
    return f"{value:.{1 if value < 9.95 else 0}f} {'mi' if miles else 'km'}"


def one_speed(kmh: float, *, miles: bool) -> str:
    """Return "62 mph" or "100 km/h"."""
    value = kmh / KMH_PER_MPS / MPS_PER_MPH if miles else kmh
    return f"{value:.0f} {'mph' if miles else 'km/h'}"


def count(number: int, noun: str) -> str:
    """Return "no stops", "1 stop" or "3 stops"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _digits(value: float) -> int:
    return 0 if abs(value) >= 99.95 else 1


def _whole(value: float) -> str:
    return f"{round(value):d}"
