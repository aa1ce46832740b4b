"""The outer world, one folder a kind of data, one file a provider; beside search, blind to it."""
