"""The flow, in plain calls: articles → claims → grounding → events → codes.

Everything one article needs is done in one pass; the tools (weights, gazetteer, registry, codebooks) are opened once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from dateline import __version__
from dateline.articles import make_article
from dateline.claims import Reader, read_claims
from dateline.config import Config
from dateline.grounding import Grounder, ground
from dateline.incidents import account
from dateline.model import Account, Article, CoderInfo, Event, Reading
from dateline.records.codebooks import code_events, open_codebook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence


class Coder:
    """Codes articles, keeping everything open for many.

    Args:
        config: Settings.
        progress: Called with (done, total) while the places index is built, on first use only.

    Raises:
        PackError: Weights or packs are missing or damaged.
        CodebookError: A codebook has mistakes.
        RegistryError: A file of actors has mistakes.
    """

    def __init__(self, config: Config | None = None, *, progress: Callable[[int, int], None] | None = None) -> None:
        self.config = config or Config()
        self._codebooks = [open_codebook(name) for name in self.config.codebooks]
        self._reader = Reader(self.config.weights)
        self._grounder = Grounder.open(self.config.gazetteer, self.config.actors, progress)
        self.info = CoderInfo(version=__version__, weights=self._reader.version, packs=self._grounder.version)

    def code(self, articles: Sequence[Article]) -> list[Account]:
        """Code articles.

        Returns:
            One account each, in their order; an article without events has an account without events.
        """
        accounts = account(ground(self.read(articles), self._grounder))
        return [self._finish(one) for one in accounts]

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        """Return the claims of articles before grounding: what the reader found, in the texts' own words."""
        return read_claims(articles, self._reader)

    def code_text(self, text: str, *, title: str | None = None, published: str | dt.date | None = None) -> Account:
        """Code one text.

        Args:
            text: The report; offsets refer to it.
            title: Its title, when it is not part of the text.
            published: Day of publication (ISO, or a date); ``config.published`` where None.

        Raises:
            DateError: ``published`` is no date.
            InputError: The text is empty.
        """
        day = published if published is not None else self.config.published
        return self.code([make_article(text, title=title, published=day)])[0]

    def _finish(self, one: Account) -> Account:
        events = [replace(event, confidence=self._calibrate(event)) for event in one.events]
        kept = [event for event in events if event.confidence >= self.config.threshold]
        return replace(one, events=tuple(code_events(kept, self._codebooks)))

    def _calibrate(self, event: Event) -> float:
        """Turn the reader's raw score into the share of such events that are right: logistic, fitted by training."""
        slope, per_anchor, intercept = self._reader.calibration
        raw = min(max(event.confidence, 1e-4), 1 - 1e-4)
        odds = slope * math.log(raw / (1 - raw)) + per_anchor * math.log(len(event.anchors)) + intercept
        return round(1 / (1 + math.exp(-odds)), 3)
