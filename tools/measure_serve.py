"""Measures `tripplan serve`: from a slider's event to the drawn plan, and twenty users at once.

::

    .venv/bin/python -m tools.measure_serve [--users 20] [--minutes 5]
    .venv/bin/python -m tools.measure_serve --region R --chargers FILE --trips TRIPS.json

The first part moves each slider of the page in Chromium, and sets the time from the event to the
frame after the drawn plan against that of one plan of the same trip, right after it, by a planner
in this process; and the processor time of all that works for the slide against that of the plan,
which other load on the machine does not change. The second asks for drawings as the page does, from
threads with one client each that ask again as soon as they are answered; each half minute it says
what memory the server holds. TRIPS.json holds a list of questions as the API takes them.
"""

import argparse
import json
import random
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.servers.trip_server import TripServer, running
from tools.build_pictures import DESKTOP, DRAWN, browser, sized
from tripplan.planning.grounds import ground_of
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.serve.answers import SETTINGS
from tripplan.serve.questions import trip_and_car

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


def spent_ms(pids: Sequence[int]) -> float:
    """Return the processor time that some processes have taken."""
    tasks = [task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def pages_of(root: int) -> list[int]:
    """Return the processes of Chromium that run pages, below the process that started it."""
    above = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text()
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        above[int(process.name)] = int(stat.rpartition(")")[2].split()[1]), line
    found = []
    for pid, (parent, line) in above.items():
        ancestor = parent
        while ancestor in above and ancestor != root:
            ancestor = above[ancestor][0]
        if ancestor == root and b"--type=renderer" in line:
            found.append(pid)
    return found


Slides = list[tuple[float, float, float, float]]
"""Of each slide: time from event to drawn plan and of the plan alone, then processor times. [ms]"""


def slid(server: TripServer, region: Region, trips: Sequence[dict[str, Any]]) -> Slides:
    """Move each slider on each trip."""
    planner = Planner(region, SETTINGS)
    found: Slides = []
    chrome = browser()
    sized(chrome, DESKTOP)
    chrome.set_script_timeout(60)
    for trip in trips:
        planner.plan(*trip_and_car(region, trip))
        chrome.get("about:blank")
        chrome.get(f"{server.address}#{urlencode(trip)}")
        chrome.execute_async_script(DRAWN)
        time.sleep(1.0)
        pids = [server.process.pid, *server.workers(), *pages_of(chrome.service.process.pid)]
        for word, values in SLIDES.items():
            for value in values:
                before_ms = spent_ms(pids)
                slide_ms = chrome.execute_async_script(SLIDE, word, value)
                slide_cpu_ms = spent_ms(pids) - before_ms
                if slide_ms is None:
                    continue
                question = chrome.execute_script("return {...tripplan.question}")
                begun, cpu_begun = time.perf_counter(), time.process_time()
                planner.plan(*trip_and_car(region, question))
                plan_ms = 1000.0 * (time.perf_counter() - begun)
                plan_cpu_ms = 1000.0 * (time.process_time() - cpu_begun)
                found.append((slide_ms, plan_ms, slide_cpu_ms, plan_cpu_ms))
    chrome.quit()
    return found


def together(
    server: TripServer, trips: Sequence[dict[str, Any]], users: int, minutes: float
) -> None:
    """Let users ask at once for so long; print how long answers took, what failed, and memory."""
    times: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + 60.0 * minutes

    def use(number: int) -> None:
        rng = random.Random(number)  # noqa: S311 - nothing secret
        while time.monotonic() < until:
            question = {
                **rng.choice(trips),
                "departure_soc": rng.randint(80, 100) / 100,
                "payload_kg": 75 + 25 * rng.randint(0, 4),
                "held": [25.0, -125.0, 50.0, -67.0],
            }
            begun = time.perf_counter()
            try:
                status, *_ = server.ask(
                    "POST", "/api/drawing", question, {"X-Tripplan-Client": f"user {number}"}
                )
            except OSError as error:
                failed.append(type(error).__name__)
                continue
            times.append(1000.0 * (time.perf_counter() - begun))
            if status != 200:
                failed.append(str(status))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    while any(thread.is_alive() for thread in threads):
        time.sleep(min(30.0, max(0.5, until - time.monotonic())))
        spent_s = time.monotonic() - begun
        print(f"  {spent_s:4.0f} s: {len(times)} answers, {server.memory_mb():.0f} MB", flush=True)
    for thread in threads:
        thread.join()
    print(
        told(f"{users} users for {minutes:g} min", times),
        f"; {len(failed)} failed {sorted(set(failed))}",
        f"; {len(times) / (time.monotonic() - begun):.1f} answers a second",
        sep="",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--region", default="starter")
    parser.add_argument("--chargers", nargs="*", default=[])
    parser.add_argument("--trips", type=Path, help="questions; else three of the starter atlas")
    wanted = parser.parse_args()
    trips = json.loads(wanted.trips.read_text()) if wanted.trips else TRIPS
    region = ground_of(wanted.region, tuple(wanted.chargers))
    words = [word for path in wanted.chargers for word in ("--chargers", path)]
    with running("--workers", "2", "--region", wanted.region, *words) as server:
        for _ in range(200):
            if len(server.workers()) == 2:
                break
            time.sleep(0.2)
        time.sleep(8.0)
        slides = slid(server, region, trips)
        for name, column in zip(("slider to drawn plan", "one plan"), (0, 1), strict=True):
            print(told(name, [slide[column] for slide in slides]))
        print(told("each slide against its plan", [a / b for a, b, *_ in slides], "times"))
        print(told("the same in processor time", [a / b for *_, a, b in slides], "times"))
        if wanted.minutes > 0:
            together(server, trips, wanted.users, wanted.minutes)


if __name__ == "__main__":
    main()
