"""Dateline reads news reports of political violence and writes event records, every value resting on the words it came from.

    >>> import dateline
    >>> report = dateline.code("Gunmen killed five policemen in Baghdad on Tuesday.", published="2016-10-14")
    >>> report            # a readable view; in a notebook, with the words highlighted
    >>> report[0].type    # the events, in reading order
    >>> report.to_records()

Importing it loads the standard library only; what an attribute needs is loaded when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from dateline.articles import read_article
    from dateline.config import Config
    from dateline.errors import (
        CodebookError,
        DateError,
        DatelineError,
        FilterError,
        InputError,
        MissingExtraError,
        OutputError,
        PackError,
        RegistryError,
        StoreError,
    )
    from dateline.model import (
        Account,
        ActorKind,
        Article,
        Attribution,
        Certainty,
        CoderInfo,
        Dropped,
        Event,
        EventType,
        Evidence,
        Failure,
        PlacePrecision,
        RawDocument,
        Sentence,
        Side,
        Source,
        Span,
        SpeakerKind,
        Status,
        Thing,
        TimeBasis,
        TimePrecision,
        Toll,
        TollKind,
        When,
        Where,
        Who,
    )
    from dateline.pipeline import Coder
    from dateline.records import record_of
    from dateline.records.frames import read_database
    from dateline.records.views import CodedReport

__version__ = "0.1.0"

__all__ = [
    "Account",
    "ActorKind",
    "Article",
    "Attribution",
    "Certainty",
    "CodebookError",
    "CodedReport",
    "Coder",
    "CoderInfo",
    "Config",
    "DateError",
    "DatelineError",
    "Dropped",
    "Event",
    "EventType",
    "Evidence",
    "Failure",
    "FilterError",
    "InputError",
    "MissingExtraError",
    "OutputError",
    "PackError",
    "PlacePrecision",
    "RawDocument",
    "RegistryError",
    "Sentence",
    "Side",
    "Source",
    "Span",
    "SpeakerKind",
    "Status",
    "StoreError",
    "Thing",
    "TimeBasis",
    "TimePrecision",
    "Toll",
    "TollKind",
    "When",
    "Where",
    "Who",
    "__version__",
    "code",
    "read_article",
    "read_database",
    "record_of",
]

_ELSEWHERE = {
    "Coder": "dateline.pipeline",
    "CodedReport": "dateline.records.views",
    "Config": "dateline.config",
    "read_article": "dateline.articles",
    "read_database": "dateline.records.frames",
    "record_of": "dateline.records",
}
_coders: dict[Config, Coder] = {}


def code(
    text: str,
    *,
    title: str | None = None,
    published: str | dt.date | None = None,
    config: Config | None = None,
) -> CodedReport:
    """Code one report.

    Args:
        text: The report as plain text; offsets in the result count its Unicode code points.
        title: Its title where that is kept apart from the text.
        published: Its day of publication (a date, ``2016-10-14``), from which "on Tuesday" is counted; None when unknown.
        config: Settings; None is the defaults. The opened coder is kept for the next call with the same settings.

    Returns:
        The events in reading order; shows itself readably.

    Raises:
        DateError: ``published`` is no date.
        InputError: The text is empty.
        PackError: The reader's weights or the packs of data are missing.
    """
    from dateline.config import Config  # noqa: PLC0415 - light import of the package
    from dateline.pipeline import Coder  # noqa: PLC0415
    from dateline.records.views import CodedReport  # noqa: PLC0415

    config = config or Config()
    coder = _coders.get(config)
    if coder is None:
        coder = _coders[config] = Coder(config)
    return CodedReport(coder.code_text(text, title=title, published=published), coder.info)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'dateline' has no attribute {name!r}")
    home = _ELSEWHERE.get(name) or ("dateline.errors" if name.endswith("Error") else "dateline.model")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
