"""Limits and tolls of arcs at some times only, with the speeds that these limits give."""

from typing import Any

import numpy as np

from tripplan.records.network import FLAG_FERRY
from tripplan.records.road_changes import LIMIT, NO_CHANGES, RoadChanges, taken_apart
from tripplan.sources.osm.maxspeed import parse_maxspeed
from tripplan.sources.osm.merge import Arcs, Line
from tripplan.sources.osm.speed import ArcSpeeds, speeds_at_limit


def changes_of_arcs(
    line: Line,
    arcs: Arcs,
    columns: dict[str, Any],
    speeds: ArcSpeeds,
    sets: tuple[tuple[str, ...], ...],
) -> RoadChanges:
    """Tabulate what the ways of all arcs say of some times only.

    Parameters
    ----------
    line, arcs
        The geometry.
    columns
        Table of directed meanings (`merge.directed_meanings`).
    speeds
        What the speed model says of the arcs without conditions.
    sets
        Rules of ways (`merge.change_sets`).
    """
    of_arc = columns["changes"][arcs.meaning]
    touched = np.flatnonzero(of_arc >= 0)
    if not touched.size:
        return NO_CHANGES
    rules = tuple(sorted({rule for each in sets for rule in each}))
    number = {rule: k for k, rule in enumerate(rules)}
    rows = [[number[rule] for rule in each] for each in sets]
    count = np.array([len(row) for row in rows])[of_arc[touched]]
    arc = np.repeat(touched, count)
    rule = np.concatenate([rows[k] for k in of_arc[touched].tolist()]).astype(np.int32)
    stated = np.array([_limit_kmh(each) for each in rules])[rule]
    aboard = (columns["flags"][arcs.meaning[arc]] & FLAG_FERRY) > 0
    limited = np.flatnonzero((stated > 0.0) & ~aboard)
    limit, speed = speeds.limit_kmh[arc].copy(), speeds.speed_kmh[arc].copy()
    limit[limited] = stated[limited]
    if limited.size:
        part = (arc[limited], stated[limited])
        speed[limited] = speeds_at_limit(line, arcs, columns, speeds, part)
    return RoadChanges(arc.astype(np.int32), rule, limit, speed, rules)


def _limit_kmh(rule: str) -> float:
    """Return the limit that a rule states, 0 where it is one of toll; km/h."""
    told = taken_apart(rule)
    if told is None or told.kind != LIMIT:
        return 0.0
    return parse_maxspeed(told.value).kmh
