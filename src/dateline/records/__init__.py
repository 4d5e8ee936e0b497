"""Writes records: events as plain dictionaries, files in the formats people use, views for the eye, and codes by codebooks.

Doors: ``record_of`` (one event to one dictionary), ``open_output`` and ``open_writer`` (files), ``dateline.records.views`` (for
the eye) and ``dateline.records.codebooks`` (codes), the latter two loaded where they are needed.
"""

from dateline.records.exports import open_writer, record_of
from dateline.records.outputs import open_output

__all__ = ["open_output", "open_writer", "record_of"]
