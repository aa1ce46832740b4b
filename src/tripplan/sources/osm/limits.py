"""Default speed limits by country, for roads whose OpenStreetMap tags state none.

The figures are the general limits for passenger cars, as the national highway codes set them and
the OpenStreetMap wiki collects them (page "Default speed limits").  Federal countries with many
limits (US, CA, AU) get the commonest one.  Exceptions within a country are not modelled.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.records.network import ROAD_CLASSES
from tripplan.units import M_PER_KM, M_PER_MILE

KMH_PER_MPH: Final = M_PER_MILE / M_PER_KM

NO_LIMIT_KMH: Final = 130.0
"""What "none" counts as: the recommended speed on German motorways without a limit
(Autobahn-Richtgeschwindigkeits-Verordnung, 1978)."""

WALK_KMH: Final = 7.0
"""What "walk" counts as: the upper end of the 4-7 km/h that German courts read into it."""


class CountryLimits(NamedTuple):
    """General limits of one country, km/h."""

    urban_kmh: float
    rural_kmh: float
    trunk_kmh: float
    """Outside towns on roads tagged trunk: expressways, dual carriageways."""
    motorway_kmh: float
    living_street_kmh: float = 20.0


def _mph(urban: float, rural: float, trunk: float, motorway: float) -> CountryLimits:
    return CountryLimits(
        *(round(mph * KMH_PER_MPH, 2) for mph in (urban, rural, trunk, motorway)),
    )


GENERIC: Final = CountryLimits(50, 80, 100, 120)
"""Where the country is not known: an estimate, on the safe side of the median of the European rows
below (50, 90, 100, 130)."""

COUNTRIES: Final = {
    "AD": CountryLimits(50, 90, 90, 120),
    "AL": CountryLimits(40, 80, 90, 110),
    "AT": CountryLimits(50, 100, 100, 130, WALK_KMH),
    "AU": CountryLimits(50, 100, 100, 110, 10),
    "BA": CountryLimits(50, 80, 100, 130, WALK_KMH),
    "BE": CountryLimits(50, 70, 120, 120),
    "BG": CountryLimits(50, 90, 120, 140),
    "CA": CountryLimits(50, 80, 90, 100),
    "CH": CountryLimits(50, 80, 100, 120),
    "CZ": CountryLimits(50, 90, 110, 130),
    "DE": CountryLimits(50, 100, 100, NO_LIMIT_KMH, WALK_KMH),
    "DK": CountryLimits(50, 80, 80, 130, 15),
    "EE": CountryLimits(50, 90, 90, 90),
    "ES": CountryLimits(50, 90, 90, 120),
    "FI": CountryLimits(50, 80, 100, 120),
    "FR": CountryLimits(50, 80, 110, 130),
    "GB": _mph(30, 60, 70, 70),
    "GR": CountryLimits(50, 90, 110, 130),
    "HR": CountryLimits(50, 90, 110, 130, 10),
    "HU": CountryLimits(50, 90, 110, 130),
    "IE": CountryLimits(50, 80, 100, 120),
    "IS": CountryLimits(50, 90, 90, 90, 15),
    "IT": CountryLimits(50, 90, 110, 130),
    "LI": CountryLimits(50, 80, 80, 120),
    "LT": CountryLimits(50, 90, 120, 130),
    "LU": CountryLimits(50, 90, 90, 130),
    "LV": CountryLimits(50, 90, 90, 100),
    "MC": CountryLimits(50, 50, 50, 50),
    "ME": CountryLimits(50, 80, 100, 130, 10),
    "MK": CountryLimits(50, 80, 110, 130, 10),
    "MT": CountryLimits(50, 80, 80, 80),
    "NL": CountryLimits(50, 80, 100, 100, 15),
    "NO": CountryLimits(50, 80, 80, 110, 15),
    "NZ": CountryLimits(50, 100, 100, 100),
    "PL": CountryLimits(50, 90, 100, 140),
    "PT": CountryLimits(50, 90, 100, 120),
    "RO": CountryLimits(50, 90, 100, 130),
    "RS": CountryLimits(50, 80, 100, 130, 10),
    "SE": CountryLimits(50, 70, 70, 110, WALK_KMH),
    "SI": CountryLimits(50, 90, 110, 130, 10),
    "SK": CountryLimits(50, 90, 90, 130),
    "SM": CountryLimits(50, 70, 70, 70),
    "TR": CountryLimits(50, 90, 110, 130),
    "UA": CountryLimits(50, 90, 110, 130),
    "US": _mph(30, 55, 55, 65),
}
"""Limits by ISO 3166-1 alpha-2 code."""

CONTEXT_FIELDS: Final = {
    "urban": "urban",
    "rural": "rural",
    "trunk": "trunk",
    "motorroad": "trunk",
    "express": "trunk",
    "expressway": "trunk",
    "motorway": "motorway",
    "living_street": "living_street",
    "nsl_restricted": "urban",
    "nsl_single": "rural",
    "nsl_dual": "trunk",
}
"""Words after the colon of "DE:urban", and the column that they name."""


def context_limit_kmh(country: str, context: str) -> float | None:
    """Give the general limit that a context such as ``DE:urban`` names, or None.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code; an unknown one gives the generic table.
    context
        The word after the colon.
    """
    column = CONTEXT_FIELDS.get(context)
    if column is None:
        return None
    limit: float = getattr(COUNTRIES.get(country, GENERIC), f"{column}_kmh")
    return limit


def default_limits_kmh(country: str) -> NDArray[np.float64]:
    """Tabulate the limit of each road class, shape (2, classes): rural, then urban.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code; an unknown one gives the generic table.
    """
    row = COUNTRIES.get(country, GENERIC)
    rural = dict.fromkeys(ROAD_CLASSES, row.rural_kmh)
    urban = dict.fromkeys(ROAD_CLASSES, row.urban_kmh)
    for table in (rural, urban):
        table["motorway"] = row.motorway_kmh
        table["residential"] = row.urban_kmh
        table["living_street"] = row.living_street_kmh
        table["service"] = min(row.urban_kmh, 50.0)
    rural["trunk"] = row.trunk_kmh
    return np.array([[table[name] for name in ROAD_CLASSES] for table in (rural, urban)])
