"""Trains and buses: tables of stations, and timetables as GTFS."""
