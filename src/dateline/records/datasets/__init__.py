"""Exports in the forms of the field's data sets: ACLED-like, GED-like, PLOVER, POLECAT, GDELT, ICEWS, HXL and plain formats.

Doors: ``export`` writes a database in one form with everything that belongs beside it; ``Request`` says what is asked for,
``Protection`` what is coarsened and withheld; ``forms`` are the forms there are, ``REASONS`` why an event may be left out.
"""

from dateline.records.datasets.export import Exported, Request, export
from dateline.records.datasets.forms import REASONS, forms
from dateline.records.datasets.happenings import NoReference, Reference
from dateline.records.datasets.protection import WITHHOLDABLE, Protection

__all__ = ["REASONS", "WITHHOLDABLE", "Exported", "NoReference", "Protection", "Reference", "Request", "export", "forms"]
