"""Formulas over floats and arrays, each with its source; none knows a Vehicle.

`consumption` works on numpy arrays (whole networks at once); `charging` and `thermal` are scalar,
so that the search can compile the very same functions.
"""
