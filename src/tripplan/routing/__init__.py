"""The road graph, without charging: snapping, contraction hierarchy, many-to-many drives."""
