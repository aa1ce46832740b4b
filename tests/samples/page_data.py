"""Reads out of a page what its script is handed."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNITS = {"lat": 1e-5, "lon": 1e-5, "km": 0.01, "s": 1.0, "soc": 0.001, "pack": 0.1, "part": 1.0}
"""What one step of each column of the track stands for."""


def handed(html: str, function: str) -> list[Any]:
    """Return the data of every call of a function of the page's script."""
    found = []
    for text in html.split(f"tripplan.{function}(")[2 if function == "wire" else 1 :]:
        start = min(k for k in (text.find("{"), text.find("[")) if k >= 0)
        found.append(json.JSONDecoder().raw_decode(text[start:])[0])
    return found


def track(html: str) -> dict[str, NDArray[np.float64]]:
    """Return the columns of the route's track."""
    (data,) = handed(html, "route")
    return {name: np.cumsum(data["track"][name]) * unit for name, unit in UNITS.items()}
