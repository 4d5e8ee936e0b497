"""``dateline explain``: one event with the words and the reason behind every value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dateline.cli.group import cli
from dateline.cli.settings import code_inputs, coding_settings, make_config, open_coder, print_view, shown_events
from dateline.model import Account
from dateline.run.terminal import Talk, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dateline.config import Config
    from dateline.records.views import Shown


@cli.command()
@click.argument("event", metavar="EVENT_ID|N")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--records", type=click.Path(path_type=Path), help="Look in this JSONL file of records.")
@coding_settings
def explain(event: str, paths: tuple[str, ...], records: Path | None, **settings: Any) -> None:
    """Show one event with the words and the reason behind every value.

    N counts the events of PATH, which is coded anew; without PATH and --records, those of the last run.
    """
    if paths and records:
        raise click.UsageError("Give either PATH or --records.")
    with Talk() as talk:
        shown = _recoded(paths, make_config(**settings), talk) if paths else _recalled(records)
        found = _find_event(event, shown)
    from dateline.records.views import view_reasons  # noqa: PLC0415

    print_view(view_reasons(found))


def _recoded(paths: Sequence[str], config: Config, talk: Talk) -> Iterator[Shown]:
    coder = open_coder(config, talk)
    count = 0
    for outcome in code_inputs(paths, config, 1, coder):
        if isinstance(outcome, Account):
            events = shown_events(outcome, coder.info, count)
            count += len(events)
            yield from events
        else:
            talk.say(outcome.message)


def _recalled(records: Path | None) -> Iterator[Shown]:
    import json  # noqa: PLC0415

    from dateline.knowledge import cache_directory  # noqa: PLC0415
    from dateline.records.views import Shown  # noqa: PLC0415

    path = records or cache_directory() / "last_run.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield Shown.from_json(json.loads(line), number)
    except FileNotFoundError as error:
        hint = "name a file of records" if records else "no run is remembered yet; name the report: dateline explain N PATH"
        raise click.UsageError(f"{path} is not there; {hint}.") from error
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"{path} holds a line that is no record; give a file written by --format jsonl.") from error


def _find_event(event: str, shown: Iterable[Shown]) -> Shown:
    count = 0
    for each in shown:
        count += 1
        if event in {str(each.number), each.record["id"]}:
            return each
    if event.isdigit() or event.startswith("evt_"):
        raise click.UsageError(f"There is no event {event} among the {counted(count, 'event')} looked at.")
    raise click.UsageError(f"{event!r} is neither the id of an event (evt_...) nor its number.")
