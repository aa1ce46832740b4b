"""A finished plan, shown: as text, in files, as a picture, on a page."""
