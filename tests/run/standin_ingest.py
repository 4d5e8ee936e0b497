"""``dateline ingest`` with a coder that needs no weights: python standin_ingest.py SOURCE DB [WORKERS]."""

# ruff: noqa: T201
from __future__ import annotations

import hashlib
import os
import resource
import sys
import time
from contextlib import suppress

from dateline.config import Config
from dateline.errors import DatelineError
from dateline.model import Account, CoderInfo, Event, EventType, Status, Toll, TollKind
from dateline.records.store import Store
from dateline.run import ingest as module
from dateline.run.ingest import Job, ingest
from dateline.run.inputs import find_documents

INFO = CoderInfo(version="0.1.0", weights="standin", packs="none")
TYPES = list(EventType)
SECONDS = float(os.environ.get("STANDIN_SECONDS", "0"))
"""How long it takes over a report."""


class Standin:
    """Gives each article up to three events that follow from its text; comes to grief over some."""

    def code(self, articles):
        time.sleep(SECONDS)
        return [self.account(article) for article in articles]

    def account(self, article):
        digest = hashlib.sha256(article.text.encode()).digest()
        if "come to grief" in article.text:
            raise ValueError("no such thing")
        anchor = article.evidence(article.sentences[0].span)
        events = tuple(
            Event(
                id=f"evt_{digest.hex()[:12]}{number}",
                article_id=article.id,
                type=TYPES[digest[number] % len(TYPES)],
                status=Status.HAPPENED,
                anchors=(anchor,),
                tolls=(Toll(kind=TollKind.KILLED, low=digest[5], best=digest[5], high=None),),
                confidence=digest[number] / 255,
            )
            for number in range(digest[4] % 4)
        )
        return Account(article=article, events=events)


def tell_progress(done, _):
    """Say that one more document is done with, so that a test knows where the run is."""
    print(".", file=sys.stderr, end="", flush=True)


def open_standin(config):
    return Standin()


def main() -> int:
    module.BATCH = int(os.environ.get("STANDIN_BATCH", module.BATCH))
    watch = {"watch": tell_progress} if "STANDIN_BATCH" in os.environ else {}
    source, place = sys.argv[1:3]
    workers = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    try:
        with Store(place, create=True) as store:
            done = ingest(
                find_documents([source], stdin=None),
                Job(store=store, info=INFO, config=Config(), workers=workers, opener=open_standin, **watch),
                [source],
            )
    except DatelineError as error:
        with suppress(BrokenPipeError):
            print(f"dateline: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    print(done.coded, done.skipped, done.failed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return 0


if __name__ == "__main__":
    sys.exit(main())
