"""Powers that no source states: explicit rules, recorded with every value they set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tripplan.records.charger import Charger, Connector


@dataclass(frozen=True)
class PowerRule:
    """What to assume of a plug whose power no source states."""

    standard: str
    """Kind of plug that it is for."""
    power_kw: float
    """Power to assume, kW."""
    reason: str
    """Why, in words that are shown with the value."""
    source: str = ""
    """Data source that it is for; empty: any."""

    def fits(self, plug: Connector, charger: Charger) -> bool:
        """Tell whether the rule is for this plug."""
        sources = {charger.source, *(entry.source for entry in charger.sources)}
        return plug.standard == self.standard and (not self.source or self.source in sources)


DEFAULT_RULES: Final = (
    PowerRule("CHADEMO", 50.0, "estimate: most CHAdeMO plugs give 50 kW"),
    PowerRule("CCS1", 50.0, "estimate: the least of usual CCS fast chargers"),
    PowerRule("CCS2", 50.0, "estimate: the least of usual CCS fast chargers"),
    PowerRule("NACS", 120.0, "estimate: the first Superchargers"),
    PowerRule("TESLA_TYPE2", 120.0, "estimate: the first Superchargers"),
    PowerRule("TYPE1", 6.6, "estimate: a usual level 2 port: 30 A at 220 V"),
    PowerRule("TYPE2", 11.0, "estimate: three phases of 16 A at 400 V"),
    PowerRule("NACS_AC", 7.7, "estimate: a usual destination charger: 32 A at 240 V"),
    PowerRule("DOMESTIC", 2.3, "estimate: 10 A at 230 V"),
    PowerRule("NEMA", 1.4, "estimate: 12 A at 120 V"),
)
"""Estimates, on the low side of what is usual, so that a plan is rather too slow than too quick."""


def assume_powers(
    chargers: Iterable[Charger], rules: Sequence[PowerRule] = DEFAULT_RULES
) -> tuple[Charger, ...]:
    """Fill in the powers that no source states, by the first rule that fits.

    Parameters
    ----------
    chargers
        Sites as the sources have them.
    rules
        Rules in the order of precedence.

    Returns
    -------
    tuple of Charger
        In the same order, shape (sites,).  A filled-in power has ``power_assumed`` and the rule in
        ``power_rule``, and is no more than ``limit_kw``; stated ones are as they were; without a
        rule a power stays None.
    """
    return tuple(_assumed(charger, rules) for charger in chargers)


def _assumed(charger: Charger, rules: Sequence[PowerRule]) -> Charger:
    plugs = tuple(_plug(plug, charger, rules) for plug in charger.connectors)
    return charger if plugs == charger.connectors else replace(charger, connectors=plugs)


def _plug(plug: Connector, charger: Charger, rules: Sequence[PowerRule]) -> Connector:
    if plug.power_kw is not None:
        return plug
    for rule in rules:
        if rule.fits(plug, charger):
            power_kw = min(rule.power_kw, plug.limit_kw or rule.power_kw)
            words = f"{rule.standard} without a stated power: {rule.power_kw:g} kW, {rule.reason}"
            if power_kw < rule.power_kw:
                words += f"; at most {power_kw:g} kW by what is said of the device or site"
            return replace(plug, power_kw=power_kw, power_assumed=True, power_rule=words)
    return plug
