"""One car under given conditions, made once: what the formulas of `physics` need of it."""
