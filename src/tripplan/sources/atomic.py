"""The writer of `tripplan.records.atomic`, by the name by which most packages know it."""

from tripplan.records.atomic import (
    atomic_file,
    synced,
    write_bytes_atomically,
    write_text_atomically,
)

__all__ = ["atomic_file", "synced", "write_bytes_atomically", "write_text_atomically"]
