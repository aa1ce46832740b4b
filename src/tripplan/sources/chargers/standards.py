"""Names of plugs in the charger sources, in our words; pure.

DC: CHADEMO CCS1 CCS2 NACS GBT_DC MCS TESLA_TYPE2 (Tesla's DC over a type 2 shape, Europe).
AC: TYPE1 TYPE2 TYPE3 NACS_AC GBT_AC DOMESTIC NEMA CEE.  TESLA: a Tesla plug, AC or DC not stated.
UNKNOWN: not stated at all; UNKNOWN_DC: direct current, plug not stated.
"""

import re
from collections.abc import Mapping
from typing import Final

DC: Final = frozenset(
    {"CHADEMO", "CCS1", "CCS2", "NACS", "GBT_DC", "MCS", "TESLA_TYPE2", "UNKNOWN_DC"}
)
VAGUE: Final = frozenset({"UNKNOWN", "UNKNOWN_DC", "TESLA"})
"""Words that do not name a plug."""

AFDC: Final[Mapping[str, str]] = {
    "NEMA1450": "NEMA",
    "NEMA515": "NEMA",
    "NEMA520": "NEMA",
    "J1772": "TYPE1",
    "J1772COMBO": "CCS1",
    "CCS": "CCS1",
    "CHADEMO": "CHADEMO",
    "TESLA": "TESLA",
    "J3400": "TESLA",
    "NACS": "TESLA",
    "J3271": "MCS",
    "MCS": "MCS",
}
"""ev_connector_types of the Alternative Fuel Stations API; TESLA is told AC or DC by the reader."""

OCPI: Final[Mapping[str, str]] = {
    "CHADEMO": "CHADEMO",
    "IEC_62196_T1": "TYPE1",
    "IEC_62196_T1_COMBO": "CCS1",
    "IEC_62196_T2": "TYPE2",
    "IEC_62196_T2_COMBO": "CCS2",
    "IEC_62196_T3A": "TYPE3",
    "IEC_62196_T3C": "TYPE3",
    "GBT_AC": "GBT_AC",
    "GBT_DC": "GBT_DC",
    "MCS": "MCS",
    "SAE_J3400": "NACS",
    "TESLA_S": "NACS",
}
"""ConnectorType of OCPI 2.2.1 and 2.3.0 (SAE_J3400 and MCS from 2.3.0 on)."""

OPEN_CHARGE_MAP: Final[Mapping[int, str]] = {
    1: "TYPE1",
    2: "CHADEMO",
    3: "DOMESTIC",
    9: "NEMA",
    10: "NEMA",
    11: "NEMA",
    13: "DOMESTIC",
    14: "NEMA",
    15: "NEMA",
    16: "CEE",
    17: "CEE",
    22: "NEMA",
    23: "DOMESTIC",
    25: "TYPE2",
    26: "TYPE3",
    27: "NACS",
    28: "DOMESTIC",
    29: "DOMESTIC",
    30: "TESLA",
    32: "CCS1",
    33: "CCS2",
    34: "CEE",
    35: "CEE",
    36: "TYPE3",
    1036: "TYPE2",
    1037: "DOMESTIC",
    1038: "GBT_AC",
    1039: "GBT_AC",
    1040: "GBT_DC",
    1042: "NEMA",
    1043: "DOMESTIC",
}
"""ConnectionType ids of Open Charge Map's reference data."""

OPENSTREETMAP: Final[Mapping[str, str]] = {
    "type1_cable": "TYPE1",
    "type2_cable": "TYPE2",
    "type3a": "TYPE3",
    "type3c": "TYPE3",
    "tesla_standard": "TESLA",
    "tesla_supercharger_ccs": "CCS2",
    "tesla_destination": "NACS_AC",
    "gb_ac": "GBT_AC",
    "gb_dc": "GBT_DC",
    "typee": "DOMESTIC",
    "bs1363": "DOMESTIC",
    "sev1011_t13": "DOMESTIC",
    "sev1011_t23": "DOMESTIC",
    "as3112": "DOMESTIC",
    "nema_5_15": "NEMA",
    "nema_5_20": "NEMA",
    "nema_14_50": "NEMA",
    "cee_blue": "CEE",
    "cee_red_16a": "CEE",
    "cee_red_32a": "CEE",
    "cee_red_63a": "CEE",
    "cee_red_125a": "CEE",
}
"""<type> of socket:<type> as the OpenStreetMap wiki (Key:socket) and common practice have it, where
it is none of the plain words."""

PLAIN: Final[Mapping[str, str]] = {
    "chademo": "CHADEMO",
    "ccs1": "CCS1",
    "ccstype1": "CCS1",
    "type1combo": "CCS1",
    "combo1": "CCS1",
    "j1772combo": "CCS1",
    "ccs2": "CCS2",
    "ccstype2": "CCS2",
    "type2combo": "CCS2",
    "combo2": "CCS2",
    "nacs": "NACS",
    "saej3400": "NACS",
    "j3400": "NACS",
    "teslasupercharger": "NACS",
    "type1": "TYPE1",
    "j1772": "TYPE1",
    "type2": "TYPE2",
    "mennekes": "TYPE2",
    "type3": "TYPE3",
    "gbtdc": "GBT_DC",
    "gbtac": "GBT_AC",
    "mcs": "MCS",
    "nacsac": "NACS_AC",
    "teslatype2": "TESLA_TYPE2",
    "tesla": "TESLA",
    "domestic": "DOMESTIC",
    "schuko": "DOMESTIC",
    "nema": "NEMA",
    "cee": "CEE",
    "unknown": "UNKNOWN",
    "unknowndc": "UNKNOWN_DC",
}
"""Words of tables, without case, blanks and punctuation."""


def in_america(lon: float) -> bool:
    """Tell whether a place lies in the Americas, where combined plugs are of type 1."""
    return -170.0 <= lon <= -30.0


def ccs(lat: float, lon: float) -> str:
    """Return the CCS of a place: type 1 in the Americas, Japan, Korea and Taiwan, else type 2."""
    far_east = 20.0 <= lat <= 46.0 and 119.0 <= lon <= 147.0
    return "CCS1" if in_america(lon) or far_east else "CCS2"


def tesla_dc(lat: float, lon: float) -> str:
    """Return the plug of Tesla's own DC chargers at a place: the later NACS, or a type 2 shape."""
    return "NACS" if ccs(lat, lon) == "CCS1" else "TESLA_TYPE2"


def from_word(word: str, lat: float, lon: float) -> str | None:
    """Return our word for a plug named in a table; None where it is not understood."""
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", word.casefold()))
    if plain in ("ccs", "combo", "saecombo", "ccscombo"):
        return ccs(lat, lon)
    if plain in PLAIN:
        return PLAIN[plain]
    ocpi = OCPI.get(word.strip().upper())
    return ocpi or AFDC.get(word.strip().upper())
