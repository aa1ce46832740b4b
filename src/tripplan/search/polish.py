"""Fit speeds and departures of one chain of stops to battery heat."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.search.kernels.polish import Chain, polish_chain
from tripplan.search.label_setting import Found, Step, wishes_of
from tripplan.search.problem import Question
from tripplan.search.refine import FineDrives

_ROUNDS = 12


def polished(question: Question, pool: FineDrives, steps: tuple[Step, ...]) -> Found:
    """Improve a chain of drives of a pool.

    Parameters
    ----------
    question
        The trip; with a car that can fast-charge.
    pool
        Finely graded drives between the stops of the chain.
    steps
        The chain, as a search over the pool found it.

    Returns
    -------
    Found
        The same stops with other drives and departures; the time holds with battery heat.
    """
    assert question.power is not None
    drives = pool.drives
    chain, every, choice = _chain(question, pool, steps)
    wishes, *_ = wishes_of(question)
    spare = np.array([max(step.departed_kwh - drives.need_kwh[step.drive], 0.0) for step in steps])
    final = drives.cost_kwh[steps[-1].drive] + question.final_kwh
    spare[-1] = max(min(spare[-1], steps[-1].departed_kwh - final), 0.0)
    picked = np.array(choice, np.int32)
    departed, arrived = np.zeros(len(steps)), np.zeros(len(steps))
    time_s = polish_chain(
        chain,
        picked,
        spare,
        question.start_c,
        wishes,
        question.power,
        question.pack,
        departed,
        arrived,
        _ROUNDS,
    )
    found = tuple(
        step._replace(
            drive=int(every[chain.first[leg] + picked[leg]]),
            departed_kwh=float(departed[leg]),
            arrived_kwh=float(arrived[leg]),
            waited_s=0.0,
        )
        for leg, step in enumerate(steps)
    )
    return Found(time_s, found, 0, complete=True)


def _chain(
    question: Question, pool: FineDrives, steps: tuple[Step, ...]
) -> tuple[Chain, Ints, list[int]]:
    """Lay out the drives between the stops of a chain, with their numbers and those chosen."""
    drives = pool.drives
    here, lap = question.stop_count - 1, 0
    numbers, sizes, choice = [], [0], []
    for step in steps:
        near = pool.alternatives(here, lap, step.stop, step.lap)
        numbers.append(near)
        sizes.append(near.size)
        choice.append(int(np.flatnonzero(near == step.drive)[0]))
        here, lap = step.stop, step.lap
    every = np.concatenate(numbers)
    chain = Chain(
        np.array([step.stop for step in steps], np.int32),
        np.array([step.lap for step in steps], np.int32),
        np.cumsum(sizes).astype(np.int32),
        drives.time_s[every],
        drives.need_kwh[every],
        drives.cost_kwh[every],
        drives.most_kwh[every],
        drives.heat_j[every],
        question.stop_kw[[step.stop for step in steps]],
    )
    return chain, every, choice
