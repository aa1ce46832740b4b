"""Servers on this machine that stand for those of the network, with their faults."""
