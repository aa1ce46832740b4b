"""The outer world, one file a provider; beside search, blind to it."""
