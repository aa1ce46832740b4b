"""Compiled loops of the search; `jit` is the only file that knows numba."""
