"""What maps and pictures draw alike: lines, shapes, colours, labels, the profile of a route."""
