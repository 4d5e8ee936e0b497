"""Whole reports, written for the project, against records that a person has read: what changes in them is seen.

After a meant change of behaviour: ``pytest tests/test_golden.py --regenerate``, and read the difference.
"""

import json
from pathlib import Path

import pytest

from dateline.articles import read_article
from dateline.model import Article, RawDocument
from dateline.records.exports import record_of

EXAMPLES = Path(__file__).parents[1] / "examples"
GOLDEN = Path(__file__).parent / "golden"


def documents():
    for line in (EXAMPLES / "reports.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["id"], RawDocument(name="reports.jsonl", data=line.encode(), kind="jsonl"), None
    yield (
        "market_attack",
        RawDocument(name="market_attack.txt", data=(EXAMPLES / "market_attack.txt").read_bytes(), kind="text"),
        "2012-05-04",
    )


def outline(record):
    """What a person would check of a record: no scores, no versions, no ids of packs."""
    place, time = record["place"], record["time"]
    return {
        "type": record["type"],
        "status": record["status"],
        "anchors": [span["text"] for span in record["anchors"]],
        "agents": [[party["name"], party["kind"], party["country"]] for party in record["agents"]],
        "targets": [[party["name"], party["kind"], party["country"]] for party in record["targets"]],
        "place": place and [place["name"], place["country_code"], place["precision"]],
        "time": time and [time["first"], time["last"], time["precision"], time["basis"]],
        "tolls": [[toll["kind"], toll["low"], toll["best"], toll["high"], toll["who"]] for toll in record["tolls"]],
        "claims": [[claim["speaker"], claim["speaker_kind"], claim["via"]] for claim in record["claims"]],
        "certainty": record["certainty"],
        "codes": record["codes"],
    }


@pytest.mark.parametrize(("name", "document", "published"), list(documents()), ids=[name for name, _, _ in documents()])
def test_report_gives_the_records_that_were_read(name, document, published, coder, request):
    import datetime as dt

    article = read_article(document, published=dt.date.fromisoformat(published) if published else None)
    assert isinstance(article, Article)
    outlines = [outline(record_of(event, article, coder.info)) for event in coder.code([article])[0].events]
    path = GOLDEN / f"{name}.json"
    if request.config.getoption("--regenerate"):
        path.write_text(json.dumps(outlines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert outlines == json.loads(path.read_text(encoding="utf-8"))
