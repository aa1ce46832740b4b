"""Shrink a case: the fewest wishes, sites and nodes with which it still shows its finding."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaign.cases import Case
from campaign.check import findings
from campaign.ground import region_of

_PLAINER: dict[str, Any] = {"heat": False, "exact": False, "soh": None}
_LARGEST_NODES = 5_000
"""Only of regions up to this size nodes are left out, and sites one by one."""


@dataclass(eq=False)
class _Shrinking:
    """A case on its way down."""

    case: Case
    ends_s: float

    def goes(self, smaller: Case) -> bool:
        """Take a smaller case if it still shows what the case shows."""
        if smaller == self.case or time.monotonic() > self.ends_s:
            return False
        for kind, told in findings(smaller):
            if kind == self.case.kind:
                self.case = replace(smaller, told=told)
                return True
        return False

    def rounds(self) -> None:
        """Leave out what can be left out, until nothing more can or time is up."""
        while time.monotonic() < self.ends_s:
            before = self.case
            for propose in (_plainer, _shorter):
                self._all(propose)
            self._sites()
            self._nodes()
            if self.case == before:
                return

    def _all(self, propose: Any) -> None:  # noqa: ANN401 - a function of a case
        gone = True
        while gone:
            gone = any(self.goes(smaller) for smaller in propose(self.case))

    def _sites(self) -> None:
        region = region_of(self.case.ground)
        ids = [site.id for site in region.chargers.chargers]
        wanted = self.case.trip.get("via_chargers", [])

        def without(kept: Sequence[str]) -> Case:
            names = tuple(one for one in ids if one in {*kept, *wanted})
            return replace(self.case, ground=replace(self.case.ground, chargers=names))

        self._in_pieces(ids, without)

    def _nodes(self) -> None:
        ground = self.case.ground
        whole = region_of(replace(ground, nodes=None, chargers=None, renumbered=None, power=1.0))
        if whole.network.node_count > _LARGEST_NODES:
            return
        nodes = list(ground.nodes or range(whole.network.node_count))

        def without(kept: Sequence[int]) -> Case:
            here = replace(self.case.ground, nodes=tuple(sorted(kept)))
            return replace(self.case, ground=here)

        self._in_pieces(nodes, without)

    def _in_pieces(self, items: list[Any], without: Any) -> None:  # noqa: ANN401 - of a list, a case
        """Leave out ever smaller pieces of a list."""
        size = max(1, len(items) // 2)
        while items and time.monotonic() < self.ends_s:
            begin = 0
            while begin < len(items):
                kept = items[:begin] + items[begin + size :]
                if kept and self.goes(without(kept)):
                    items = kept
                else:
                    begin += size
            if size == 1:
                return
            size //= 2


def shrunk(case: Case, seconds: float) -> Case:
    """Return the smallest case found that shows the same kind of finding.

    Parameters
    ----------
    case
        A case with the kind of its finding.
    seconds
        How long to try.
    """
    work = _Shrinking(case, time.monotonic() + seconds)
    work.rounds()
    return work.case


def _plainer(case: Case) -> Iterator[Case]:
    """Cases with one wish less."""
    for name in sorted(set(case.trip) - {"origin", "destination"}):
        yield case.wish(**{name: None})
    for part in ("conditions", "chargers", "prices"):
        for name in case.trip.get(part, {}):
            yield case.inside(part, **{name: None})
    for name, plain in _PLAINER.items():
        if getattr(case, name) != plain:
            yield replace(case, **{name: plain})
    if case.ground.power != 1.0 or case.ground.renumbered is not None:
        yield replace(case, ground=replace(case.ground, power=1.0, renumbered=None))


def _shorter(case: Case) -> Iterator[Case]:
    """Cases with one entry less in a list, or a plainer waypoint."""
    for name in ("waypoints", "via_chargers", "avoid"):
        values = case.trip.get(name, [])
        for k in range(len(values)):
            yield case.wish(**{name: [*values[:k], *values[k + 1 :]] or None})
    waypoints = case.trip.get("waypoints", [])
    for k, waypoint in enumerate(waypoints):
        for field in ("dwell_s", "charger_kw"):
            if waypoint.get(field):
                plain = {**waypoint, field: 0.0}
                yield case.wish(waypoints=[*waypoints[:k], plain, *waypoints[k + 1 :]])
    if waypoints:
        yield case.wish(destination=waypoints[-1]["place"], waypoints=waypoints[:-1] or None)
        yield case.wish(origin=waypoints[0]["place"], waypoints=waypoints[1:] or None)
