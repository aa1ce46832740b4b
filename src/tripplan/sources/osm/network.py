"""OpenStreetMap extracts to a road network: `read_osm`.

Read (file), cut and merge (merge), price (speed), restrict turns (turns), keep the largest
strongly connected part.  What was left out is counted in the report.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path
from tripplan.records.network import (
    FLAG_LIMIT_STATED,
    FLAG_LINK,
    FLAG_MOTORROAD,
    FLAG_URBAN,
    NODE_COPY,
    NODE_TURNING,
    RoadNetwork,
)
from tripplan.records.region import Water
from tripplan.sources.osm.arc_names import names_of_arcs
from tripplan.sources.osm.changes import changes_of_arcs
from tripplan.sources.osm.file import OsmPlace, RawRoads, TaggedPoint, read_file
from tripplan.sources.osm.limits import COUNTRIES
from tripplan.sources.osm.merge import (
    Arcs,
    Line,
    access_rules,
    change_sets,
    directed_meanings,
    lay_out,
    merge,
)
from tripplan.sources.osm.numbered import NumberedRoads
from tripplan.sources.osm.residents import close_zones
from tripplan.sources.osm.speed import ArcSpeeds, NodeDelays, arc_speeds
from tripplan.sources.osm.turning_round import TURN_ROUND_S, split_with_turning
from tripplan.sources.osm.turns import SplitArcs, find_rules, strong_parts
from tripplan.sources.osm.water import water_of
from tripplan.units import KMH_PER_MPS, M_PER_KM


@dataclass(frozen=True)
class OsmReport:
    """What became of a file: totals and counts, nothing silent."""

    nodes: int
    """Nodes of the network, copies at restricted junctions included."""
    arcs: int
    km: float
    """Length of all its arcs (a two-way road counts twice), copies excluded, km."""
    road_km: float
    """Length of its roads (a two-way road counts once), km."""
    ways_used: int
    country: str
    """ISO code whose default limits were used; empty: the generic ones."""
    stated_limit_share: float
    """Share of the length whose limit is stated by tags."""
    urban_share: float
    """Share of the length that counts as built-up."""
    restrictions: Mapping[str, int]
    """Turn restrictions applied, by kind of via."""
    split_nodes: int
    """Copies made of restricted junctions."""
    turning_nodes: int
    """Copies made of other junctions, where turning round takes time or is not done."""
    barriers: int
    """Nodes that stop cars."""
    components: tuple[int, ...]
    """Nodes of the largest strongly connected parts, falling, at most ten; the first is kept."""
    component_count: int
    dropped_nodes: int
    """Nodes outside the part kept, ..."""
    dropped_km: float
    """... and the length of the arcs lost with them, km."""
    skipped: Mapping[str, int]
    """What was left out or not understood, by reason."""
    timed: Mapping[str, int]
    """Ways that are open, limited or tolled at some times only, by the rule."""
    unused: Mapping[str, int]
    """Ways by key that changes access, speed or toll, for cars or others, and is not used."""


@dataclass(frozen=True, eq=False)
class OsmExtract:
    """A road network with what else the file knows."""

    network: RoadNetwork
    """Without elevation (0 m everywhere)."""
    node_id: Longs
    """OSM id of each network node, shape (nodes,); copies share one."""
    is_split: NDArray[np.bool_]
    """Whether a node stands for a junction that turn restrictions split, shape (nodes,).  Each of
    these nodes is reached by some of its roads only, the first as well as its copies, so that no
    place may be tied to one; ``network.node_flags`` has NODE_COPY there, as it has where
    junctions are split because one does not turn round there."""
    places: tuple[OsmPlace, ...]
    charging_stations: tuple[TaggedPoint, ...]
    water: Water | None
    numbered: NumberedRoads
    """Lines of the main roads with a number."""
    report: OsmReport


def read_osm(
    path: str | PathLike[str],
    *,
    ferries: bool = False,
    country: str | None = None,
    turn_restrictions: bool = True,
) -> OsmExtract:
    """Read an OpenStreetMap extract: .osm.pbf, .osm, .osm.gz or .osm.bz2.

    Parameters
    ----------
    path
        The file.
    ferries
        Whether ferries that carry cars count as roads.
    country
        ISO 3166-1 alpha-2 code for default speed limits; None: the code that the file's own tags
        name most often ("DE:urban", addr:country), or the generic limits if there is none.
    turn_restrictions
        Whether restricted junctions are split.

    Returns
    -------
    OsmExtract
        The network (largest strongly connected part), places, charging stations and a report.

    Raises
    ------
    DataError
        The file is missing, damaged, of another kind, or holds no connected roads.
    InvalidInputError
        There is no table of limits for that country.
    """
    if country is not None and country not in COUNTRIES:
        raise InvalidInputError(
            f"no default speed limits are known for country {country!r}; known: "
            + " ".join(sorted(COUNTRIES)),
            field="country",
            value=country,
            expected="an ISO 3166-1 alpha-2 code in capitals",
        )
    raw = read_file(as_path(path, where="OpenStreetMap file"), ferries=ferries)
    return _Builder(raw, str(path), _country(raw, country), restricted=turn_restrictions).build()


def _country(raw: RawRoads, given: str | None) -> str:
    if given is not None:
        return given
    known = [(count, code) for code, count in raw.countries.items() if code in COUNTRIES]
    return max(known)[1] if known else ""


class _Builder:
    """The steps from raw roads to an extract, in order."""

    def __init__(self, raw: RawRoads, path: str, country: str, *, restricted: bool) -> None:
        self.raw, self.path, self.country = raw, path, country
        self.restricted = restricted
        self.skipped = Counter(raw.skipped)
        self.columns, along, against = directed_meanings(raw.meanings)
        self.way_class = self.columns["road_class"][along[raw.way_meaning]]
        self.line: Line = lay_out(raw)
        if self.line.starts.all():
            raise DataError(
                f"{path} holds no road between two known points: the nodes of its ways are missing",
                path=path,
            )
        self.arcs: Arcs = merge(
            self.line,
            along[raw.way_meaning],
            against[raw.way_meaning],
            self.columns["drivable"],
            self._restricted_ids(),
        )

    def _restricted_ids(self) -> Longs:
        raw = self.raw
        ids = [r.via_node for r in raw.restrictions if r.via_node is not None]
        via = [way for r in raw.restrictions for way in r.via_ways]
        inside = np.flatnonzero(np.isin(raw.way_id, np.array(via, dtype=np.int64)))
        ends = raw.point_node[
            np.concatenate((raw.way_first[inside], raw.way_first[inside + 1] - 1))
        ]
        return np.concatenate((np.array(ids, dtype=np.int64), ends))

    def build(self) -> OsmExtract:
        zones = close_zones(self.line, self.arcs, self.columns["destination"][self.arcs.meaning])
        speeds = arc_speeds(
            self.line,
            self.arcs,
            self.columns,
            self.way_class,
            self.country,
            self._delays(),
            zones.open,
        )
        rules, outcome = find_rules(
            self.raw.restrictions if self.restricted else (),
            self.line,
            self.arcs,
            self.raw.way_id,
        )
        applied = {key: n for key, n in outcome.items() if key.startswith("applied")}
        self.skipped.update({key: n for key, n in outcome.items() if key not in applied})
        self.arcs = zones.arcs
        if zones.cuts:
            self.skipped["residents' road cut, so that it is no way through"] = zones.cuts
        drive_s = self.arcs.length_m / speeds.speed_kmh * KMH_PER_MPS
        split, restricted = split_with_turning(
            self.arcs, rules, self.columns["road_class"][self.arcs.meaning], drive_s
        )
        part = strong_parts(split)
        sizes = np.bincount(part)
        kept = part == int(np.argmax(sizes))
        network, node, arcs_kept = self._network(split, restricted, kept, speeds)
        return OsmExtract(
            network=network,
            node_id=self.line.node_id[self.arcs.node[split.node[node]]],
            is_split=network.node_flags == NODE_COPY,
            places=self.raw.places,
            charging_stations=self.raw.charging_stations,
            water=water_of(self.raw.water),
            numbered=self.raw.numbered,
            report=self._report(split, restricted, arcs_kept, speeds, applied, sizes, network),
        )

    def _delays(self) -> NodeDelays:
        delay = np.zeros(self.line.node_id.size)
        sense = np.zeros(self.line.node_id.size, np.int32)
        raw = self.raw
        if raw.delay_node.size:
            order = np.argsort(raw.delay_node)
            known = raw.delay_node[order]
            slot = np.minimum(np.searchsorted(known, self.line.node_id), known.size - 1)
            met = known[slot] == self.line.node_id
            delay[met] = raw.delay_s[order][slot[met]]
            sense[met] = raw.delay_sense[order][slot[met]]
        return NodeDelays(delay, sense)

    def _network(
        self, split: SplitArcs, restricted: Flags, kept: Flags, speeds: ArcSpeeds
    ) -> tuple[RoadNetwork, Longs, Longs]:
        node = np.flatnonzero(kept)
        number = np.full(kept.size, -1, dtype=np.int64)
        number[node] = np.arange(node.size)
        inside = np.flatnonzero(kept[split.tail] & kept[split.head])
        if not inside.size:
            raise DataError(
                f"{self.path} holds no two places that are connected both ways", path=self.path
            )
        arc = split.arc[inside]
        arcs, row = self.arcs, self.arcs.meaning[arc]
        first, count = arcs.point_first[arc], np.diff(arcs.point_first)[arc]
        point = arcs.point[ragged(first + 1, count - 2)]
        more = np.where(speeds.urban[arc], FLAG_URBAN, 0)
        more |= np.where(speeds.stated[arc], FLAG_LIMIT_STATED, 0)
        more |= np.where(self.columns["motorroad"][row], FLAG_MOTORROAD, 0)
        is_split = np.isin(split.node[node], split.node[arcs.node.size :])
        flags = np.where(restricted[split.node[node]], NODE_COPY, NODE_COPY + NODE_TURNING)
        ramp = (self.columns["flags"][arcs.meaning] & FLAG_LINK) > 0
        road_name, road_names = names_of_arcs(self.raw.names, self.line, arcs, ramp)
        turned = split.turned[inside]
        changes = changes_of_arcs(
            self.line, arcs, self.columns, speeds, change_sets(self.raw.meanings)
        ).of_arcs(arc)
        slowed = _turning_kmh(
            arcs.length_m[arc[changes.arc]], changes.speed_kmh, turned[changes.arc]
        )
        network = RoadNetwork.from_arcs(
            lat=arcs.lat[split.node[node]],
            lon=arcs.lon[split.node[node]],
            elevation_m=np.zeros(node.size),
            tail=number[split.tail[inside]],
            head=number[split.head[inside]],
            length_m=arcs.length_m[arc],
            speed_kmh=_turning_kmh(arcs.length_m[arc], speeds.speed_kmh[arc], turned),
            speed_limit_kmh=speeds.limit_kmh[arc],
            road_class=self.columns["road_class"][row],
            flags=(self.columns["flags"][row] | more).astype(np.uint8),
            shapes=(
                np.concatenate(([0], np.cumsum(count - 2))),
                self.line.lat[point],
                self.line.lon[point],
            ),
            node_flags=np.where(is_split, flags, 0),
            rule=self.columns["rule"][row],
            access_rules=access_rules(self.raw.meanings),
            road_name=road_name[arc],
            road_names=road_names,
            changes=replace(changes, speed_kmh=slowed),
        )
        return network, node, np.unique(arc)

    def _report(
        self,
        split: SplitArcs,
        restricted: Flags,
        arcs_kept: Longs,
        speeds: ArcSpeeds,
        applied: Mapping[str, int],
        sizes: Longs,
        network: RoadNetwork,
    ) -> OsmReport:
        length = self.arcs.length_m[arcs_kept]
        total_m = float(length.sum())
        oneway = self.columns["oneway"][self.arcs.meaning[arcs_kept]]
        sizes = np.sort(sizes)[::-1]
        copies = split.node[self.arcs.node.size :]
        return OsmReport(
            nodes=network.node_count,
            arcs=network.arc_count,
            km=total_m / M_PER_KM,
            road_km=float((length * np.where(oneway, 1.0, 0.5)).sum()) / M_PER_KM,
            ways_used=int(self.raw.way_id.size),
            country=self.country,
            stated_limit_share=float(length[speeds.stated[arcs_kept]].sum()) / total_m,
            urban_share=float(length[speeds.urban[arcs_kept]].sum()) / total_m,
            restrictions=dict(applied),
            split_nodes=int(restricted[copies].sum()),
            turning_nodes=int((~restricted[copies]).sum()),
            barriers=int(self.raw.blocked.size),
            components=tuple(int(size) for size in sizes[:10]),
            component_count=int(sizes.size),
            dropped_nodes=int(sizes[1:].sum()),
            dropped_km=float(self.arcs.length_m.sum() - total_m) / M_PER_KM,
            skipped=dict(sorted(self.skipped.items())),
            timed=self._timed(),
            unused=dict(sorted(self.raw.unused.items(), key=lambda item: (-item[1], item[0]))),
        )

    def _timed(self) -> dict[str, int]:
        """Count the ways that are open, limited or tolled at some times only, by their rule."""
        ways = np.bincount(self.raw.way_meaning, minlength=len(self.raw.meanings)).tolist()
        found: Counter[str] = Counter()
        for meaning, count in zip(self.raw.meanings, ways, strict=True):
            rules = {meaning.rule_forward, meaning.rule_backward} - {""}
            for rule in rules | {*meaning.changes_forward, *meaning.changes_backward}:
                found[rule] += count
        return dict(found.most_common())


def _turning_kmh(length_m: Floats, speed_kmh: Floats, turned: Flags) -> Floats:
    """Add the time for turning round to that of the arcs driven after it."""
    slow_kmh = length_m / (length_m / speed_kmh * KMH_PER_MPS + TURN_ROUND_S) * KMH_PER_MPS
    return np.where(turned, slow_kmh, speed_kmh)
