"""Chargers to a network: merged, with powers filled in, tied to nodes; what is left out is counted.

The same steps for a region that is built and for chargers of one's own on a region that is there.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.charger import Charger, rated_only
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import RoadNetwork
from tripplan.routing.snapping import NodeIndex
from tripplan.sources.chargers.assume import assume_powers
from tripplan.sources.chargers.merge import merge_chargers
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.chargers.standards import DC
from tripplan.sources.snap import snap_to_roads
from tripplan.sources.ways import AssumedWay, with_ways

ABOUT_CHARGERS: Final = ("Charger", "The power of ")
"""How sentences of a region about its chargers begin; with other chargers they are not true."""
_SWAPPED_KM: Final = 25.0
"""A site that lies this near to a road once its columns are swapped has them swapped (assumption;
the farthest that an end of a trip may be from a road)."""
_MOST: Final = 0.5
"""What holds for more than this share of the sites that are out of reach, is said of them."""

RoadBeside = Callable[[Sequence[Charger]], tuple[Charger, ...]]
"""Fills in the number of the road beside sites that name none."""


@dataclass(frozen=True)
class GivenChargers:
    """What was read of one file or answer, and what it is called."""

    reading: ChargerReading
    file: str = ""
    """Name of the file; empty: it came from no file."""
    sha256: str = ""
    """SHA-256 of the file, in hex digits; empty: it came from no file."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.file or self.reading.source


@dataclass(frozen=True)
class ChargerSites:
    """Chargers on a network, and what became of the others."""

    network: RoadNetwork
    """With a node beside each charger."""
    cuts: int
    """Nodes that were made on roads, right behind those that were there."""
    chargers: ChargerSet
    """The sites that can be planned with."""
    sources: tuple[dict[str, Any], ...]
    """Where they come from, for the region's provenance, shape (sources,)."""
    skipped: dict[str, int]
    """Rows and sites that were left out, by reason."""
    notes: tuple[str, ...]
    """What whoever gave the chargers should know, in sentences, shape (notes,)."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed of them, in sentences."""
        sites = self.chargers.chargers
        assumed = sum(plug.power_assumed for site in sites for plug in site.connectors)
        if not assumed:
            return ()
        told = (
            f"The power of {assumed} kinds of plug is not stated by any source and was assumed; "
            "each plug names the rule."
        )
        return (told,)


def sites_on(
    network: RoadNetwork,
    given: Sequence[GivenChargers],
    reach_km: float,
    *,
    way: AssumedWay | None = None,
    road_beside: RoadBeside = tuple,
) -> ChargerSites:
    """Merge chargers of several sources and tie them to roads.

    Parameters
    ----------
    network
        The roads; arcs are cut where that brings a node nearer (`snap_to_roads`).
    given
        What was read.
    reach_km
        Sites farther than this from the nearest usable road are left out. [km]
    way
        What is assumed of the ways to chargers with plugs for direct current, each of which gets a
        node at its end; None: they are no part of the network.
    road_beside
        Fills in the number of the road beside sites that name none.
    """
    merged = merge_chargers(site for one in given for site in one.reading.chargers)
    # Restricted and broken sites stay: whether they will do is for each trip to say.
    known = rated_only(assume_powers(merged.chargers))
    lat, lon = _positions(known)
    snapped = snap_to_roads(network, lat, lon, reach_km)
    near = np.flatnonzero(snapped.away_km <= reach_km)
    kept = road_beside([known[k] for k in near])
    skipped = Counter({"no plug of known power": len(merged.chargers) - len(known)})
    for one in given:
        skipped.update(one.reading.skipped)
    skipped["no road within reach"] += len(known) - near.size
    far = [known[k] for k in np.flatnonzero(snapped.away_km > reach_km)]
    told = _Told(network, given, kept, far, reach_km)
    node, roads = snapped.node[near], snapped.network
    if way is not None:
        # Nobody drives a way to charge slowly.
        fast = [k for k, site in enumerate(kept) if any(p.standard in DC for p in site.connectors)]
        at = near[fast]
        roads, node[fast] = with_ways(
            roads, node[fast], (lat[at], lon[at]), snapped.away_km[at], way
        )
    return ChargerSites(
        network=roads,
        cuts=snapped.new_nodes,
        chargers=ChargerSet(kept, node.astype(np.int32)),
        sources=tuple(told.source(one) for one in given if one.reading.row_count),
        skipped={reason: count for reason, count in sorted(skipped.items()) if count},
        notes=told.notes(merged.merged),
    )


def _positions(sites: Sequence[Charger]) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes, degrees."""
    return np.array([site.lat for site in sites]), np.array([site.lon for site in sites])


class _Told:
    """What became of the sites of each source, in words."""

    def __init__(
        self,
        network: RoadNetwork,
        given: Sequence[GivenChargers],
        kept: Sequence[Charger],
        far: Sequence[Charger],
        reach_km: float,
    ) -> None:
        self._network, self._given, self._reach_km = network, given, reach_km
        self._kept = {name for site in kept for name in site.ids}
        self._far = {name for site in far for name in site.ids}

    def source(self, one: GivenChargers) -> dict[str, Any]:
        """Return an entry of a region's provenance."""
        reading = one.reading
        entries = [entry for site in reading.chargers for entry in site.sources]
        licences = sorted({entry.licence for entry in entries if entry.licence})
        dates = sorted({entry.date for entry in entries if entry.date})
        dated = f", last confirmed {dates[0]} to {dates[-1]}" if dates else ""
        on_roads = sum(site.id in self._kept for site in reading.chargers)
        file = {"file": one.file, "sha256": one.sha256} if one.file else {}
        return {
            "package": reading.source,
            **file,
            "licence": ", ".join(licences) or "not stated",
            "origin": f"{reading.format}, {one.file}" if one.file else reading.format,
            "taken": f"{on_roads} of {len(reading.chargers)} charging sites{dated}",
            "report": {"skipped": dict(reading.skipped), "ignored": dict(reading.ignored)},
        }

    def notes(self, merged: int) -> tuple[str, ...]:
        """Say of each source how much of it is on the roads, and why the rest is not."""
        told = [note for one in self._given for note in self._of(one)]
        if merged:
            told.append(
                f"{merged} {_plural(merged, 'entry means', 'entries mean')} the same site as "
                "another one and went into it"
            )
        return tuple(told)

    def _of(self, one: GivenChargers) -> list[str]:
        sites, name = one.reading.chargers, one.name
        if not one.reading.row_count:
            return []
        on_roads = sum(site.id in self._kept for site in sites)
        told = [f"{on_roads} of {len(sites)} sites of {name} are on these roads"]
        far = [site for site in sites if site.id in self._far]
        if far:
            told.append(
                f"{len(far)} of {len(sites)} sites of {name} lie more than {self._reach_km:g} km "
                f"from any road{self._hint(far)}"
            )
        unrated = len(sites) - on_roads - len(far)
        if unrated:
            told.append(f"{unrated} of {len(sites)} sites of {name} have no plug of known power")
        for what, counts in (
            ("rows of {} that are no site of their own", one.reading.skipped),
            ("values of {} that were left out", one.reading.ignored),
        ):
            if counts:
                reasons = "; ".join(f"{count} x {why}" for why, count in counts.items())
                told.append(f"{what.format(name)}: {sum(counts.values())} ({reasons})")
        return told

    def _hint(self, far: Sequence[Charger]) -> str:
        """Tell whether most of these would be on roads if their columns were swapped."""
        lat, lon = _positions(far)
        swapped = np.flatnonzero(np.abs(lon) < 90.0)
        if swapped.size <= _MOST * len(far):
            return ""
        _, away_km = NodeIndex(self._network).nearest(lon[swapped], lat[swapped])
        found = np.count_nonzero(away_km <= _SWAPPED_KM)
        return ": latitude and longitude swapped?" if found > _MOST * len(far) else ""


def _plural(count: int, one: str, several: str) -> str:
    return one if count == 1 else several
