"""The road network: largest component, published summits as nodes, long edges cut into pieces."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from starter_build.geo import Floats, haversine_km, to_latlon, unit_vectors
from starter_build.sources import Freeways, Published

NODE_SOURCE, NODE_SUMMIT, NODE_CUT, NODE_TOWN, NODE_LANDING = 0, 1, 2, 3, 4
"""Kinds of node: of the source graph, a published summit, a cut of a long edge, a town on one, a
ferry's landing."""

LONGEST_PIECE_KM = 8.0
SUMMIT_APART_KM = 0.3
"""A summit closer than this to a node is that node."""
TOWN_APART_KM = 3.0
LONG_EDGE_KM = 10.0
"""A town without a node within `TOWN_APART_KM` becomes one on an edge of at least this length."""
REACH_KM, REACH_SHARE = 4.0, 0.15
"""A point may lie this far, or this share of the edge's length, off the chord of its edge."""
BESIDE_KM = 3.0
SLACK_KM = 0.01
"""A detour may be this much longer than the edge; positions in the source are rounded."""


@dataclass
class Network:
    """Undirected edges, once each; positions in degrees, lengths in km."""

    latlon: Floats
    kind: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_km: Floats
    point_node: dict[tuple[str, str], int] = field(default_factory=dict)
    off_road_km: Floats = field(default_factory=lambda: np.zeros(0))
    """How far a node may lie off the road: cuts lie on the chord of an edge without shape."""
    minutes_aboard: dict[int, float] = field(default_factory=dict)
    """Edges that are ferries, and how long they take."""

    def aboard(self) -> NDArray[np.bool_]:
        """Return which edges are ferries."""
        mask = np.zeros(len(self.tail), dtype=bool)
        mask[list(self.minutes_aboard)] = True
        return mask

    def bearing(self) -> Floats:
        """Return the direction of the road at each node, radians from east, modulo pi."""
        east = self.latlon[self.head, 1] - self.latlon[self.tail, 1]
        east = east * np.cos(np.radians(self.latlon[self.tail, 0]))
        north = self.latlon[self.head, 0] - self.latlon[self.tail, 0]
        doubled = (east + 1j * north) ** 2
        doubled = doubled / np.maximum(np.abs(doubled), 1e-12) * self.length_km
        total = np.zeros(len(self.latlon), dtype=complex)
        np.add.at(total, self.tail, doubled)
        np.add.at(total, self.head, doubled)
        return np.angle(total) / 2

    def adjacency(self) -> list[list[tuple[int, int]]]:
        """Return, for each node, its (neighbour, edge) pairs."""
        rows: list[list[tuple[int, int]]] = [[] for _ in range(len(self.latlon))]
        for edge, (i, j) in enumerate(zip(self.tail.tolist(), self.head.tolist(), strict=True)):
            rows[i].append((j, edge))
            rows[j].append((i, edge))
        return rows

    def add_node(self, position: Floats, kind: int) -> int:
        """Append a node and return its index."""
        self.latlon = np.vstack([self.latlon, np.round(position, 5)])
        self.kind = np.append(self.kind, kind)
        return len(self.latlon) - 1


def largest_component(roads: Freeways) -> tuple[Network, list[int]]:
    """Keep the largest connected component; also return the node counts of the others."""
    count = len(roads.latlon)
    matrix = coo_matrix((np.ones(len(roads.tail)), (roads.tail, roads.head)), (count, count))
    _, label = connected_components(matrix, directed=False)
    sizes = np.bincount(label)
    kept = label == np.argmax(sizes)
    index = np.cumsum(kept) - 1
    edge = kept[roads.tail]
    network = Network(
        latlon=roads.latlon[kept],
        kind=np.full(int(kept.sum()), NODE_SOURCE),
        tail=index[roads.tail[edge]],
        head=index[roads.head[edge]],
        length_km=roads.length_km[edge],
    )
    return network, sorted(np.delete(sizes, np.argmax(sizes)).tolist(), reverse=True)


def split_at_points(network: Network, published: list[Published]) -> list[str]:
    """Make each published pass and tunnel a node, and each town that a long edge runs past.

    The nearest edge is split if its driven length leaves room for the detour to the point: tail -
    point - head is not longer than the edge, and the point lies within `reach_km` of its chord.
    A pass whose position leaves no such room, but lies within `BESIDE_KM` of an edge, is put on the
    chord.  The driven length is kept and shared by the two pieces as their chords are.  Return the
    passes that lie on no edge.
    """
    missing = []
    for point in sorted(published, key=lambda p: p.kind == "town"):
        position = np.array([point.lat, point.lon])
        nearest_km = haversine_km(network.latlon, position)
        node = int(np.argmin(nearest_km))
        town = point.kind == "town"
        if nearest_km[node] <= (TOWN_APART_KM if town else SUMMIT_APART_KM):
            if not town:
                network.point_node[point.name, point.state] = node
            continue
        found = _edge_past(network, position, LONG_EDGE_KM if town else 0.0)
        if found is not None:
            kind = NODE_TOWN if town else NODE_SUMMIT
            network.point_node[point.name, point.state] = _split(network, *found, kind)
        elif not town:
            missing.append(point.name)
    return missing


def _edge_past(network: Network, position: Floats, least_km: float) -> tuple[int, Floats] | None:
    a = haversine_km(network.latlon[network.tail], position)
    b = haversine_km(network.latlon[network.head], position)
    chord = haversine_km(network.latlon[network.tail], network.latlon[network.head])
    s = (a + b + chord) / 2
    area = np.sqrt(np.maximum(s * (s - a) * (s - b) * (s - chord), 0))
    beside = (a**2 + chord**2 > b**2) & (b**2 + chord**2 > a**2)
    offset = np.where(beside, 2 * area / chord, np.minimum(a, b))
    reach_km = np.maximum(REACH_KM, REACH_SHARE * network.length_km)
    fits = (a + b <= network.length_km + SLACK_KM) & (offset <= reach_km)
    fits &= network.length_km >= least_km
    if fits.any():
        return int(np.argmin(np.where(fits, offset, np.inf))), position
    edge = int(np.argmin(np.where(beside, offset, np.inf)))
    if least_km or offset[edge] > BESIDE_KM:
        return None
    share = (a[edge] ** 2 - offset[edge] ** 2) ** 0.5 / chord[edge]
    start, end = network.latlon[network.tail[edge]], network.latlon[network.head[edge]]
    return edge, start + share * (end - start)


def _split(network: Network, edge: int, position: Floats, kind: int) -> int:
    tail, head = int(network.tail[edge]), int(network.head[edge])
    a = float(haversine_km(network.latlon[tail], position))
    b = float(haversine_km(network.latlon[head], position))
    total = network.length_km[edge]
    node = network.add_node(position, kind)
    network.head[edge] = node
    network.length_km[edge] = total * a / (a + b)
    network.tail = np.append(network.tail, node)
    network.head = np.append(network.head, head)
    network.length_km = np.append(network.length_km, total * b / (a + b))
    return node


def cut_long_edges(network: Network) -> int:
    """Cut edges into equal pieces of at most `LONGEST_PIECE_KM`; return the number of new nodes.

    Ferries stay whole.

    The new nodes lie on the great-circle chord of the edge, as the source holds no shape.  The
    road itself lies somewhere in the ellipse of the detours that are as long as the edge.
    """
    pieces = np.maximum(np.ceil(network.length_km / LONGEST_PIECE_KM).astype(int), 1)
    pieces[network.aboard()] = 1
    aboard = {}
    vectors = unit_vectors(network.latlon)
    chord = haversine_km(network.latlon[network.tail], network.latlon[network.head])
    half_width = np.sqrt(np.maximum(network.length_km**2 - chord**2, 0)) / 2
    count = len(network.latlon)
    off_road = [np.zeros(count)]
    new_vectors, tails, heads, lengths = [], [], [], []
    for edge, n in enumerate(pieces):
        i, j = int(network.tail[edge]), int(network.head[edge])
        share = np.arange(1, n)[:, None] / n
        new_vectors.append(vectors[i] * (1 - share) + vectors[j] * share)
        off_road.append(half_width[edge] * np.sin(np.pi * share[:, 0]))
        chain = [i, *range(count, count + n - 1), j]
        if edge in network.minutes_aboard:
            aboard[len(tails)] = network.minutes_aboard[edge]
        count += int(n) - 1
        tails += chain[:-1]
        heads += chain[1:]
        lengths += [network.length_km[edge] / n] * int(n)
    added = np.round(to_latlon(np.vstack(new_vectors)), 5)
    network.latlon = np.vstack([network.latlon, added])
    network.kind = np.append(network.kind, np.full(len(added), NODE_CUT))
    network.off_road_km = np.concatenate(off_road)
    network.tail, network.head = np.array(tails), np.array(heads)
    network.length_km = np.array(lengths)
    network.minutes_aboard = aboard
    return len(added)


def length_figures(network: Network) -> dict[str, float]:
    """Return how driven lengths compare with great-circle chords."""
    chord = haversine_km(network.latlon[network.tail], network.latlon[network.head])
    excess_m = (chord - network.length_km) * 1000
    long = network.length_km >= 2
    ratio = network.length_km[long] / chord[long]
    return {
        "total_km": round(float(network.length_km.sum()), 1),
        "worst_shortfall_against_chord_m": round(float(np.max(excess_m)), 1),
        "ratio_edges_of_2_km_or_more_min": round(float(ratio.min()), 4),
        "ratio_edges_of_2_km_or_more_median": round(float(np.median(ratio)), 4),
        "ratio_edges_of_2_km_or_more_p95": round(float(np.percentile(ratio, 95)), 4),
        "ratio_edges_of_2_km_or_more_max": round(float(ratio.max()), 4),
    }
