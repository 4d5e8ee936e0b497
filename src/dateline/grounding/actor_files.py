"""Reads the registry's files: those that ship with Dateline, and a user's own, which are checked first."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dateline import knowledge
from dateline.errors import RegistryError
from dateline.grounding.actor_entries import Entry
from dateline.grounding.actor_names import tokenise
from dateline.grounding.actor_states import Country, country_of, is_branch, state_actors
from dateline.model import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_FIELDS = {"name", "kind", "country", "aliases", "from", "to", "parent", "then", "codes", "wikidata"}
# The 25 sectors of the PLOVER manual, and IGO, which it has in place of a country.
PLOVER_SECTORS = frozenset(
    "COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED REF OPP PRE REL SOC IGO".split()  # noqa: SIM905
)


def read_shipped() -> tuple[list[Entry], list[Country], list[str], list[Entry]]:
    """Return the shipped entries, the countries, the everyday words that are names in capitals only, and countries' branches.

    Raises:
        PackError: A file is missing.
    """
    table = _load(knowledge.pack_file("actor_countries.toml"))
    countries = [country_of(code, values) for code, values in table.items()]
    entries: dict[str, Entry] = {}
    for path in sorted((knowledge.PACKS / "actors").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            values = json.loads(line)
            entries[values["id"]] = _entry(values["id"], values)
    branches: list[Entry] = []
    for country in countries:
        for made in state_actors(country, table[country.code]):
            own = entries.get(made.id)  # "military-of-israel" may have a better name than "Military of Israel"
            if own:
                entries[made.id] = replace(own, aliases=own.aliases + made.aliases, parent=own.parent or made.parent)
            elif is_branch(made):
                branches.append(made)
            else:
                entries[made.id] = made
    words = _load(knowledge.pack_file("actor_words.toml"))
    return list(entries.values()), countries, words["common"]["words"], branches


def _load(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _entry(key: str, values: Mapping[str, Any]) -> Entry:
    return Entry(
        id=key,
        name=values["name"],
        kind=ActorKind(values["kind"]),
        country=values.get("country"),
        aliases=tuple(values.get("aliases", ())),
        first_year=values.get("from"),
        last_year=values.get("to"),
        parent=values.get("parent"),
        then=tuple(sorted((dt.date.fromisoformat(day), ActorKind(kind)) for day, kind in values.get("then", {}).items())),
        codes=values.get("codes", {}),
        wikidata=values.get("wikidata"),
    )


# --- a user's own file ---------------------------------------------------------------------------------------------------


def read_own(paths: Sequence[Path], shipped: Mapping[str, Entry], countries: Mapping[str, Country]) -> dict[str, Entry]:
    """Read and check a user's files.

    Raises:
        RegistryError: All mistakes of all files.
    """
    tables: list[tuple[Path, str, dict[str, Any]]] = []
    mistakes: list[str] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            tables.append((path, text, tomllib.loads(text)))
        except OSError as error:
            mistakes.append(f"{path}: cannot be read ({error.strerror})")
        except UnicodeDecodeError:
            mistakes.append(f"{path}: is not UTF-8 text; save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            mistakes.append(f"{path}: is not TOML: {error}")
    ids = set(shipped).union(*(table for _, _, table in tables))
    entries: dict[str, Entry] = {}
    for path, text, table in tables:
        for key, values in table.items():
            problems = list(_check(key, values, ids, countries))
            mistakes += [f"{path}:{_line(text, key, name)}: entry '{key}': {message}" for name, message in problems]
            if not problems:
                entries[key] = _entry(key, values)
    if mistakes:
        raise RegistryError("\n".join(mistakes))
    return entries


def _line(text: str, key: str, name: str) -> int:
    """Return the line of an entry, or of one of its fields where that stands on a line of its own."""
    start = re.compile(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*(?:\]|=)")
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if start.match(line)), 0)
    for number in range(first + 1, len(lines)):
        if lines[number].lstrip().startswith("[") or start.match(lines[number]) or not lines[first].lstrip().startswith("["):
            break
        if name and re.match(rf"\s*{re.escape(name)}\s*=", lines[number]):
            return number + 1
    return first + 1


def _check(key: str, values: Any, ids: set[str], countries: Mapping[str, Country]) -> Iterator[tuple[str, str]]:
    """Yield (field, what is wrong) for each mistake of an entry."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", key):
        yield "", "the id must be lower-case letters, digits and single hyphens, such as 'my-group'"
    if not isinstance(values, dict):
        yield "", 'must be a table, such as {name = "…", kind = "rebel_group"}'
        return
    for unknown in sorted(set(values) - _FIELDS):
        yield unknown, f"unknown field '{unknown}'; allowed are {', '.join(sorted(_FIELDS))}"
    for name in ("name", "kind"):
        if name not in values:
            yield "", f"'{name}' is missing"
        elif not isinstance(values[name], str) or not values[name].strip():
            yield name, f"'{name}' must be a text that is not empty"
    yield from _check_kinds(values)
    yield from _check_names(values, ids, countries)
    yield from _check_years_and_codes(values)


def _check_kinds(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = ", ".join(ActorKind)
    kind = values.get("kind")
    if isinstance(kind, str) and kind.strip() and kind not in list(ActorKind):
        yield "kind", f"kind '{kind}' is none of {kinds}"
    then = values.get("then", {})
    if not isinstance(then, dict):
        yield "then", '\'then\' must be a table of days and kinds, such as {"2021-08-15" = "government"}'
        return
    for day, later in then.items():
        try:
            dt.date.fromisoformat(day)
        except ValueError:
            yield "then", f"'{day}' in 'then' is no day of the form YYYY-MM-DD"
        if later not in list(ActorKind):
            yield "then", f"kind '{later}' in 'then' is none of {kinds}"


def _check_names(values: Mapping[str, Any], ids: set[str], countries: Mapping[str, Country]) -> Iterator[tuple[str, str]]:
    aliases = values.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and tokenise(alias) for alias in aliases):
        yield "aliases", "'aliases' must be a list of texts that are not empty"
    country = values.get("country")
    if country is not None and not (isinstance(country, str) and (country in countries or re.fullmatch("[A-Z]{3}", country))):
        yield "country", f"country {country!r} is no ISO 3166 alpha-3 code such as 'IRQ'; leave it out for transnational actors"
    parent = values.get("parent")
    if parent is not None and parent not in ids:
        yield "parent", f"parent {parent!r} is no entry of this file or the shipped registry"


def _check_years_and_codes(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    years = {name: values[name] for name in ("from", "to") if name in values}
    for name, year in years.items():
        if not isinstance(year, int) or isinstance(year, bool) or not 1000 <= year <= 9999:
            yield name, f"'{name}' must be a year, such as 1998"
            return
    if len(years) == 2 and years["from"] > years["to"]:
        yield "from", f"'from' ({years['from']}) is after 'to' ({years['to']})"
    codes = values.get("codes", {})
    if not isinstance(codes, dict) or not all(type(code) in (str, int) for code in codes.values()):
        yield "codes", "'codes' must be a table of texts or whole numbers, such as {cameo = \"IRQMIL\"}"
        return
    yield from _check_vocabulary(codes)
    wikidata = values.get("wikidata")
    if wikidata is not None and not (isinstance(wikidata, str) and re.fullmatch(r"Q[1-9]\d*", wikidata)):
        yield "wikidata", f"wikidata {wikidata!r} is no item such as 'Q2429253'"


def _check_vocabulary(codes: Mapping[str, str | int]) -> Iterator[tuple[str, str]]:
    """Yield codes that their schemes do not have; codes of other schemes than ACLED, CAMEO and PLOVER are the user's own."""
    if "acled" in codes and codes["acled"] not in range(1, 9):
        yield "codes", f"acled code {codes['acled']!r} is no interaction code from 1 to 8"
    if "plover" in codes and codes["plover"] not in PLOVER_SECTORS:
        yield "codes", f"plover code {codes['plover']!r} is none of {', '.join(sorted(PLOVER_SECTORS))}"
    cameo = codes.get("cameo")
    if cameo is not None and not (isinstance(cameo, str) and re.fullmatch(r"(?:[A-Z]{3}){1,5}", cameo)):
        yield "codes", f"cameo code {cameo!r} is not made of three-letter codes, such as 'IRQMIL'"
