"""The command `year`: a household's file in, a table, JSON and a page out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tripplan.cli.plan import PLANNING, notes, refuse_other_than_page, stop
from tripplan.errors import TripplanError


def year(
    file: Annotated[Path, typer.Argument(help="TOML file of the household: cars, home, trips.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="HTML page to write; replaced if there.")
    ] = None,
    json_path: Annotated[
        Path | None,
        typer.Option("--json", help="Answer as JSON, to a file, replaced if there; - to print it."),
    ] = None,
) -> None:
    """Plan a household's year with several cars: what fails and why, kWh, money, hours.

    With what the missing trips cost by train, taxi or rental, at the file's prices.
    """
    from tripplan.questions.annual import asking, page, text
    from tripplan.records.atomic import write_text_atomically

    try:
        if output is not None:
            refuse_other_than_page(output)
        with notes.status(PLANNING):
            found = asking.year(file)
        if output is not None:
            page.save_html(found, output)
            notes.print(f"written: {output}", markup=False, highlight=False)
        if json_path is not None:
            written = found.model_dump_json(indent=1) + "\n"
            if str(json_path) == "-":
                sys.stdout.write(written)
                return
            write_text_atomically(json_path, written)
            notes.print(f"written: {json_path}", markup=False, highlight=False)
        sys.stdout.write(text.year(found))
    except TripplanError as error:
        stop(error)
