"""A trip in, a plan out: price, search, reconstruct, audit, explain."""
