"""Fast charging of a car: its curve, or its limit with the usual taper, or its sibling's limit."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from .facts import Subject
from .families import AIR, COOLING, NONE, REFRIGERANT

GRID = np.arange(0, 101, 10)
FEWEST_KWH = 25.0
CHADEMO_FAMILIES = {"nissan leaf", "mitsubishi i miev", "citroen c zero", "peugeot i on"}
DC_SINCE = 2020
"""From this model year on, a car of `FEWEST_KWH` is taken to charge fast where nothing is said."""
LEAST_KW = 1.0
"""Curves that end at 0 kW end at this."""
DC_PLUGS = {
    "CHAdeMO": "CHADEMO",
    "CCS1": "CCS1",
    "CCS2": "CCS2",
    "NACS": "NACS",
    "NACS (DC)": "NACS",
}


class Charging:
    """What all cars of the file tell of fast charging, and what follows for one of them."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = subjects
        shapes = {tuple(map(tuple, s.get("dc_curve"))) for s in subjects if s.has("dc_curve")}
        shares = []
        for shape in sorted(shapes):
            soc, kw = np.array(shape, dtype=float).T
            shares.append(np.interp(GRID, soc, kw) / kw.max())
        means = [float(np.mean(share[1:9])) for share in shares]
        self.count = len(shares)
        self.band = [round(float(q), 2) for q in np.quantile(means, [0.1, 0.5, 0.9])]
        """P10, P50 and P90 of the mean power from 10 to 80 % over the highest."""
        self.taper = _falling(np.median(shares, axis=0))
        rates = {True: [], False: []}
        for s in subjects:
            if s.has("dc_max_kw", "usable_kwh") and (s.years[0] or 0) >= DC_SINCE:
                rates[s.get("voltage_class") == 800].append(
                    s.get("dc_max_kw") / s.get("usable_kwh")
                )
        self.rates = {high: round(float(np.median(found)), 2) for high, found in rates.items()}
        self.rate_band = [round(float(q), 2) for q in np.quantile(rates[False], [0.1, 0.9])]
        self.curves: list[list[list[float]]] = []

    def of(self, subject: Subject, usable_kwh: float) -> dict[str, Any]:
        """Return the entries of the table about plugs and power: none without fast charging."""
        found: dict[str, Any] = {}
        sibling = None
        if subject.has("dc_curve"):
            fact = subject.values["dc_curve"]
            points = [[soc, max(float(kw), LEAST_KW)] for soc, kw in fact["value"]]
            if points not in self.curves:
                self.curves.append(points)
            index = self.curves.index(points)
            found["cv"] = [index, subject.code("dc_curve"), int(fact.get("shared_by", 1) == 1)]
        elif subject.has("dc_max_kw"):
            found["dc"] = [float(subject.get("dc_max_kw")), subject.code("dc_max_kw")]
        elif _only_ac(subject):
            return {}
        elif sibling := self._sibling(subject, usable_kwh):
            smaller = min(usable_kwh / sibling.get("usable_kwh"), 1.0)
            found["dc"] = [float(round(sibling.get("dc_max_kw") * smaller)), "sib", sibling.id]
        elif (subject.years[0] or 0) >= DC_SINCE and usable_kwh >= FEWEST_KWH:
            rate = self.rates[subject.get("voltage_class") == 800]
            found["dc"] = [float(round(rate * usable_kwh)), "rate"]
        else:
            return {}
        found["pl"] = self._plugs(subject, sibling)
        return found

    def _sibling(self, subject: Subject, usable_kwh: float) -> Subject | None:
        """Return the car of the family with the nearest energy whose limit is stated."""
        first = subject.years[0] or 0
        some = [
            s
            for s in self._subjects
            if s.family == subject.family
            and s.has("dc_max_kw", "usable_kwh")
            and abs(np.log(s.get("usable_kwh") / usable_kwh)) < 0.3
            and (first >= DC_SINCE or (s.years[0] or 0) <= first)
        ]
        if not some:
            return None
        return min(
            some,
            key=lambda s: (
                abs(np.log(s.get("usable_kwh") / usable_kwh))
                + 0.01 * abs((s.years[0] or 0) - first),
                s.id,
            ),
        )

    @staticmethod
    def _plugs(subject: Subject, sibling: Subject | None) -> list[Any]:
        """Return plugs and where they come from; the usual one of market and make if unknown."""
        for source, code in ((subject, None), (sibling, "sib")):
            said = (source.get("plugs") or {}).get(subject.market, []) if source else []
            plugs = [DC_PLUGS[plug] for plug in said if plug in DC_PLUGS]
            if subject.make == "Tesla" and subject.market == "EU":
                plugs = [plug for plug in plugs if plug == "CCS2"]
            if plugs and source:
                return [plugs, code or source.code("plugs")]
        if subject.market == "US":
            return [["NACS" if subject.make == "Tesla" else "CCS1"], "plug"]
        old_soul = subject.family == "kia soul" and (subject.years[0] or 0) < 2019
        if subject.market == "JP" or old_soul or subject.family in CHADEMO_FAMILIES:
            return [["CHADEMO"], "plug"]
        return [["CCS2"], "plug"]


def _only_ac(subject: Subject) -> bool:
    plugs = (subject.get("plugs") or {}).get(subject.market)
    return bool(plugs) and not any(plug in DC_PLUGS for plug in plugs)


def _falling(share: np.ndarray) -> list[list[float]]:
    """Return a taper: flat to its peak, never rising after it."""
    peak = int(np.argmax(share))
    tail = np.minimum.accumulate(share[peak:] / share[peak])
    head = share[:peak] / share[peak]
    return [
        [round(float(soc) / 100.0, 2), round(float(part), 3)]
        for soc, part in zip(GRID, [*head, *tail], strict=True)
    ]


def cooling_class(subject: Subject) -> str:
    """Return the class that a car's pack is assumed to belong to."""
    own = COOLING.get(subject.family)
    if subject.family == "hyundai ioniq" and (subject.get("usable_kwh") or 99.0) < 30.0:
        own = AIR
    if subject.family == "kia soul" and (subject.years[0] or 0) < 2020:
        own = AIR
    if own in {NONE, AIR, REFRIGERANT}:
        return str(own)
    if subject.make == "Tesla":
        return "tesla"
    if subject.get("voltage_class") == 800:
        return "liquid 800 V, slow when cold" if _is_korean(subject) else "liquid 800 V"
    return "liquid"


def _is_korean(subject: Subject) -> bool:
    return bool(re.fullmatch(r"hyundai|kia|genesis", subject.make.casefold()))
