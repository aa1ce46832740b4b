"""A campaign: random trips, and whether what is printed as proved about them is true.

Drawn by lot: region, car, weather, ends, waypoints, required chargers, hours, wishes, objective
(`draw`).  Held against each plan: a re-drive of its own (`redrive`, `roads`, `stops`), laws that
compare it with plans of easier and harder questions (`laws`), and for each refusal, questions that
are no easier and may have a plan (`refusals`).  What breaks is shrunk (`shrink`) to the smallest
case that still does, which is written down and can be asked again: ``python -m campaign --case``.
"""
