"""Rows of the flat tables (XLSX, HXL, GeoParquet), by ``flat.toml``, and records with the precisions of all scales."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dateline.model import TollKind
from dateline.records.datasets.columns import open_table
from dateline.records.datasets.crosswalk import ACLED_PLACE, GED_PLACE, PLOVER_PLACE, acled_day, days_of, ged_days
from dateline.records.datasets.deaths import losses
from dateline.records.datasets.parties import joined

if TYPE_CHECKING:
    from dateline.records.datasets.happenings import Happening
    from dateline.records.exports import Record


def precisions(happening: Happening) -> dict[str, int | None]:
    """Return how exactly time and place are known by the scales of the data sets."""
    days, place = days_of(happening), happening.record["place"] or {}
    day, span = days and acled_day(days), days and ged_days(days)
    precision = place.get("precision") or ""
    return {
        "acled_time_precision": day[1] if day else None,
        "ged_date_prec": span[2] if span else None,
        "acled_geo_precision": ACLED_PLACE.get(precision),
        "ged_where_prec": GED_PLACE.get(precision),
        "plover_resolution": PLOVER_PLACE.get(precision),
    }


def rows(happening: Happening) -> list[list[Any]]:
    """Return the row of a happening."""
    record, scales, reports = happening.record, precisions(happening), happening.reports
    place, time, codes = record["place"] or {}, record["time"] or {}, happening.codes
    acled, ged, plover = (codes.get(book) or {} for book in ("acled", "ged", "plover"))
    row = [
        happening.id,
        record["type"],
        record["status"],
        record["certainty"],
        record["confidence"],
        time.get("first"),
        time.get("last"),
        time.get("precision"),
        time.get("basis"),
        scales["acled_time_precision"],
        scales["ged_date_prec"],
        *[place.get(name) for name in ("name", "admin2", "admin1", "country", "country_code", "lat", "lon", "precision")],
        place.get("uncertainty_km"),
        scales["acled_geo_precision"],
        scales["ged_where_prec"],
        scales["plover_resolution"],
        *_parties(record, "agents"),
        *_parties(record, "targets"),
        *_figures(record, TollKind.KILLED),
        *_figures(record, TollKind.WOUNDED),
        joined([span["text"] for span in record["anchors"]]),
        joined([claim["speaker"] for claim in record["claims"]]),
        acled.get("event_type"),
        acled.get("sub_event_type"),
        ged.get("type_of_violence"),
        plover.get("event"),
        plover.get("mode"),
        codes.get("cameo"),
        len(reports),
        joined([report.publisher for report in reports]),
        next((report.day for report in reports if report.day), None),
        " ".join(report.url for report in reports if report.url),
    ]
    assert len(row) == len(open_table("flat").columns)
    return [row]


def _parties(record: Record, role: str) -> list[str]:
    """Return the names and the kinds of the parties in a role; the lists keep step."""
    return ["; ".join(party["name"] for party in record[role]), "; ".join(party["kind"] for party in record[role])]


def _figures(record: Record, kind: TollKind) -> list[int | None]:
    told = any(
        toll["kind"] == kind and any(toll.get(bound) is not None for bound in ("low", "best", "high"))
        for toll in record["tolls"]
    )
    total = losses(record, kind).total
    return [total.low, total.best, total.high] if told else [None, None, None]
