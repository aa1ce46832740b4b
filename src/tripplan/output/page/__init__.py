"""The HTML page of a plan, of a comparison, of a study."""
