"""Pages in a real Chromium, cut off from the network."""
