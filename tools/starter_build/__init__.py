"""Builds the starter atlas (`src/tripplan/data/starter`) from pinned packages; see build_starter."""
