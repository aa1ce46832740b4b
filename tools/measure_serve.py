"""Measures `tripplan serve`: from a slider's event to the drawn plan, and twenty users at once.

::

    .venv/bin/python -m tools.measure_serve [--users 20] [--rounds 15]

The first part moves each slider of the page in Chromium, and sets the time from the event to the
frame after the drawn plan against that of one plan of the same trip, right after it, by a planner
in this process. The second asks for drawings as the page does, from threads with one
client each, three times over; it says how long an answer takes and what memory the server holds.
"""

import argparse
import random
import statistics
import threading
import time
from typing import Any

from tests.servers.trip_server import TripServer, running
from tools.build_pictures import DESKTOP, DRAWN, browser, sized
from tripplan.planning.planner import Planner
from tripplan.serve.answers import SETTINGS
from tripplan.serve.questions import trip_and_car
from tripplan.sources.starter import load_starter

TRIPS: tuple[dict[str, Any], ...] = (
    {"origin": "Portland, OR", "destination": "Medford, OR", "vehicle": "nissan-sakura"},
    {"origin": "Denver, CO", "destination": "Grand Junction, CO", "vehicle": "nissan-leaf-40"},
    {"origin": "Seattle, WA", "destination": "Portland, OR", "vehicle": "nissan-leaf-40"},
)
SLIDES = {
    "departure_soc": (100, 95, 88, 83),
    "arrival_soc": (15, 20, 25),
    "ambient_c": (22, 24, 26, 18),
    "max_speed_kmh": (120, 110, 105),
    "payload_kg": (150, 225, 300),
    "soh": (97, 94, 91),
}
SLIDE = """
    const [word, value, done] = arguments;
    const slider = document.getElementById('ts-' + word);
    const begun = performance.now();
    document.addEventListener('ts-drawn', () => requestAnimationFrame(
      () => setTimeout(() => done(performance.now() - begun), 0)), {once: true});
    document.addEventListener('ts-refused', () => done(null), {once: true});
    slider.value = value;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
"""


def told(name: str, values: list[float], unit: str = "ms") -> str:
    """Return median and 95th percentile in words."""
    p95 = sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
    return f"{name}: median {statistics.median(values):.3g}, p95 {p95:.3g} {unit}, n {len(values)}"


def slid(server: TripServer) -> tuple[list[float], list[float]]:
    """Move each slider on each trip; return the times of slides and of plain plans, in ms."""
    region = load_starter()
    planner = Planner(region, SETTINGS)
    times, plans = [], []
    chrome = browser()
    sized(chrome, DESKTOP)
    chrome.set_script_timeout(60)
    for trip in TRIPS:
        planner.plan(*trip_and_car(region, trip))
        chrome.get("about:blank")
        words = "&".join(f"{word}={value.replace(' ', '+')}" for word, value in trip.items())
        chrome.get(f"{server.address}#{words}")
        chrome.execute_async_script(DRAWN)
        time.sleep(1.0)
        for word, values in SLIDES.items():
            for value in values:
                spent = chrome.execute_async_script(SLIDE, word, value)
                if spent is None:
                    continue
                times.append(spent)
                question = chrome.execute_script("return {...tripplan.question}")
                begun = time.perf_counter()
                planner.plan(*trip_and_car(region, question))
                plans.append(1000.0 * (time.perf_counter() - begun))
    chrome.quit()
    return times, plans


def together(server: TripServer, users: int, rounds: int) -> tuple[list[float], int, float]:
    """Let users ask at once; return times in ms, how many failed, and how long it took in s."""
    times: list[float] = []
    failed: list[int] = []

    def use(number: int) -> None:
        rng = random.Random(number)  # noqa: S311 - nothing secret
        for _ in range(rounds):
            question = {
                **rng.choice(TRIPS),
                "departure_soc": rng.randint(80, 100) / 100,
                "payload_kg": 75 + 25 * rng.randint(0, 4),
                "held": [25.0, -125.0, 50.0, -67.0],
            }
            begun = time.perf_counter()
            status, *_ = server.ask(
                "POST", "/api/drawing", question, {"X-Tripplan-Client": f"user {number}"}
            )
            times.append(1000.0 * (time.perf_counter() - begun))
            if status != 200:
                failed.append(status)

    begun = time.perf_counter()
    threads = [threading.Thread(target=use, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed), time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=15)
    wanted = parser.parse_args()
    with running("--workers", "2") as server:
        for _ in range(200):
            if len(server.workers()) == 2:
                break
            time.sleep(0.2)
        time.sleep(8.0)
        drawn, alone = slid(server)
        print(told("slider to drawn plan", drawn))
        print(told("one plan", alone))
        ratios = [a / b for a, b in zip(drawn, alone, strict=True)]
        print(told("each slide against its plan", ratios, "times"))
        medians = statistics.median(drawn) / statistics.median(alone)
        print(f"median against median: {medians:.2f} times")
        for turn in range(3):
            times, failed, took_s = together(server, wanted.users, wanted.rounds)
            print(
                told(f"{wanted.users} users, turn {turn + 1}", times),
                f"; {failed} failed; {len(times) / took_s:.1f} answers a second; "
                f"{server.memory_mb():.0f} MB",
                sep="",
            )


if __name__ == "__main__":
    main()
