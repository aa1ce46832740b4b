"""A battery's age in words, "6 years" or "6 years, 90000 km", and what is left of it by that."""

import re
from typing import Final

from tripplan.physics.ageing import MOST_KM, MOST_YEARS, StateOfHealth, soh_by_age
from tripplan.records.base import as_text
from tripplan.units import M_PER_KM, M_PER_MILE

_AGE: Final = re.compile(
    r"([0-9]+(?:\.[0-9]+)?) *(?:years?|a)(?:[ ,;]+([0-9][0-9 ,]*(?:\.[0-9]+)?) *(km|mi|miles))?"
)
FORM: Final = 'an age is written like "6 years" or "6 years, 90000 km"'


def read_age(text: str, *, cooled: bool) -> StateOfHealth | None:
    """Return what is left of a battery of an age; None: the text tells none.

    Parameters
    ----------
    text
        What was given as the state of health.
    cooled
        Whether the pack is cooled.

    Raises
    ------
    InvalidInputError
        It is no text.
    ValueError
        It is older, or was driven farther, than what was published.
    """
    words = as_text(text, where="state of health").strip().casefold()
    told = _AGE.fullmatch(words)
    if told is None:
        if "year" in words:
            raise ValueError(FORM)
        return None
    years, km = float(told[1]), None
    if told[2] is not None:
        driven = float(told[2].replace(" ", "").replace(",", ""))
        km = driven if told[3] == "km" else driven * M_PER_MILE / M_PER_KM
    if years > MOST_YEARS or (km or 0.0) > MOST_KM:
        raise ValueError(
            f"ages are known up to {MOST_YEARS:g} years and {MOST_KM:,.0f} km: "
            'state what is left, like "60%"'
        )
    return soh_by_age(years, km, cooled=cooled)
