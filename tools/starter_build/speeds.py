"""Speed of every edge: assumptions by region, town and grade, as the source holds no limits."""

import numpy as np

from starter_build.geo import Floats, Nearest, haversine_km
from starter_build.network import Network
from starter_build.sources import Town

WEST_OF_LON = -100.0
URBAN_WITHIN_KM, URBAN_INHABITANTS = 10.0, 250_000
STEEP_GRADE = 0.035
CURVY_RATIO, CURVY_LEAST_KM = 1.15, 2.0

SPEED_KMH = {"west": 110.0, "east": 105.0, "urban": 92.0, "mountain": 90.0}
LIMIT_KMH = {"west": 121.0, "east": 113.0, "urban": 97.0, "mountain": 105.0}


def speeds(network: Network, elevation_m: Floats, towns: list[Town]) -> tuple[Floats, Floats]:
    """Return the expected driving speed and the assumed limit of each edge, km/h.

    A ferry's are its length by how long it takes.
    """
    tail, head = network.latlon[network.tail], network.latlon[network.head]
    middle = (tail + head) / 2
    places = np.array([(t.lat, t.lon) for t in towns])
    population = np.array([t.population for t in towns])
    around = Nearest(places).within(middle, URBAN_WITHIN_KM)
    urban = np.array([population[near].sum() > URBAN_INHABITANTS for near in around])
    climb = np.abs(elevation_m[network.head] - elevation_m[network.tail])
    steep = climb > STEEP_GRADE * network.length_km * 1000
    curvy = network.length_km > CURVY_RATIO * haversine_km(tail, head)
    mountain = steep | (curvy & (network.length_km >= CURVY_LEAST_KM))
    west = middle[:, 1] < WEST_OF_LON

    def chosen(values: dict[str, float]) -> Floats:
        rural = np.where(west, values["west"], values["east"])
        slowed = np.where(urban, np.minimum(rural, values["urban"]), rural)
        kmh = np.where(mountain, np.minimum(slowed, values["mountain"]), slowed)
        for edge, minutes in network.minutes_aboard.items():
            kmh[edge] = network.length_km[edge] * 60.0 / minutes
        return kmh

    return chosen(SPEED_KMH), chosen(LIMIT_KMH)
