"""The one door to numba: compile a function, keep the machine code on disk.

The scalar formulas of `physics` are registered here, so that compiled loops call the very same
source that Python calls.  numba keys its disk cache to the file of the function it compiles, not
to the files of those it calls: after editing `physics`, run ``make clean``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.extending import register_jitable

from tripplan.physics import charging, thermal

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

for _formula in (
    thermal.resistance_ohm,
    thermal.relaxed_c,
    thermal.pack_temperature_c,
    thermal.joule_heat_w,
    thermal.driven_share_c,
    thermal.driven_pack_c,
    thermal.parked_pack_c,
    charging.interpolate,
    charging.charging_power_kw,
    charging.charge_step,
):
    register_jitable(_formula)


_njit: Any = partial(numba.njit, cache=True, error_model="numpy", nogil=True)


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile with caching on disk; division follows IEEE rules."""
    jitted = _njit(_nrt=True)(function)
    return cast("Callable[Arguments, Result]", jitted)


def compiled_bare(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function that makes no arrays of its own, without counting references.

    Counting those of a record of many arrays takes longer than a short function does.
    """
    jitted = _njit(_nrt=False)(function)
    return cast("Callable[Arguments, Result]", jitted)
