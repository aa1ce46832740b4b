"""Builds the starter atlas from pinned packages; started by build_starter.py."""
