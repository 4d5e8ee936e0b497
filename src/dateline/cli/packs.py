"""``dateline gazetteer`` and ``dateline codebook``: build, look at and check what the coder is given."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from dateline.cli.group import cli
from dateline.run.terminal import Talk, counted


@cli.group()
def gazetteer() -> None:
    """Build and look at the index of places."""


@gazetteer.command()
@click.argument("dump", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), default=Path("places.sqlite"), show_default=True)
def build(dump: Path, output: Path) -> None:
    """Build a place index from DUMP, a GeoNames file (allCountries.zip, a country's, or its .txt).

    Use it with `dateline code --gazetteer FILE`.
    """
    from dateline.grounding.gazetteer import build_from_geonames_dump  # noqa: PLC0415

    with Talk() as talk:
        build_from_geonames_dump(dump, output, talk.building)
    click.echo(f"{output} written; use it with: dateline code --gazetteer {output} PATH")


@gazetteer.command()
@click.option("--gazetteer", "path", type=click.Path(path_type=Path), help="Place index; default: the one that ships.")
def info(path: Path | None) -> None:
    """Show which index of places is used and what it is made from."""
    from dateline.grounding.gazetteer import FORMAT, Gazetteer, shipped_index  # noqa: PLC0415

    with Talk() as talk, contextlib.closing(Gazetteer.open(path, progress=talk.building)) as places:
        file = path or shipped_index()
        origin = "your own, from a GeoNames dump" if path else "the one that ships, from GeoNames (CC BY 4.0)"
        click.echo(f"index      {file}")
        click.echo(f"origin     {origin}")
        click.echo(f"size       {file.stat().st_size / 1e6:.1f} MB, format {FORMAT}")
        click.echo(f"countries  {len(places.countries)}")


@cli.group()
def codebook() -> None:
    """Check codebooks."""


@codebook.command()
@click.argument("file")
def check(file: str) -> None:
    """Check a codebook: its form, its rules and the examples in it.

    FILE is a TOML file or the name of a codebook that ships.
    """
    from dateline.records.codebooks import open_codebook  # noqa: PLC0415

    book = open_codebook(file)
    examples = sum(len(rule.examples) for rule in book.rules)
    click.echo(f"{book.name}: {counted(len(book.rules), 'rule')} and {counted(examples, 'example')}, all right")
