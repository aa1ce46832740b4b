"""A year of a household's trips by calendar and climate: which car is enough, and what it costs."""
