"""A region on one screen: how large, which chargers, names and sources; `report` has it in full."""

import textwrap
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tripplan.output.text import words
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.units import M_PER_KM

_WIDTH: Final = 79
_LABEL: Final = 12
_TOWNS: Final = 5
"""So many of the largest towns are named."""
_LINES: Final = 4
"""A row has so many lines at most; what is longer ends in an ellipsis."""


def region_in_short(region: Region) -> str:
    """Return what a region holds on one screen of 80 columns and 24 lines."""
    network, provenance = region.network, region.provenance
    nodes, arcs = f"{network.node_count:,} nodes", f"{network.arc_count:,} one-way arcs"
    north = f"{network.lat.min():.2f} to {network.lat.max():.2f} degrees north"
    east = f"{network.lon.min():.2f} to {network.lon.max():.2f} degrees east"
    rows = (
        ("Roads", f"{nodes}, {arcs} of {float(network.length_m.sum()) / M_PER_KM:,.0f} km"),
        ("Road names", _road_names(network)),
        ("Area", f"{north}, {east}"),
        ("Chargers", _chargers(region)),
        ("Left out", chargers_left_out(region)),
        ("Seasons", _seasons(region)),
        ("Tags unused", _unused(provenance)),
        ("Names", _names(region)),
        ("Built", str(provenance.get("built", ""))),
        ("Sources", "; ".join(_source(one) for one in provenance.get("sources", ()))),
        ("Assumptions", f"{words.count(len(region.assumptions), 'sentence')}, told by --full"),
    )
    lines = [f"Region {words.one_line(region.name, 60)}"]
    for label, told in rows:
        if told:
            lines += _row(label, words.one_line(told, 600))
    return "\n".join(lines) + "\n"


def charger_notes(region: Region) -> tuple[str, ...]:
    """Return what became of the chargers that a region was made with, in sentences."""
    return tuple(map(str, region.provenance.get("charger_notes", ())))


def chargers_left_out(region: Region) -> str:
    """Return how many chargers a region was built without, by reason; empty: none."""
    return _counts(region.provenance.get("chargers_skipped", {}), "charger")


def _row(label: str, told: str) -> list[str]:
    return textwrap.wrap(
        told,
        _WIDTH,
        initial_indent=f"{label:<{_LABEL}}",
        subsequent_indent=" " * _LABEL,
        max_lines=_LINES,
        placeholder=" ...",
    )


def _chargers(region: Region) -> str:
    sites = region.chargers.chargers
    made_up = sum(site.status == "illustrative" for site in sites)
    plugs = Counter(kind for site in sites for kind in {plug.standard for plug in site.connectors})
    told = [f"{len(sites):,}"]
    if made_up:
        told.append("all made up" if made_up == len(sites) else f"{made_up:,} of them made up")
    kinds = [f"{words.one_line(kind, 20)} at {count:,}" for kind, count in plugs.most_common(6)]
    return "; ".join([", ".join(told), *([", ".join(kinds)] if kinds else [])])


def _road_names(network: RoadNetwork) -> str:
    """Say of which share of the length the name or the number of the road is known."""
    if not network.road_name.size:
        return "none"
    length_m = network.length_m
    named, numbered = (
        np.array([bool(getattr(road, field)) for road in network.road_names] + [False])
        for field in ("name", "ref")
    )
    known = named | numbered
    shares = [float(length_m[has[network.road_name]].sum()) for has in (known, named, numbered)]
    either, name, number = (f"{share / float(length_m.sum()):.0%}" for share in shares)
    return f"{either} of the length: {name} has a name, {number} a number"


def _counts(counts: Mapping[str, int], noun: str) -> str:
    if not counts:
        return ""
    told = ", ".join(f"{count:,} {words.one_line(why, 60)}" for why, count in counts.items())
    return f"{words.count(sum(counts.values()), noun)}: {told}"


def _seasons(region: Region) -> str:
    """Count the one-way arcs that are open, limited or tolled at some times only, by their rule."""
    network, changes = region.network, region.network.changes
    told = []
    for what, rule, texts, arcs in (
        ("open", network.timed_rule, network.access_rules, network.timed_arc.size),
        ("limited or tolled", changes.rule, changes.rules, len(set(changes.arc.tolist()))),
    ):
        if rule.size:
            counts = ", ".join(
                f"{words.one_line(texts[number], 60)} ({count:,})"
                for number, count in Counter(rule.tolist()).most_common()
            )
            told.append(f"{arcs:,} arcs {what} at some times only: {counts}")
    return "; ".join(told)


def _unused(provenance: Mapping[str, Any]) -> str:
    """Count the ways by key that changes access, speed or toll and was not used."""
    found: Counter[str] = Counter()
    for source in provenance.get("sources", ()):
        report = source.get("report") or {}
        found.update(report.get("unused") or {})
    return ", ".join(f"{words.one_line(key, 40)} ({ways:,})" for key, ways in found.most_common())


def _names(region: Region) -> str:
    towns = [entry for entry in region.gazetteer.entries if entry.is_town]
    largest = sorted(towns, key=lambda entry: -entry.population)[:_TOWNS]
    told = f"{len(region.gazetteer.entries):,}"
    if not largest:
        return told
    named = "; ".join(words.one_line(entry.label, 40) for entry in largest)
    return f"{told}, {len(towns):,} of them towns: {named}{' ...' if towns[_TOWNS:] else ''}"


def _source(source: Mapping[str, Any]) -> str:
    name = source.get("package") or source.get("file") or "unnamed source"
    licence = source.get("data_licence") or source.get("licence") or "licence not stated"
    return f"{words.one_line(name, 50)} ({words.one_line(licence, 50)})"
