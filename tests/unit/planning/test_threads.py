"""One planner, eight threads: each answer is that of a planner that does one after the other."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import Vehicle


@pytest.fixture(autouse=True)
def _often_switched() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def answer(planner: Planner, asked: tuple[Trip, Vehicle]) -> str:
    try:
        return planner.plan(*asked).model_dump_json()
    except NoPlanError as error:
        return str(error)


def test_eight_threads_get_the_answers_of_one() -> None:
    """More kinds of trips than a planner keeps roads for, so that what is kept comes and goes."""
    region = hilly_region(1)
    trips = [
        (across(region, conditions=Conditions(ambient_c=ambient_c), departure_soc=soc), car())
        for ambient_c in (-10.0, 0.0, 10.0, 20.0, 30.0)
        for soc in (1.0,)
    ]
    wanted = [answer(Planner(region), asked) for asked in trips]
    assert any(text.startswith("{") for text in wanted)
    shared = Planner(region)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda asked: answer(shared, asked), trips * 3))
    assert found == wanted * 3


def test_a_planner_serves_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    planner, inside, most = Planner(hilly_region(1)), [0], [0]
    gate = threading.Lock()

    def watched(*_: object, **__: object) -> object:
        with gate:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.01)
        with gate:
            inside[0] -= 1
        return (None, None)

    monkeypatch.setattr(planner, "_at_one_temperature", watched)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: planner.plan(across(planner.region), car()), range(16)))
    assert most == [1]
