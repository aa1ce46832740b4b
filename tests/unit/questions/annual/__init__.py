"""A household's year: calendar, climate, file and days."""
