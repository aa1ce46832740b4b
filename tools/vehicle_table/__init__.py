"""Parts of `build_vehicle_table.py`: facts about cars become the catalogue's compact table."""
