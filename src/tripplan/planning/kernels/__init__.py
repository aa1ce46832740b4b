"""Compiled loops of planning: plain functions over arrays."""
