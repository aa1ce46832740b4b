"""Parquet files, a batch of rows at a time; the door to pyarrow, which is optional."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from tripplan.errors import DataError
from tripplan.records.atomic import atomic_file
from tripplan.records.outside import decoding


def is_installed() -> bool:
    """Tell whether Parquet can be read and written here."""
    return find_spec("pyarrow") is not None


def read(path: Path) -> tuple[list[str], Iterator[Mapping[str, Any]]]:
    """Return the names of the columns, and the rows.

    Raises
    ------
    DataError
        pyarrow is not installed, or the file is no Parquet.
    """
    try:
        import pyarrow.parquet as pq  # noqa: PLC0415 - optional, and heavy
    except ImportError as error:
        raise DataError(
            f"trips file {path}: reading Parquet needs pyarrow: pip install 'tripplan[parquet]'",
            path=str(path),
        ) from error
    with decoding(f"trips file {path}", "Parquet file"):
        file = pq.ParquetFile(path)
        return list(file.schema_arrow.names), _rows(path, file)


def _rows(path: Path, file: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - untyped
    """Read a batch at a time; damage may lie in any of them."""
    done = 0
    batches = file.iter_batches(batch_size=1024)
    while True:
        with decoding(f"trips file {path}, after row {done}", "Parquet file"):
            batch = next(batches, None)
            rows = [] if batch is None else batch.to_pylist()
        if batch is None:
            return
        yield from rows
        done += len(rows)


def write(path: Path, rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, type]) -> None:
    """Write rows, a batch at a time; the same rows give the same bytes.

    Parameters
    ----------
    path
        The file; it gets its name once it is whole.
    rows
        One mapping each; empty cells are "" or absent.
    kinds
        The columns in order, with what they hold: bool, int, float or str.

    Raises
    ------
    DataError
        pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional, and heavy
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise DataError(
            f"file {path}: writing Parquet needs pyarrow: pip install 'tripplan[parquet]'",
            path=str(path),
        ) from error
    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in kinds.items()])
    left = iter(rows)
    with atomic_file(path) as whole, pq.ParquetWriter(whole, schema) as file:
        while some := list(islice(left, 1024)):
            cells = [
                {n: None if row.get(n, "") == "" else kind(row[n]) for n, kind in kinds.items()}
                for row in some
            ]
            file.write_table(pa.Table.from_pylist(cells, schema))
