"""How likely a charging site works, by how many stalls it has.

A site is taken to fail for two reasons, which are independent (an assumption): all stalls at once,
as by a fault of the grid, of the payment or of the network; or each stall by itself.  With n stalls
it works with the probability

    (1 - common) x (1 - (1 - stall)^n).

`STALL_WORKS` is measured: of 657 CCS connectors at all 181 open sites of the Greater Bay Area
72.5 % charged a car for two minutes or were charging one (D. Rempel and others, University of
California, Berkeley, 2022).  `COMMON_FAILURE` is an assumption between published figures for whole
visits: at 36 corridor sites with 54 chargers in California 83 and 77 % of visits had success, by
network, after one or more tries (Transportation Research Record 2024, 10.1177/03611981241244798;
with 1.5 stalls the formula says 77 %), and 14 % of owners' visits to public chargers ended without
a charge in 2025, 19 % in 2024 (J.D. Power, U.S. Electric Vehicle Experience Public Charging Study;
with four stalls the formula says 10.5 %).

No figure for single operators is built in, as none was found that says how it was measured.
"""

from typing import Final

STALL_WORKS: Final = 0.725
"""Share of connectors that charge a car."""
COMMON_FAILURE: Final = 0.10
"""Probability that no stall of a site works, however many there are (assumption)."""
STALLS_ASSUMED: Final = 2
"""Stalls of a site of which nobody states how many there are (assumption)."""
KEPT_A_YEAR: Final = 0.98
"""Factor for each year by which the last word of a site's sources is older than the newest of the
region (assumption): sites close, and who stated them does not notice."""


def works_probability(stalls: int, years: float = 0.0) -> float:
    """Return the probability that a car can charge at a site.

    Parameters
    ----------
    stalls
        Stalls that the car could use.
    years
        By how much its last word is older than the newest of the region.  [a]
    """
    one: float = 1.0 - (1.0 - STALL_WORKS) ** stalls
    kept: float = KEPT_A_YEAR**years
    return (1.0 - COMMON_FAILURE) * one * kept
