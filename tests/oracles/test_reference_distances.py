"""Shortest times on the roads of Luxembourg against a hundred thousand published ones.

The reference comes with RoutingKit's test data (its own Dijkstra, whole milliseconds).  By
default a sample is compared; `TRIPPLAN_ALL_QUERIES=1` compares them all, which takes minutes.
"""

import os

import numpy as np

from tests.stories.shared_data import shared
from tripplan.search.kernels.drives import one_to_all

SAMPLE = 300
UNREACHABLE = 2_147_483_647
"""What the reference says where there is no way."""


def test_luxembourg() -> None:
    with np.load(shared("graphs/g_lux.npz")) as data:
        tail, head = data["tail"], data["head"].astype(np.int32)
        time_ms = data["t_ms"].astype(np.float64)
        source, target, reference = data["qs"], data["qt"], data["ref"]
        nodes = data["lat"].size
    assert source.size == 100_000
    wanted = np.where(reference == UNREACHABLE, np.inf, reference)
    order = np.argsort(tail, kind="stable")
    first_out = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))])
    first_out, head = first_out.astype(np.int32), head[order]
    weight = time_ms[order]
    count = source.size if os.environ.get("TRIPPLAN_ALL_QUERIES") else SAMPLE
    by_source = np.argsort(source[:count], kind="stable")
    wrong, away, at = 0, np.empty(0), -1
    for query in by_source.tolist():
        if source[query] != at:
            at = int(source[query])
            away = one_to_all(first_out, head, weight, at)
        wrong += away[target[query]] != wanted[query]
    assert wrong == 0
