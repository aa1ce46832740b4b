"""A plan in words: numbers, sentences, the report."""
