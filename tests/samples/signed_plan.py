"""The sample plan over roads that have numbers and exits."""

from tests.samples.plan import sample_plan
from tripplan.records.plan import Plan, RoadStretch


def signed_plan(parts: int = 3, exit_: str = "147") -> Plan:
    """Return the sample, each leg of which leads over so many roads and leaves each by an exit."""
    plan = sample_plan()
    legs = []
    for number, leg in enumerate(plan.legs):
        first, km = leg.trace.distance_km[0], leg.distance_km
        roads = tuple(
            RoadStretch(
                from_km=first + k * km / parts, to_km=first + (k + 1) * km / parts,
                ref=f"I-{7 * number + k}", exit=exit_,
            )
            for k in range(parts)
        )  # fmt: skip
        legs.append(leg.model_copy(update={"roads": roads}))
    return plan.model_copy(update={"legs": tuple(legs)})
