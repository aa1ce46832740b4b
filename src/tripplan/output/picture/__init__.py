"""One picture of a plan: SVG, and PNG made of it."""
