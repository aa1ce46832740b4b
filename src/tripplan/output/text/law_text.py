"""By which law a low-speed vehicle drives a trip, and how sure that is, in words."""

from tripplan.output.text import words
from tripplan.records.plan import Plan


def share(plan: Plan) -> str:
    """Return "83 % of the km legal by posted limits, 17 % by assumed ones"; empty: no law."""
    stated = plan.stated_limit_share
    if stated is None:
        return ""
    return (
        f"{words.percent(stated)} of the km legal by stated limits, "
        f"{words.percent(1.0 - stated)} by assumed ones"
    )


def in_words(plan: Plan) -> str:
    """Return the law, its rule and how sure it is that it is kept; empty: the trip names none."""
    law = plan.trip.low_speed_law
    if law is None:
        return ""
    return f"{law.title}: {law.rule}; {share(plan)}"
