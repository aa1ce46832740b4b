"""`tripplan serve`: a page to type a trip into, and an API, on this machine."""

from typing import Annotated

import typer

from tripplan.cli.plan import Ground, OwnChargers, notes, stop
from tripplan.errors import InvalidInputError, TripplanError


def serve(
    region: Ground = "starter",
    chargers: OwnChargers = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any that is free.")] = 8765,
    open_page: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes; 0: one a core.")] = 0,
    limit_s: Annotated[
        float, typer.Option(min=1, max=3600, help="Longest time of one request, seconds.")
    ] = 60.0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Further name by which other machines ask; several times."),
    ] = None,
) -> None:
    """Serve a page to type a trip into, which answers while sliders move; and an API.

    Only this machine reaches it unless --host says otherwise. Needs the extra `serve`.
    """
    try:
        try:
            from tripplan.serve.server import Options
            from tripplan.serve.server import serve as run
        except ModuleNotFoundError as error:
            raise _missing(str(error.name)) from error
        notes.print("getting ready (the first run also compiles the search, a minute or two)")
        run(
            Options(
                region=region,
                chargers=tuple(chargers or ()),
                host=host,
                port=port,
                names=tuple(allow_host or ()),
                workers=workers,
                limit_s=limit_s,
                open_page=open_page,
                say=lambda text: notes.print(text, markup=False, highlight=False),
            )
        )
    except TripplanError as error:
        stop(error)
    except KeyboardInterrupt:
        raise typer.Exit from None


def _missing(name: str) -> InvalidInputError:
    if name.partition(".")[0] not in {"starlette", "uvicorn", "h11"}:
        raise ModuleNotFoundError(name=name)
    return InvalidInputError(
        f"serving needs {name}, which is not installed: pip install 'tripplan[serve]'",
        field="serve",
        expected="starlette and uvicorn",
    )
