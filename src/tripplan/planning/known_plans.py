"""All plans that were made for a trip, in one pool: sorted by what was asked, none pointless."""

from collections.abc import Iterable

from tripplan.records.plan import Plan
from tripplan.records.trip import Trip


def by_value(plans: Iterable[Plan]) -> list[Plan]:
    """Return plans by what was asked to be least; of equals, those with fewer stops first."""
    return sorted(plans, key=lambda plan: (plan.certificate.value, plan.stop_count))


def not_worse_in_everything(plans: Iterable[Plan]) -> list[Plan]:
    """Return the plans than which no other takes less time, energy, money and stops all at once."""
    every = list(plans)
    figures = [_figures(plan) for plan in every]
    return [
        plan
        for plan, own in zip(every, figures, strict=True)
        if not any(all(a < b for a, b in zip(other, own, strict=True)) for other in figures)
    ]


def _figures(plan: Plan) -> tuple[float, ...]:
    return plan.total_s, plan.energy_spent_kwh, plan.cost, float(plan.stop_count)


def as_asked(plan: Plan, trip: Trip, asked: Plan) -> Plan:
    """Return a plan that was made under further wishes as the answer to the trip without them.

    It keeps to less than it had to.  What was proved for the trip holds for it; what was proved
    under the further wishes does not hold for the trip.

    Parameters
    ----------
    plan
        The plan.
    trip
        The trip as it was asked.
    asked
        The plan that the trip itself was answered with.
    """
    proof = asked.certificate
    value = plan.certificate.value
    gap = (value - proof.lower_bound) / abs(value) if value else 0.0
    certificate = proof.model_copy(update={"value": value, "gap": max(gap, 0.0)})
    own = {"reserve_soc": plan.trip.reserve_soc, "arrival_soc": plan.trip.arrival_soc}
    conditions = {"conditions": plan.trip.conditions}
    return plan.model_copy(
        update={
            "trip": trip.model_copy(update={**own, **conditions}),
            "certificate": certificate,
            "one_stop_fewer_s": None,
            "preheating_saves_s": None,
        }
    )
