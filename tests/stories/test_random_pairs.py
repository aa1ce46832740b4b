"""Random pairs of cities over the whole atlas, five cars in turn.

Sixty of them; with TRIPPLAN_ALL_PAIRS set two hundred, which takes several minutes.
"""

import os
import random

import pytest

from tests.samples.starter import ILLUSTRATIVE
from tripplan.batch import Outcome, plan_many
from tripplan.planning.requests import named_region

pytestmark = pytest.mark.slow

CARS = (
    "nissan-sakura",
    "nissan-leaf-40",
    "chevrolet-bolt-60",
    "tesla-model-3-lr",
    "hyundai-ioniq-5-rwd",
)
PAIRS = 200 if os.environ.get("TRIPPLAN_ALL_PAIRS") else 60


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes() -> list[Outcome]:
    towns = [e for e in named_region(ILLUSTRATIVE).gazetteer.entries if e.population >= 50_000]
    rng = random.Random(20_24)  # noqa: S311 - a reproducible sample, not a secret
    trips = []
    for number in range(PAIRS):
        origin, destination = rng.sample(towns, 2)
        trips.append(
            {
                "origin": origin.label,
                "destination": destination.label,
                "vehicle": CARS[number % len(CARS)],
                "ambient_c": rng.choice((-10, 5, 20, 35)),
            }
        )
    return plan_many(trips, workers=2, region=ILLUSTRATIVE)


def test_every_pair_is_answered(outcomes: list[Outcome]) -> None:
    assert len(outcomes) == PAIRS
    reasons = [o.reason for o in outcomes if o.status not in ("ok", "no plan")]
    assert reasons == []
    refused = [o.reason for o in outcomes if o.status == "no plan"]
    assert all("no road near" in reason for reason in refused), refused
    assert len(refused) <= 0.1 * PAIRS


def test_every_plan_passes_its_audit(outcomes: list[Outcome]) -> None:
    plans = [o.plan for o in outcomes if o.plan is not None]
    objections = [p.audit.objections for p in plans if not p.audit.passed]
    assert objections == []
    assert max(p.audit.ledger_error_kwh for p in plans) <= 1e-9
    assert all(p.certificate.lower_bound_s <= p.total_s for p in plans)
    assert all(leg.min_soc >= 0.10 - 1e-9 for p in plans for leg in p.legs)
