"""Made-up regions, roads, plans, names and studies that tests of several packages share."""
