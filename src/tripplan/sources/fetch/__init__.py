"""Data from online services: asked politely, cached, and read by the same code as files."""
