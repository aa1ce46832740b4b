"""The starter atlas with made-up chargers: even gaps in all the country, whatever the car's plug.

What stands in tests about stops, chains of stops and refusals between towns of the atlas was found
on these; real sites would make other stories, and change with their list.
"""

from typing import Final

from tripplan.sources.starter import STARTER_NAMES

ILLUSTRATIVE: Final = STARTER_NAMES["illustrative"]
"""Name of that region."""
