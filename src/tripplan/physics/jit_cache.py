"""Loading machine code from numba's cache without what only the compiler needs.

To compile, numba reads some hundred modules of its own and enters every function that they know
into its tables; to load machine code from its cache it does the same, and parses the code's
bitcode besides, which serves to compile a caller.  It also imports each module from which a
function was compiled in, and so scipy's linear algebra.  Most processes compile nothing.  So here
all of this waits until something is compiled: loading takes two milliseconds a function, not ten.

What is used of numba's insides has no promise to stay.  With any other numba than that which this
was written and tried with (`WRITTEN_AGAINST`), and where anything is not as it was there, machine
code is loaded as numba itself does it.
"""

import io
import pickle
import sys
from typing import Any

import numba
from llvmlite import binding
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompileResult
from numba.core.environment import Environment, _rebuild_env, lookup_environment
from numba.core.runtime import rtsys

WRITTEN_AGAINST = "0.68."
"""Versions of numba whose insides are known, by how they begin."""
_NOT_AS_IT_WAS = (AttributeError, LookupError, TypeError, ValueError)


class _Loaded(JITCodeLibrary):  # type: ignore[misc]
    """Machine code whose bitcode is parsed when a caller of it is compiled."""

    _bitcode: bytes | None = None
    _parsed: Any = None

    @property
    def _shared_module(self) -> Any:
        if self._parsed is None and self._bitcode is not None:
            self._parsed = binding.parse_bitcode(self._bitcode)
            self._codegen._engine._load_defined_symbols(self._parsed)
        return self._parsed

    @_shared_module.setter
    def _shared_module(self, module: Any) -> None:
        self._parsed = module


class _Rebuilding(CompileResultCacheImpl):  # type: ignore[misc]
    """Makes a function from what is kept of it on disk."""

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        """Return a compiled function; as numba does, if that is not possible here."""
        try:
            return _rebuilt(target_context, *payload)
        except _NOT_AS_IT_WAS:
            target_context.refresh()
            return super().rebuild(target_context, payload)


def _rebuilt(
    context: Any,
    library_state: tuple[str, str, tuple[bytes, bytes]],
    description: Any,
    environment: Any,
    signature: Any,
    object_mode: bool,
    lifted: Any,
    annotation: str,
    at_load: Any,
    environments: Any,
) -> Any:
    """Return a compiled function from the parts that numba keeps, without parsing its bitcode."""
    name, kind, (machine_code, bitcode) = library_state
    if kind != "object" or at_load:
        raise ValueError("kept in another way than usual")
    codegen = context.codegen()
    library = _Loaded(codegen, name)
    library.enable_object_caching()
    library._set_compiled_object(machine_code)
    library._bitcode = bitcode
    library._finalize_final_module()
    # Those that are looked up by name here; numba reads all names from the bitcode.  To look up one
    # that is not there ends the process: a function that only compiled ones call has no wrapper.
    looked_up = {description.llvm_func_name, description.llvm_cpython_wrapper_name}
    looked_up |= {one.env_name for one in environments}
    codegen._engine._defined_symbols |= {
        symbol for symbol in looked_up if symbol.encode() in machine_code
    }
    result = CompileResult(
        typing_context=context.typing_context,
        target_context=context,
        entry_point=context.get_executable(library, description, environment),
        typing_error=None,
        type_annotation=annotation,
        signature=signature,
        objectmode=object_mode,
        lifted=lifted,
        fndesc=description,
        library=library,
        call_helper=None,
        environment=environment,
        metadata=None,
        reload_init=at_load,
        referenced_envs=environments,
    )
    for one in environments:
        codegen.set_env(one.env_name, one)
    return result


def _environment(module: str, constants: list[Any], name: str) -> Any:
    """Return what a compiled function knows of its surroundings.

    Machine code reads constants only; that of numba's own functions does not need their module.
    """
    if not module.startswith("numba.") or module in sys.modules or lookup_environment(name):
        return _rebuild_env(module, constants, name)
    found = Environment({"__name__": module})
    found.consts[:] = constants
    found.env_name = name
    Environment._memo[name] = found
    return found


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name == _rebuild_env.__name__ and module == _rebuild_env.__module__:
            return _environment
        return super().find_class(module, name)


class _File(IndexDataCacheFile):  # type: ignore[misc]
    """The file of what was compiled, beside the index of signatures."""

    def _load_data(self, name: str) -> Any:
        with open(self._data_path(name), "rb") as file:  # noqa: PTH123 - it has a text's path
            return _Unpickler(io.BytesIO(file.read())).load()


def cache_of(function: Any) -> FunctionCache:
    """Return the cache of a function on disk; numba's own one where its insides are not known."""
    known = numba.__version__.startswith(WRITTEN_AGAINST)
    return QuickCache(function) if known else FunctionCache(function)


class QuickCache(FunctionCache):  # type: ignore[misc]
    """numba's cache of one function, from which loading does not get ready to compile.

    Parameters
    ----------
    function
        The function that is compiled.
    """

    _impl_class = _Rebuilding

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = _File(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for a signature, or None if there is none."""
        # Memory of arrays, which numba would set up with its tables.
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)
