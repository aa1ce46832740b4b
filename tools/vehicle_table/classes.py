"""What the table says beside the cars: sources with licences, rules, and classes of packs.

The classes are those of the cars by hand, made relative: heat by kWh, resistance by V^2/kWh, limits
of charging by temperature as shares of the highest power.
"""

from typing import Any

LICENCES = {
    "T": "US government work",
    "F": "US government work",
    "C": "MIT",
    "K": "MIT with attribution",
    "O": "CDLA-Permissive-2.0",
    "E": "MIT",
    "S": "Apache-2.0",
    "R": "rule",
}
WORDS = {
    "T": "US EPA test car lists 2011-2023, target coast-down and equivalent test weight",
    "F": "fueleconomy.gov vehicles table of 2023, its figures before adjustment where energies",
    "C": "chargeprice open-ev-data, data of 2021-09",
    "K": "KilowattApp open-ev-data of 2025-04",
    "O": "open-ev-data dataset of 2025-12",
    "E": "emobpy 0.6.2 evspecs",
    "S": "FASTSim 2.1.5 vehicle table",
    "R": "plugs usual in the US: Teslas NACS, CHAdeMO cars as in Europe, others to 2023 CCS1",
}


def SOURCES(said: dict[str, str]) -> dict[str, tuple[str, str]]:  # noqa: N802 - made from a table
    """Return words and licence of every source by its code; press pages say their address."""
    found = {code: (WORDS[code], LICENCES[code]) for code in WORDS}
    for code, text in said.items():
        if code.startswith("P"):
            address = text.split(": ", maxsplit=1)[1]
            found[code] = (f"press page {address}", "single facts")
    return found


ORIGINS: dict[str, dict[str, str]] = {
    "fit": {
        "source": "fitted so that the car's own UDDS and HWFET results come out, charger 0.88, "
        "auxiliaries 0.25 kW",
        "kind": "fitted",
        "uncertainty": "met exactly by construction; at 110 km/h {form} between ways to meet them",
    },
    "fitloss": {
        "source": "fitted so that the car's own UDDS and HWFET results come out, charger 0.88, "
        "with a constant loss of the drive beside the auxiliaries: without it they ask for a "
        "regeneration that no car has",
        "kind": "fitted",
        "uncertainty": "met exactly by construction; at 110 km/h {form} between ways to meet them",
    },
    "lossregen": {
        "source": "usual of the other rated cars, where a constant loss is fitted",
        "kind": "estimate",
        "uncertainty": "+-0.12",
    },
    "grp": {
        "source": "mean of the makers' rated cars ({group})",
        "kind": "estimate",
        "uncertainty": "eight in ten cars of families left out lie within {group_off} at 110 km/h",
    },
    "don": {
        "source": "that of {donor}, the nearest tested car of its platform",
        "kind": "estimate",
        "uncertainty": "eight in ten such cars lie within {donor_off} at 110 km/h",
    },
    "wall": {
        "source": "0.855 of the wall's energy of a full charge (fueleconomy.gov: range times "
        "consumption), the median of 250 cars of which both are known",
        "kind": "estimate",
        "uncertainty": "-4 to +5 %, eight in ten of those cars",
    },
    "motor": {
        "source": "fueleconomy.gov: sum of the motors it names",
        "kind": "published",
        "uncertainty": "some makers name each motor with the power of all",
    },
    "usual": {
        "source": "usual for the energy of the battery: 2.2 kW a kWh, 50 to 300 kW",
        "kind": "estimate",
        "uncertainty": "40 %",
    },
    "acwall": {
        "source": "fueleconomy.gov: the wall's energy of a full charge over its hours at 240 V",
        "kind": "published",
        "uncertainty": "hours are rounded",
    },
    "sib": {
        "source": "that of {sibling}, the nearest car of its family of which it is stated, less "
        "where the battery is smaller",
        "kind": "estimate",
        "uncertainty": "not stated for this car",
    },
    "rate": {
        "source": "usual for the energy of the battery: {rate} kW a kWh, the median of cars since "
        "2020 of its voltage",
        "kind": "estimate",
        "uncertainty": "eight in ten lie within {rate_low} and {rate_high} kW a kWh (400 V)",
    },
    "plug": {
        "source": "plug that is usual for market and make",
        "kind": "estimate",
        "uncertainty": "",
    },
}
"""Rules by which values follow from others; braces are filled in when a car is read."""

_LEAF = [[-25, 0.0], [-10, 0.194], [0, 0.428], [10, 0.739], [20, 1.0]]
_HEATED = [[-25, 0.5], [-10, 0.609], [0, 0.739], [10, 0.913], [20, 1.0]]
_HALF = "half the shortfall of the LEAF 40 table below 20 degC, the pack being heated"
_FULL = "full power to 45 degC, none at 60"
_LIQUID: dict[str, Any] = {
    "cooling": "liquid",
    "heat_j_per_k_per_kwh": 6200.0,
    "resistance_kwh_ohm_per_v2": 4.0e-5,
    "driving_w_per_k": 8.0,
    "parked_w_per_k": 4.0,
    "cooling_w": 3500.0,
    "cooling_on_c": 35.0,
    "voltage_v": 355.0,
    "heater": "ptc",
    "limit": [*_HEATED, [45, 1.0], [60, 0.0]],
    "limit_words": f"{_HALF}; {_FULL}",
}
CLASSES: dict[str, dict[str, Any]] = {
    "liquid": _LIQUID,
    "liquid 800 V": {
        **_LIQUID,
        "resistance_kwh_ohm_per_v2": 1.8e-5,
        "cooling_w": 5000.0,
        "voltage_v": 700.0,
    },
    "liquid 800 V, slow when cold": {
        **_LIQUID,
        "resistance_kwh_ohm_per_v2": 1.5e-5,
        "cooling_w": 5000.0,
        "voltage_v": 697.0,
        "low_voltage_kw": 126.0,
        "heater": "heat_pump",
        "limit": [
            [-25, 0.25],
            [-10, 0.304],
            [0, 0.37],
            [10, 0.684],
            [20, 1.0],
            [45, 1.0],
            [60, 0.0],
        ],
        "limit_words": "as of the Ioniq 5 by hand: slow when cold, as three sessions showed; "
        + _FULL,
    },
    "tesla": {
        **_LIQUID,
        "resistance_kwh_ohm_per_v2": 3.1e-5,
        "cooling_w": 5000.0,
        "cooling_on_c": 45.0,
        "voltage_v": 350.0,
        "limit": [*_HEATED, [55, 1.0], [65, 0.0]],
        "limit_words": f"{_HALF}; full power to 55 degC, none at 65",
    },
    "refrigerant": {
        **_LIQUID,
        "cooling": "refrigerant",
        "heat_j_per_k_per_kwh": 6600.0,
        "resistance_kwh_ohm_per_v2": 3.1e-5,
        "cooling_w": 1500.0,
        "cooling_on_c": 32.0,
        "voltage_v": 352.0,
    },
    "air": {
        **_LIQUID,
        "cooling": "air",
        "heat_j_per_k_per_kwh": 6500.0,
        "resistance_kwh_ohm_per_v2": 3.0e-5,
        "driving_w_per_k": 11.0,
        "parked_w_per_k": 5.0,
        "cooling_w": 600.0,
        "cooling_on_c": 33.0,
        "voltage_v": 355.0,
        "limit": [*_LEAF, [50, 1.0], [60, 0.0]],
        "limit_words": "the LEAF 40 table below 20 degC, the pack being unheated; full power to "
        "50 degC, none at 60",
    },
    "none": {
        "cooling": "none",
        "heat_j_per_k_per_kwh": 5700.0,
        "resistance_kwh_ohm_per_v2": 4.0e-5,
        "driving_w_per_k": 21.0,
        "parked_w_per_k": 6.5,
        "voltage_v": 355.0,
        "heater": "heat_pump",
        "limit": [
            *_LEAF,
            *([30, 1.0], [32, 0.856], [35, 0.642], [40, 0.535], [45, 0.428], [50, 0.292]),
            [53, 0.0],
        ],
        "limit_words": "shares of the LEAF 62 by hand",
    },
}
