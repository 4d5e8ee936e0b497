"""``dateline export``: hands out a database in the forms of the field's data sets."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dateline.cli.collecting import DB_OPTION
from dateline.cli.group import NOTHING_CODED, cli
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dateline.grounding.gazetteer import Gazetteer
    from dateline.grounding.registry import Registry
    from dateline.records.datasets import Exported

FORMS = (
    *("acled", "ged", "plover", "polecat", "gdelt", "gdelt-mentions", "icews"),
    *("geojson", "geoparquet", "csv", "parquet", "jsonl", "xlsx", "hxl"),
)
_WITHHOLDABLE = ("names", "speakers")


class _Withheld(click.ParamType[frozenset[str]]):
    """What is withheld, as words joined by commas."""

    name = "names,speakers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """Return the words."""
        if isinstance(value, frozenset):
            return value
        words = [word.strip() for word in str(value).split(",") if word.strip()]
        for word in words:
            if word not in _WITHHOLDABLE:
                self.fail(f"{word!r} cannot be withheld; choose from: {', '.join(_WITHHOLDABLE)}", param, ctx)
        return frozenset(words)


@cli.command()
@click.argument("form", type=click.Choice(FORMS), metavar="FORM")
@DB_OPTION
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option(
    "--where",
    multiple=True,
    metavar="CONDITIONS",
    help='Only what fits, such as "country=IRQ first_day=2016-10"; see docs/database.md.',
)
@click.option(
    "--of",
    type=click.Choice(["incidents", "events"]),
    help="Incidents (several reports joined) or events (one report's account); default: incidents where there are any.",
)
@click.option("--coarsen", type=click.Choice(["admin1", "country"]), help="Tell no place finer than a province, or a country.")
@click.option(
    "--withhold", type=_Withheld(), default=frozenset(), help="Withhold personal names, those who told the press, or both."
)
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0, help="Leave out what is below this confidence.  [default: all]"
)
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def export(form: str, db: str, output: Path, no_progress: bool, **asked: object) -> None:
    """Write a database in the form of a data set.

    FORM is acled, ged, plover, polecat, gdelt, gdelt-mentions or icews (columns, codes and rules of these data sets), or
    geojson, geoparquet, csv, parquet, jsonl, xlsx or hxl. Beside FILE come FILE.README.md and FILE.CITATION.cff,
    FILE.left_out.jsonl with what the data set would not take and why, and FILE.records.jsonl with the full records.
    docs/exports.md explains all of it.
    """
    from dateline.records.datasets import Protection, Request  # noqa: PLC0415 - they load the database library
    from dateline.records.datasets import export as write  # noqa: PLC0415

    protection = Protection(coarsen=asked.pop("coarsen"), withhold=asked.pop("withhold"))  # type: ignore[arg-type]
    request = Request(form=form, protection=protection, **asked)  # type: ignore[arg-type]
    with Talk(show_progress=not no_progress) as talk, contextlib.closing(_Known(talk)) as known:
        done = write(
            db,
            output,
            request,
            reference=known,
            progress=lambda number, total: talk.measure(f"{counted(number, request.of or 'row')}", number, total),
        )
    _tell(form, output, done)
    if not done.rows:
        click.get_current_context().exit(NOTHING_CODED)


def _tell(form: str, output: Path, done: Exported) -> None:
    """Say what was written and what was left out."""
    from dateline.records.datasets import REASONS  # noqa: PLC0415

    what = counted(done.happenings, done.of.removesuffix("s"))
    click.echo(f"dateline: {what} written as {form} to {output} ({counted(done.rows, 'row')})", err=True)
    if done.left_out:
        number = sum(done.left_out.values())
        click.echo(
            f"dateline: {counted(number, done.of.removesuffix('s'))} left out, listed in {output}.left_out.jsonl:", err=True
        )
        for reason, count in done.left_out.most_common():
            click.echo(f"  {count:>9,}  {REASONS[reason]} ({reason})", err=True)


class _Known:
    """What the gazetteer and the registry know, each opened when first asked."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def division_point(self, country_code: str, admin1: str) -> tuple[float, float] | None:
        """Return a point for a province, or None."""
        from dateline.grounding.gazetteer import PlaceKind  # noqa: PLC0415

        for place in self._gazetteer.candidates(admin1):
            if place.kind is PlaceKind.ADMIN1 and place.country_code == country_code:
                return place.lat, place.lon
        return None

    def actor(self, actor_id: str, day: dt.date | None) -> tuple[str, Mapping[str, str | int]] | None:
        """Return an actor's name and codes, or None."""
        entry = self._registry.entries.get(actor_id)
        return None if entry is None else (entry.name, entry.codes_on(day))

    def close(self) -> None:
        """Close the gazetteer where it was opened."""
        if "_gazetteer" in self.__dict__:
            self._gazetteer.close()

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        from dateline.grounding.gazetteer import Gazetteer  # noqa: PLC0415

        return Gazetteer.open(progress=self._talk.building)

    @cached_property
    def _registry(self) -> Registry:
        from dateline.grounding.registry import Registry  # noqa: PLC0415

        return Registry.open()
