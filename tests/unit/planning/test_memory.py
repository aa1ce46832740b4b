"""Memory that was let go of goes back to the system, and nothing holds what was tried out."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.errors import OutOfRangeError
from tripplan.planning import memory
from tripplan.planning.cache import PlannerCache
from tripplan.planning.planner import Planner

KM = 260.0


@pytest.fixture
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collection")
def test_what_was_tried_to_explain_a_refusal_is_freed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Errors with a traceback can hold the roads that were planned on until the next collection."""
    made = []
    customised = PlannerCache._customised  # noqa: SLF001 - nothing shows it outside

    def watched(*asked: object) -> object:
        found = customised(*asked)  # type: ignore[arg-type]
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(PlannerCache, "_customised", watched)
    planner = Planner(straight_road({}, km=KM))
    with pytest.raises(OutOfRangeError):
        planner.plan(along(KM, slow_down_to=1.0), car())
    kept = list(planner._cache._customized_kept.values())  # noqa: SLF001
    alive = [found for found in (one() for one in made) if found is not None]
    assert len(made) > len(kept)
    assert {id(one) for one in alive} == {id(one) for one in kept}


def test_little_is_not_worth_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(memory, "_trim", lambda: calls.append)
    memory.give_back(memory.LARGE_BYTES - 1)
    assert not calls
    memory.give_back(memory.LARGE_BYTES)
    assert calls == [0]
    monkeypatch.setattr(memory, "_trim", lambda: None)
    memory.give_back(memory.LARGE_BYTES)
