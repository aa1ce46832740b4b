"""What people ask of the planner, end to end on the starter atlas."""
