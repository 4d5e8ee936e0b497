"""Hands out a database in one form: the file, what was left out and why, the full records, and what a reader must know."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dateline.records.datasets.companions import citation, read_me
from dateline.records.datasets.coverage import Coverage
from dateline.records.datasets.forms import Form, forms
from dateline.records.datasets.happenings import NoReference
from dateline.records.datasets.protection import Protection
from dateline.records.datasets.reading import Collection
from dateline.records.exports import json_bytes
from dateline.records.outputs import open_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dateline.records.datasets.happenings import Happening, Of, Reference
    from dateline.records.datasets.protection import Secrets
    from dateline.records.outputs import Sink

_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes:
        form: One of ``forms()``.
        of: ``events`` or ``incidents``; None is incidents where the database has them, else events.
        where: Conditions, as ``dateline.records.filters`` reads them.
        threshold: Leave out what is less sure; 0 to 1.
        protection: What is coarsened and withheld.
    """

    form: str
    of: Of | None = None
    where: tuple[str, ...] = ()
    threshold: float = 0.0
    protection: Protection = field(default_factory=Protection)


@dataclass(slots=True, kw_only=True)
class Exported:
    """What came of it.

    Attributes:
        of: What was exported.
        happenings, rows: How many of these are in the file, and in how many rows.
        left_out: Reason (of ``REASONS``) to number of events or incidents.
        files: All files that were written, the export first.
    """

    of: Of
    happenings: int = 0
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    files: list[Path] = field(default_factory=list)


def export(
    place: str | Path,
    output: Path,
    request: Request,
    *,
    reference: Reference | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write a database in one form, and beside it what was left out, the full records, a README and a CITATION.cff.

    All files appear whole or not at all, the export last. The order of the rows is that of the database's readers, so that the
    same database gives the same file.

    Args:
        place: The database, as ``Store`` takes it.
        output: The file to write; the others have its name and an ending of their own.
        request: What is asked for.
        reference: Gives points of provinces and names of actors; None knows none.
        progress: Called with how many events or incidents are done and how many there are.

    Raises:
        StoreError: The database cannot be read.
        FilterError: A condition is none.
        OutputError: A file cannot be written.
        MissingExtraError: The form needs a library that is not installed.
    """
    form = forms()[request.form]
    with Collection(place) as collection, ExitStack() as stack:
        of: Of = request.of or ("incidents" if collection.has_incidents() else "events")
        total = collection.count(of, request.where) if progress else 0
        work = _Work(form, request, reference or NoReference(), Exported(of=of))
        if request.protection:
            work.look_over(collection.happenings(of, request.where))
        if form.survey is not None:
            taken = (h for h in collection.happenings(of, request.where) if work.reason(h) is None)
            work.surveyed = form.survey(work.protected(h) for h in taken)
        main = stack.enter_context(open_output(output))
        sidecars = work.open_sidecars(output, stack)
        work.done.files = [output, *sidecars.values()]
        with form.open(main) as writer:
            for number, happening in enumerate(collection.happenings(of, request.where, measured=form.measured), start=1):
                work.take(happening, writer.write)
                if progress and (number % _TOLD_EVERY == 0 or number == total):
                    progress(number, total)
        work.write_companions(output)
        return work.done


class _Work:
    """One export under way: decides, makes rows, and keeps the files beside the main one."""

    def __init__(self, form: Form, request: Request, reference: Reference, done: Exported) -> None:
        self.done = done
        self.surveyed: object = None
        self._form = form
        self._request = request
        self._reference = reference
        self._coverage = Coverage()
        self._sinks: dict[str, Sink] = {}
        self._secrets: Secrets | None = None

    def open_sidecars(self, output: Path, stack: ExitStack) -> dict[str, Path]:
        """Open the files beside the export and return their paths."""
        names = ["left_out.jsonl", *([] if self._form.whole else ["records.jsonl"]), "README.md", "CITATION.cff"]
        paths = {name: output.with_name(f"{output.name}.{name}") for name in names}
        self._sinks = {name: stack.enter_context(open_output(path)) for name, path in paths.items()}
        return paths

    def reason(self, happening: Happening) -> str | None:
        """Return why a happening is left out, or None."""
        if not self._form.copies and happening.of == "events" and happening.mentions[0].report.copy_of:
            return "copy"
        if (happening.record["confidence"] or 0) < self._request.threshold:
            return "below_threshold"
        return self._form.refuse(happening)

    def protected(self, happening: Happening) -> Happening:
        """Return what may be told of a happening."""
        return self._request.protection.apply(happening, self._reference, self._secrets)

    def look_over(self, happenings: Iterable[Happening]) -> None:
        """Gather what is withheld in any of them."""
        self._secrets = self._request.protection.secrets(happenings, self._reference)

    def take(self, happening: Happening, write: Callable[[Any], None]) -> None:
        """Write a happening's rows and its record, or why it is left out."""
        if reason := self.reason(happening):
            self.done.left_out[reason] += 1
            told = {
                "id": happening.id,
                "type": happening.record["type"],
                "status": happening.record["status"],
                "reason": reason,
            }
            self._sinks["left_out.jsonl"].write(json_bytes(told) + b"\n")
            return
        happening = self.protected(happening)
        rows = self._form.rows(happening, self._reference, self.surveyed)
        for row in rows:
            write(row)
        self.done.happenings += 1
        self.done.rows += len(rows)
        self._coverage.add(happening)
        if "records.jsonl" in self._sinks:
            ids = [row[0] if isinstance(row, list) else row["id"] for row in rows]
            record = happening.text.encode() if happening.text is not None else json_bytes(happening.record)
            self._sinks["records.jsonl"].write(b'{"export_ids":' + json_bytes(ids) + b',"record":' + record + b"}\n")

    def write_companions(self, output: Path) -> None:
        """Write README and CITATION, once all is counted."""
        told = (output.name, self._form, self._request, self.done, self._coverage)
        self._sinks["README.md"].write(read_me(*told).encode("utf-8", "replace"))
        self._sinks["CITATION.cff"].write(citation(*told).encode("utf-8", "replace"))
