"""Arrays in, arrays out: from priced roads to the best chain of stops.

`snap` ties places to nodes, `costs` prices roads for one car, `hops` finds the drives between
stops, `solve` chooses among them; `kernels` holds the compiled loops.
"""
