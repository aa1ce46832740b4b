"""From a `Plan` to something that a person reads or a program takes in."""
