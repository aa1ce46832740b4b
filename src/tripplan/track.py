"""The road of a leg, step by step: each step is straight, has one grade and one speed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.network import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_SAME_M = 1e-3


@dataclass(frozen=True, eq=False)
class Track:
    """Points of a road in driving order, and the steps between them."""

    lat: Floats
    """Shape (steps + 1,), as are the other columns of points."""
    lon: Floats
    elevation_m: Floats
    distance_m: Floats
    """Driven distance from the start of the track."""
    piece: NDArray[np.int64]
    """Piece of the network that each step lies on, shape (steps,)."""
    share: Floats
    """Part of that piece's length, shape (steps,)."""
    arc: NDArray[np.int64]
    """Arc of each step, shape (steps,)."""
    at: NDArray[np.int64]
    """Position of that arc in the row of arcs, shape (steps,)."""


def lay_track(network: RoadNetwork, arcs: Ints, start: int) -> Track:
    """Lay out a row of arcs.

    Parameters
    ----------
    network
        The roads.
    arcs
        Arcs in driving order; may be none.
    start
        Node where the track begins.
    """
    points = [np.array([[network.lat[start], network.lon[start], network.elevation_m[start], 0.0]])]
    pieces, shares, owners, positions = [], [], [], []
    driven_m = 0.0
    tail = start
    for position, arc in enumerate(arcs.tolist()):
        along, piece, share = _steps(network, arc)
        ends_m = _piece_ends(network, arc)
        heights = network.elevation_m[tail] + np.concatenate(
            [[0.0], np.cumsum(network.piece_rise_m[_rows(network.piece_first, arc)])]
        )
        shape_m, shape_lat, shape_lon = _geometry(network, arc, tail)
        points.append(
            np.column_stack(
                [
                    np.interp(along[1:], shape_m, shape_lat),
                    np.interp(along[1:], shape_m, shape_lon),
                    np.interp(along[1:], ends_m, heights),
                    driven_m + along[1:],
                ]
            )
        )
        pieces.append(piece)
        shares.append(share)
        owners.append(np.full(piece.size, arc))
        positions.append(np.full(piece.size, position))
        driven_m += float(network.length_m[arc])
        tail = int(network.head[arc])
    table = np.concatenate(points)
    return Track(
        lat=table[:, 0],
        lon=table[:, 1],
        elevation_m=table[:, 2],
        distance_m=table[:, 3],
        piece=np.concatenate([np.empty(0, np.int64), *pieces]),
        share=np.concatenate([np.empty(0), *shares]),
        arc=np.concatenate([np.empty(0, np.int64), *owners]),
        at=np.concatenate([np.empty(0, np.int64), *positions]),
    )


def _rows(first: Ints, arc: int) -> slice:
    return slice(int(first[arc]), int(first[arc + 1]))


def _piece_ends(network: RoadNetwork, arc: int) -> Floats:
    lengths = network.piece_length_m[_rows(network.piece_first, arc)]
    return np.concatenate([[0.0], np.cumsum(lengths)])


def _geometry(network: RoadNetwork, arc: int, tail: int) -> tuple[Floats, Floats, Floats]:
    """Distance along the arc [m] and position of each point of its geometry, ends included."""
    rows, head = _rows(network.shape_first, arc), int(network.head[arc])
    lat = np.concatenate([[network.lat[tail]], network.shape_lat[rows], [network.lat[head]]])
    lon = np.concatenate([[network.lon[tail]], network.shape_lon[rows], [network.lon[head]]])
    east = np.diff(lon) * np.cos(np.radians(0.5 * (lat[1:] + lat[:-1])))
    chord = np.hypot(east, np.diff(lat))
    along = np.concatenate([[0.0], np.cumsum(chord)])
    scale = float(network.length_m[arc]) / along[-1] if along[-1] > 0.0 else 0.0
    return along * scale, lat, lon


def _steps(network: RoadNetwork, arc: int) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Cut an arc at the ends of its pieces and at the points of its geometry."""
    ends_m = _piece_ends(network, arc)
    tail = int(np.searchsorted(network.first_out, arc, side="right")) - 1
    shape_m = _geometry(network, arc, tail)[0][1:-1]
    nearest = np.abs(shape_m[:, None] - ends_m[None, :]).min(axis=1, initial=np.inf)
    along = np.sort(np.concatenate([ends_m, shape_m[nearest > _SAME_M]]))
    along = along[np.concatenate([[True], np.diff(along) > 0.0])]
    middle = 0.5 * (along[1:] + along[:-1])
    inside = np.clip(np.searchsorted(ends_m, middle) - 1, 0, ends_m.size - 2)
    piece = network.piece_first[arc] + inside
    share = np.diff(along) / np.diff(ends_m)[inside]
    return along, piece.astype(np.int64), share
