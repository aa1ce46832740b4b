"""Charging sites: one reader a provider, one record, merged where several speak of one site."""
