"""What is answered: the page, its two files, and the API."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from functools import cache
from importlib import resources
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.closer import DEEPEST_ZOOM
from tripplan.output.page.page import bundle
from tripplan.serve.form import car_rows, wish_rows
from tripplan.serve.openapi import openapi, openapi_page
from tripplan.serve.places import MOST_CHARGERS, MOST_FOUND, Places
from tripplan.serve.pool import BusyError, LostError, OvertakenError, Pool, TooLongError

SCRIPTS: Final = ("ground.js", "route.js", "chart.js", "switches.js")
"""Those of the page of one plan that draw here, too."""
OWN_SCRIPTS: Final = ("address.js", "places.js", "form.js", "plan.js", "beside.js", "serve.js")
_CLIENT: Final = "x-tripplan-client"
_LONGEST_CLIENT: Final = 64


class _Api:
    """The answers, on the places of a region and the workers."""

    def __init__(self, places: Places, pool: Pool) -> None:
        self._places = places
        self._pool = pool

    def planned(self, task: str) -> Callable[[Request], Awaitable[Response]]:
        """Return what has a worker answer a question."""

        async def answered(request: Request) -> Response:
            ending = request.path_params.get("ending", "")
            detail = f".{ending}" if ending else ""
            response = await self._asked(request, task, await request.body(), detail)
            if task == "export" and response.status_code == 200:
                response.headers["content-disposition"] = f'attachment; filename="trip{detail}"'
            return response

        return answered

    async def _asked(self, request: Request, task: str, body: bytes, detail: str = "") -> Response:
        client = request.headers.get(_CLIENT, "")[:_LONGEST_CLIENT]
        # What overtakes what: a drawing only a drawing, other ways only other ways.
        whose = f"{client}/{task}" if client and task != "export" else ""
        asking = asyncio.ensure_future(self._pool.ask(task, body, detail=detail, client=whose))
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return _told(499, "gone", "who asked has gone")
            reply = asking.result()
        except OvertakenError:
            return _told(409, "overtaken", "a newer question has overtaken this one")
        except BusyError:
            return _told(503, "busy", "too many are asking: try again in a moment")
        except TooLongError:
            return _told(504, "too long", "the question takes longer than this server allows")
        except LostError:
            return _told(500, "failed", "the worker ended in the middle of the question")
        finally:
            asking.cancel()
            gone.cancel()
        return Response(reply.body, status_code=reply.status, media_type=reply.kind)

    async def places(self, request: Request) -> Response:
        """Answer places by the beginning of a name, or by a point."""
        point = _numbers(request, ("lat", "lon"), (90.0, 180.0))
        if point is not None:
            return JSONResponse({"places": [self._places.near(*point)]})
        most = _whole(request, "most", MOST_FOUND)
        return JSONResponse({"places": self._places.find(request.query_params.get("q", ""), most)})

    async def chargers(self, request: Request) -> Response:
        """Answer the chargers in a box."""
        names = ("south", "west", "north", "east")
        box = _numbers(request, names, (90.0, 180.0, 90.0, 180.0))
        most = _whole(request, "most", MOST_CHARGERS)
        return JSONResponse(self._places.chargers_in(Bounds(*(box or self._places.bounds)), most))

    async def roads(self, request: Request) -> Response:
        """Answer the roads of a box, for a map that is zoomed in; who goes away drops it."""
        names = ("south", "west", "north", "east", "zoom")
        found = _numbers(request, names, (90.0, 180.0, 90.0, 180.0, DEEPEST_ZOOM))
        if found is None:
            return _told(422, "invalid", f"expected {', '.join(names)}, degrees and a level")
        *box, zoom = found
        question = {"box": box, "zoom": math.floor(zoom)}
        return await self._asked(request, "roads", json.dumps(question).encode())

    async def region(self, _request: Request) -> Response:
        """Answer what the page has to know of the region before it asks for anything."""
        return JSONResponse(
            {
                "region": self._places.region_name,
                "bounds": self._places.bounds,
                "chargers": len(self._places.chargers),
                "workers": self._pool.ready,
            }
        )


def make_app(places: Places, pool: Pool) -> Starlette:
    """Return the app.

    Parameters
    ----------
    places
        What to choose from.
    pool
        Who plans.
    """
    api = _Api(places, pool)
    get, post = ["GET"], ["POST"]
    return Starlette(
        routes=[
            Route("/", _page, methods=get),
            Route("/page.js", _script, methods=get),
            Route("/page.css", _sheet, methods=get),
            Route("/api", _docs, methods=get),
            Route("/api/openapi.json", _openapi, methods=get),
            Route("/api/plan", api.planned("plan"), methods=post),
            Route("/api/drawing", api.planned("drawing"), methods=post),
            Route("/api/ways", api.planned("ways"), methods=post),
            Route("/api/ground", api.planned("ground"), methods=post),
            Route("/api/roads", api.roads, methods=get),
            Route("/api/export/{ending}", api.planned("export"), methods=post),
            Route("/api/places", api.places, methods=get),
            Route("/api/chargers", api.chargers, methods=get),
            Route("/api/vehicles", _vehicles, methods=get),
            Route("/api/wishes", _wishes, methods=get),
            Route("/api/region", api.region, methods=get),
        ],
        exception_handlers={404: _not_found, 405: _not_found, Exception: _broken},
    )


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _told(status: int, error: str, message: str) -> Response:
    return JSONResponse({"error": error, "message": message}, status_code=status)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return _told(404, "not found", "there is nothing here; /api says what there is")


async def _broken(_request: Request, _error: Exception) -> Response:
    return _told(500, "failed", "the program failed; see what the server printed")


@cache
def _files() -> tuple[str, str, str]:
    """Return page, script and sheet."""
    folder = resources.files("tripplan.serve").joinpath("web")

    def read(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    script, sheet = bundle(SCRIPTS, ("page.css",))
    own = "\n".join(map(read, OWN_SCRIPTS))
    return read("page.html"), f"{script}\n{own}", f"{sheet}\n{read('serve.css')}"


async def _page(_request: Request) -> Response:
    return HTMLResponse(_files()[0])


async def _script(_request: Request) -> Response:
    return Response(_files()[1], media_type="text/javascript; charset=utf-8")


async def _sheet(_request: Request) -> Response:
    return Response(_files()[2], media_type="text/css; charset=utf-8")


async def _docs(_request: Request) -> Response:
    return HTMLResponse(openapi_page())


async def _openapi(_request: Request) -> Response:
    return JSONResponse(openapi())


async def _vehicles(request: Request) -> Response:
    wanted = request.query_params.get("q", "")[:100]
    return JSONResponse({"vehicles": car_rows(wanted)})


async def _wishes(_request: Request) -> Response:
    return JSONResponse({"wishes": wish_rows()})


def _numbers(
    request: Request, names: tuple[str, ...], limits: tuple[float, ...]
) -> tuple[Any, ...] | None:
    """Return numbers of the query within their limits; None: one is missing or wrong."""
    try:
        found = tuple(float(request.query_params[name]) for name in names)
    except (KeyError, ValueError):
        return None
    inside = all(abs(value) <= limit for value, limit in zip(found, limits, strict=True))
    return found if inside else None


def _whole(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, "")
    return min(int(text), usual) if text.isdigit() and len(text) < 6 else usual
