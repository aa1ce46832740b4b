"""Whose road load and efficiency a car without a test of its own gets, and how far that is off."""

import re
from collections.abc import Sequence

import numpy as np

from . import efficiency
from .efficiency import Groups
from .facts import Subject
from .families import DONORS, PLATFORMS

ALL_DRIVEN = re.compile(
    r"\b(awd|4wd|quattro|xdrive\w*|4matic|dual|twin|e-4orce|all4|gtx|rs|80x|85x|4motion|plaid|"
    r"m\d0|rally)\b",
    re.IGNORECASE,
)
"""Words by which a name tells that all axles are driven."""
ALL_DRIVEN_BY_MAKE = {
    "Porsche": re.compile(r"\b(4s?|gts|turbo)\b", re.IGNORECASE),
    "Ford": re.compile(r"\bgt\b", re.IGNORECASE),
    "Tesla": re.compile(r"\d+dl?\b|performance|model x|model s .*\b(20(19|2\d))$", re.IGNORECASE),
}
"""Those of single makes, name and first model year: every Model X, and Model S since 2019."""
CROSS = (
    ("audi q4", "volkswagen id 4"),
    ("kia ev6", "hyundai ioniq 5"),
    ("genesis gv60", "hyundai ioniq 5"),
    ("kia niro", "hyundai kona"),
    ("kia soul", "hyundai kona"),
    ("audi e tron gt", "porsche taycan"),
    ("polestar 2", "volvo xc40"),
)
"""Pairs of families that share a platform and are both tested: what sharing is worth."""


class Donors:
    """Finds donors, and measures what is lost by them."""

    def __init__(
        self, subjects: Sequence[Subject], sound: Sequence[Subject], groups: Groups
    ) -> None:
        self._loads = [s for s in subjects if s.has_load and s not in sound and not s.has_rating]
        self._sound = list(sound)
        self._efficiencies = {
            s.id: efficiency.both(efficiency.work_of(s), efficiency.rating(s), 60.0)[0]
            for s in sound
        }
        self.group_spread = self._left_out(groups)
        self.all_spread = self._left_out(groups, by_make=False)
        own, self.rated_spread = self._within()
        self.measured = {
            "family": own,
            "platform": self._across(),
            "family_rated": self.rated_spread,
        }

    @staticmethod
    def platform(subject: Subject) -> str:
        """Return the family whose tests stand for a car's."""
        return PLATFORMS.get(subject.family, subject.family)

    def of(self, subject: Subject) -> Subject | None:
        """Return the tested car that is nearest to one without a road load; None: there is none."""
        if named := DONORS.get(subject.id):
            return next(s for s in self._sound if s.id == named)
        some = [s for s in self._sound if s.family == self.platform(subject)]
        some = some or [s for s in self._loads if s.family == self.platform(subject)]
        return min(some, key=lambda s: (distance(subject, s), s.id), default=None)

    def spread(self, subject: Subject, donor: str) -> float:
        """Return how far consumption may be off with a donor's values, eight cars in ten."""
        same = donor and self.platform(subject) == subject.family
        return self.measured["family" if same else "platform"]

    def _left_out(self, groups: Groups, *, by_make: bool = True) -> float:
        """Return the error at 110 km/h of makers' efficiencies or of all, families left out."""
        off = []
        for s in self._sound:
            if s.induction and not by_make:
                continue
            pair = groups.of(s.make if by_make else "", induction=s.induction, without=s.family)
            off.append(self._off(s, s, (*pair, efficiency.AUXILIARY_KW)))
        return eight_in_ten(off)

    def _off(self, subject: Subject, load: Subject, values: tuple[float, float, float]) -> float:
        own = efficiency.steady_kwh_per_100_km(subject, *self._efficiencies[subject.id])
        return efficiency.steady_kwh_per_100_km(load, *values) / own - 1.0

    def _within(self) -> tuple[float, float]:
        """Return the errors within families: all of the donor's, and its road load alone."""
        whole, rated = [], []
        for s in self._sound:
            others = [o for o in self._sound if o.family == s.family and o.id != s.id]
            if not others:
                continue
            donor = min(others, key=lambda o: (distance(s, o), o.id))
            whole.append(self._off(s, donor, self._efficiencies[donor.id]))
            fitted = efficiency.both(efficiency.work_of(donor), efficiency.rating(s), 60.0)[0]
            rated.append(self._off(s, donor, fitted))
        return eight_in_ten(whole), eight_in_ten(rated)

    def _across(self) -> float:
        off = []
        for one, two in (*CROSS, *(pair[::-1] for pair in CROSS)):
            for s in (s for s in self._sound if s.family == one):
                others = [o for o in self._sound if o.family == two]
                donor = min(others, key=lambda o: (distance(s, o), o.id))
                off.append(self._off(s, donor, self._efficiencies[donor.id]))
        return eight_in_ten(off)


def eight_in_ten(off: Sequence[float]) -> float:
    """Return the bound within which eight in ten errors lie."""
    return round(float(np.quantile(np.abs(off), 0.8)), 3)


def distance(subject: Subject, donor: Subject) -> float:
    """Return how unlike two cars are: driven axles, energy, years, words."""
    axles = float(_all_driven(subject) != _all_driven(donor))
    mine, other = (
        s.get("usable_kwh") or 0.855 * (s.get("wall_kwh_per_charge") or 70.0)
        for s in (subject, donor)
    )
    years = abs((subject.years[0] or 0) - (donor.years[0] or 0))
    words = {*re.findall(r"\w+", subject.text.casefold())}
    shared = len(words & {*re.findall(r"\w+", donor.text.casefold())}) / max(len(words), 1)
    return axles + 3.0 * abs(float(np.log(mine / other))) + 0.05 * years - 0.5 * shared


def _all_driven(subject: Subject) -> bool:
    if stated := subject.get("driven_axles"):
        return bool(stated == "all")
    own = ALL_DRIVEN_BY_MAKE.get(subject.make)
    named = own is not None and own.search(f"{subject.text} {subject.years[0]}")
    return bool(named or ALL_DRIVEN.search(subject.text))
