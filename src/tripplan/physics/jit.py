"""The door to numba: compile a function, keep the machine code on disk.

The scalar formulas of `physics` are registered here, so that compiled loops (the folders
`kernels`, and `planning.audit_steps`) call the very same source that Python calls.  numba keys its
disk cache to the file of the function it compiles, not to the files of those it calls, which are a
part of it; so where any of these sources has changed, all machine code kept beside them is thrown
away.

Where several processes start at once, one of them compiles a function and the others load it: each
looks for machine code, makes it and keeps it while it holds a lock on a file beside the code.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.extending import register_jitable

from tripplan.physics import charging, thermal
from tripplan.physics.jit_cache import cache_of

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
    thermal.heated_pack,
    thermal.driven_heated_pack,
    charging.interpolate,
    charging.charging_power_kw,
    charging.charge_step,
):
    register_jitable(_formula)


SOURCES = (
    "physics/*.py",
    "routing/kernels/*.py",
    "routing/drive_columns.py",
    "routing/row_batches.py",
    "search/kernels/*.py",
    "planning/kernels/*.py",
    "planning/audit_steps.py",
)
"""Files of the package that machine code is made from."""


def forget_stale() -> None:
    """Remove machine code that was made from other sources than these, if any is kept here."""
    package = Path(__file__).parents[1]
    sources = [path for pattern in SOURCES for path in package.glob(pattern)]
    stamps = sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in sources)
    mark, found = package / "__pycache__" / "sources.txt", repr(stamps)
    # Where nothing can be written, nothing is kept either.
    with contextlib.suppress(OSError):
        if mark.exists() and mark.read_text("utf-8") == found:
            return
        mark.parent.mkdir(exist_ok=True)
        for folder in {path.parent for path in sources}:
            kept = folder / "__pycache__"
            for path in [*kept.glob("*.nbi"), *kept.glob("*.nbc")]:
                path.unlink(missing_ok=True)
        mark.write_text(found, "utf-8")


_ONE_THREAD = threading.RLock()
_held: list[Path] = []
"""The lock file, as often as this process holds it: functions compile those that they call."""


@contextlib.contextmanager
def one_process(folder: Path) -> Iterator[None]:
    """Keep other processes on this machine from compiling meanwhile, where the system can."""
    with _ONE_THREAD, contextlib.ExitStack() as stack:
        if not _held:
            # Without locks, or where nothing can be written, each compiles for itself.
            with contextlib.suppress(ImportError, OSError):
                from fcntl import LOCK_EX, flock  # noqa: PLC0415 - not on every system

                folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context((folder / "compiling.lock").open("ab"))
                flock(file, LOCK_EX)
        _held.append(folder)
        try:
            yield
        finally:
            _held.pop()


@dataclass(frozen=True)
class MachineCode:
    """What this process has compiled, and what it has loaded."""

    compiled: int
    """Functions for types of arguments that were compiled."""
    loaded: int
    """Likewise, that were loaded from disk."""
    folders: tuple[Path, ...]
    """Where machine code is kept; none: nowhere, because no folder can be written to."""


def machine_code() -> MachineCode:
    """Return what was compiled and loaded since the process began."""
    stats = [one.stats for one in _functions]
    return MachineCode(
        compiled=sum(sum(one.cache_misses.values()) for one in stats),
        loaded=sum(sum(one.cache_hits.values()) for one in stats),
        folders=tuple(sorted({Path(one.cache_path) for one in stats if one.cache_path})),
    )


def never_called() -> tuple[str, ...]:
    """Return the names of the functions for Python that this process has not called yet."""
    return tuple(_name(one) for one in _for_python() if not one.overloads)


def called_with() -> frozenset[tuple[str, str]]:
    """Return the names of the other ones, each with types of arguments that it was called with."""
    return frozenset((_name(one), str(types)) for one in _for_python() for types in one.overloads)


def _for_python() -> list[Any]:
    return [one for one in _functions if not one.targetoptions.get("no_cpython_wrapper")]


def _name(one: Any) -> str:
    return f"{one.py_func.__module__}.{one.py_func.__name__}"


_functions: list[Any] = []


def _in_turn(jitted: Any) -> Any:
    if not hasattr(jitted, "compile"):  # numba is told to compile nothing
        return jitted
    _functions.append(jitted)
    # numba refuses to keep code where no folder can be written to; then each process compiles.
    with contextlib.suppress(RuntimeError):
        jitted._cache = cache_of(jitted.py_func)
    compile_now = jitted.compile

    def compile_in_turn(signature: object) -> object:
        kept = jitted.stats.cache_path
        with one_process(Path(kept)) if kept else contextlib.nullcontext():
            return compile_now(signature)

    jitted.compile = compile_in_turn
    return jitted


forget_stale()
_njit: Any = partial(numba.njit, error_model="numpy", nogil=True)


_inner: Any = partial(_njit, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile with caching on disk; division follows IEEE rules."""
    return cast("Callable[Arguments, Result]", _in_turn(_njit(_nrt=True)(function)))


def compiled_bare(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function that makes no arrays of its own, without counting references.

    Counting those of a record of many arrays takes longer than a short function does.
    """
    return cast("Callable[Arguments, Result]", _in_turn(_njit(_nrt=False)(function)))


def part(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function that only compiled ones call; what Python would need is left out."""
    return cast("Callable[Arguments, Result]", _in_turn(_inner(_nrt=True)(function)))


def part_bare(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile the same without counting references, as `compiled_bare`, into its callers.

    Records of many arrays are handed over number by number: that took half the time of the search.
    """
    return cast(
        "Callable[Arguments, Result]", _in_turn(_inner(_nrt=False, forceinline=True)(function))
    )
