"""The short table of the README: ratios alone, written from what `cold_starts` and `routers` kept.

`everything` puts it between two marks of the README; a test holds the README against it.
"""

import json
import math
from pathlib import Path
from typing import Any

import cold_starts
import routers
from measure import figure, table

BEGIN, END = "<!-- from benchmarks/results -->\n", "<!-- to here -->\n"
LEFT_OUT = {"car 1: peak", "compilations", "functions"}
"""Rows without a goal."""

COLD = """\
Against commit {commit}, both builds by turns in one run, CPU time:

{rows}

**Not reached:** {missed}.

"""

ROUTES = """\
A plain fastest route without charging, in units of one of Valhalla's, on the same files and pairs:

{rows}

"""


def cold_table(kept: dict[str, cold_starts.Times]) -> str:
    """Return how many times less this build takes than the old one, row by row."""
    rows, missed = [], []
    for row in cold_starts.ROWS:
        less = cold_starts.ratio_of(row, kept)
        if row.key in LEFT_OUT or less is None:
            continue
        rows.append([row.text, figure(less), cold_starts.goal_of(row)])
        if cold_starts.reached(row, kept) is False:
            why = cold_starts.REASONS.get(row.key)
            missed.append(f"{row.text} ({why})" if why else row.text)
    if not rows:
        return ""
    return COLD.format(
        commit=cold_starts.OLD_COMMIT,
        rows=table(("what", "times less", "goal"), rows),
        missed="; ".join(missed) or "nothing",
    )


def routes_table(kept: dict[str, routers.Found]) -> str:
    """Return what programs take for a route, in units of Valhalla's, extract by extract."""
    times: list[dict[str, float]] = []
    for found in kept.values():
        told = {plain(one["name"]): float(one["median_s"]) for one in found["programs"]}
        if "plans" in found:
            told["tripplan, whole plan with its stops"] = float(found["plans"]["median_s"])
        times.append(told)
    if not times or any(routers.VALHALLA not in told for told in times):
        return ""
    names = list(dict.fromkeys(name for told in times for name in told))
    rows = [
        [name, *(figure(told.get(name, math.nan) / told[routers.VALHALLA]) for told in times)]
        for name in names
    ]
    head = ("program", *(found["title"] for found in kept.values()))
    return ROUTES.format(rows=table(head, rows))


def plain(name: str) -> str:
    """Return the name of a program without its algorithm."""
    return name.split(" (", maxsplit=1)[0]


def text(folder: Path) -> str:
    """Return both tables from what was kept."""
    kept: list[Any] = []
    for name in ("cold_starts.json", "routers.json"):
        path = folder / name
        kept.append(json.loads(path.read_text("utf-8")) if path.exists() else {})
    return cold_table(kept[0]) + routes_table(kept[1])


def rewrite(page: Path, folder: Path) -> None:
    """Write the tables between the two marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}{text(folder)}{END}{after}", "utf-8")
