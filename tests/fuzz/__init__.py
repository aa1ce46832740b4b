"""Damaged files and odd arguments by the thousand: `make fuzz N=10000 SEED=7`.

Whatever comes in, an answer or one of the package's own errors comes out, within a limit of time
and memory.
"""
