"""Parquet files, a batch of rows at a time; the door to pyarrow, which is optional."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tripplan.errors import DataError


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
    try:
        file = pq.ParquetFile(path)
    except ValueError as error:
        raise DataError(
            f"trips file {path}: is no Parquet file ({error})", path=str(path)
        ) from error
    batches = file.iter_batches(batch_size=1024)
    rows = (row for batch in batches for row in batch.to_pylist())
    return list(file.schema_arrow.names), rows
