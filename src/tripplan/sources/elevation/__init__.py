"""Heights along the roads: rasters of several kinds, sampled, smoothed and cut into grades."""
