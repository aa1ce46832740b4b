"""Choices for the battery's temperature, in words: what to do where, and what it saves."""

from tripplan.output.text import stop_text, words
from tripplan.records.plan import ChargingStop, Leg, Plan


def preheating(leg: Leg, stop: ChargingStop) -> str:
    """Return "preheat the battery for the last 14 min before stop 2: 1.2 kWh, saves 6 min".

    Empty where it is not preheated.

    Parameters
    ----------
    leg, stop
        A leg, and the stop at its end.
    """
    found = leg.preheating
    if found is None:
        return ""
    saved = "without it these stops would not do"
    if found.saved_s is not None:
        saved = f"saves {words.duration(found.saved_s)}"
    return (
        f"preheat the battery for the last {words.duration(found.duration_s)} before "
        f"{stop_text.title(stop).lower()}: {words.energy(found.energy_kwh)}, arrives "
        f"{words.kelvins(found.warmer_k)} warmer, {saved}"
    )


def slowing(leg: Leg) -> str:
    """Return "slower driving takes 4 min more on this leg, the battery arrives 4 °C cooler: ...".

    Empty where a leg is not driven slower for that.

    Parameters
    ----------
    leg
        The leg.
    """
    found = leg.slowing
    if found is None:
        return ""
    otherwise_s = found.saved_s - found.by_temperature_s
    if otherwise_s < 0.0:
        why = f"it would cost {words.duration(-otherwise_s)} if temperature did not count"
    else:
        why = f"{words.duration(found.by_temperature_s)} of it by temperature"
    return (
        f"slower driving takes {words.duration(found.longer_s)} more on this leg, the battery "
        f"arrives {words.kelvins(found.cooler_k)} cooler: saves {words.duration(found.saved_s)} "
        f"in all; {why}"
    )


def sentences(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Return what is chosen for the battery's temperature on each leg, shape (legs, sentences)."""
    heaters = (preheating(leg, stop) for leg, stop in zip(plan.legs, plan.stops, strict=False))
    return tuple(
        tuple(filter(None, (slowing(leg), heater)))
        for leg, heater in zip(plan.legs, (*heaters, ""), strict=True)
    )


def without_preheating(plan: Plan) -> str:
    """Return "+6 min without preheating the battery"; empty where nothing is known of that."""
    saved_s = plan.preheating_saves_s
    if saved_s is not None:
        return f"+{words.duration(saved_s)} without preheating the battery"
    if any(leg.preheating and leg.preheating.saved_s is None for leg in plan.legs):
        return "no plan is known without preheating the battery"
    return ""
