"""OpenStreetMap files to a road network: read, cut and merge, price, restrict turns."""
