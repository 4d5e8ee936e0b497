"""Makes articles: from bytes as they came in (``read_article``), or from a text in a program (``make_article``)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from dateline.articles.clean import decode, extract_page, looks_like_html, replace_surrogates
from dateline.articles.copies import Piece, find_repeats, fold
from dateline.articles.datelines import FoundDateline, find_dateline, read_day
from dateline.articles.sentences import split_paragraphs
from dateline.errors import DateError, InputError
from dateline.model import Article, Dateline, Dropped, Evidence, Failure, RawDocument, Sentence, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT_FIELDS = ("id", "title", "text", "published", "url", "publisher")
"""Fields of a JSONL record that Dateline reads; all others are kept in ``Article.extra``."""
MIN_LETTERS = 40
"""Texts with fewer letters are too short to tell their language."""
_LANGUAGE_SAMPLE = 600
_SURE_WORDS = 0.10
"""Share of English function words from which a text is English without asking the classifier, which takes half a second to
load; 96 in 100 English reports have more."""
_ENGLISH = frozenset(
    # Left out are words that are as common in a language near by: of (or), was, had, by (at), is, in, on, at, for, an, he.
    (
        *("the", "and", "to", "said", "were", "that", "with", "from", "has", "have", "his", "their", "they", "who", "which"),
        *("been", "after", "this", "would", "about", "into", "not"),
    )
)
_UNLIKELY = 1e-4
"""A text is another language only when the wanted one has a lower probability than this. Names pull English reports towards
Spanish or Arabic: measured, no whole report fell below 0.3 and no headline full of names below 0.002, while two sentences in
22 other languages all stayed below 0.000001."""
_OTHER_TEXT_FIELDS = ("content", "body", "article", "maintext", "full_text", "article_text", "description")
_HTML_NAME = re.compile(r"\.x?html?(?:\.gz)?$", re.IGNORECASE)
_MAIL_DATE = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{2}:\d{2}")
_DATE_WORDS = re.compile(
    r"(?:[A-Z][a-z]+,?\s+)?(?P<words>\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]{2,8}\.?,?\s+\d{4}|[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
    r"(?:[,\s]+(?:at\s+)?\d{1,2}[:.]\d{2}.{0,20})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known of a report before it is an article."""

    text: str
    title: str | None = None
    published: dt.date | None = None
    published_text: str | None = None
    published_basis: str | None = None
    source: Source = field(default_factory=Source)
    given_id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class _Stop(Exception):  # noqa: N818 (it ends the reading of one document; it is no error of the program)
    def __init__(self, outcome: Dropped | Failure) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def read_article(
    document: RawDocument, *, published: dt.date | None = None, language: str = "en", max_characters: int = 5_000_000
) -> Article | Dropped | Failure:
    """Read one document.

    Nothing is raised for bad input: what is wrong comes back as ``Dropped`` (left out on purpose: ``empty``, ``language``,
    ``no_article``, ``not_text``, ``too_long``) or ``Failure`` (``not_json``, ``no_text``, ``bad_field``, ``bad_date``).

    Args:
        document: The bytes and their kind; ``auto`` is a web page where they start like one or are named so, else plain text.
        published: Publication day for a report that gives none, nor a dateline with a year.
        language: ISO 639-1 code of the only language that goes through.
        max_characters: Longer texts are dropped.
    """
    try:
        draft = _read_draft(document, max_characters)
        code = _check_language(document.name, draft, language)
        return _finish(draft, option=published, language=code)
    except _Stop as stop:
        return stop.outcome


def make_article(  # noqa: PLR0913 (one argument for each thing that can be known of a report)
    text: str,
    *,
    title: str | None = None,
    published: str | dt.date | None = None,
    url: str | None = None,
    publisher: str | None = None,
    given_id: str | None = None,
    path: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Article:
    """Make an article from a text; offsets of everything found in it refer to this text.

    Args:
        text: The report. A headline may be its first line.
        title: The headline, where it is kept apart; it has offsets of its own.
        published: Day of publication, as a date or as words (``2016-10-14``, ``14 October 2016``).
        url: Where it was published.
        publisher: Who published it.
        given_id: The caller's own id.
        path: The file it is from.
        extra: Anything to be kept with it.

    Raises:
        InputError: The text is no string or empty.
        DateError: ``published`` is no date.
    """
    if not isinstance(text, str):
        raise InputError(f"text must be a string, not {type(text).__name__}", "no_text")
    if not text.strip():
        raise InputError("text is empty", "empty")
    day, words = (None, None) if published is None else _published(published)
    draft = Draft(
        text=replace_surrogates(text),
        title=_title(title),
        published=day,
        published_text=words,
        published_basis="given" if day else None,
        source=Source(publisher=publisher, url=url, path=path),
        given_id=given_id,
        extra=extra or {},
    )
    return _finish(draft, option=None, language=_language_of(draft.text))


def read_published(value: str) -> tuple[dt.date, str]:
    """Return the day that a publication date names, and the date or date-time in ISO form.

    Read are ISO 8601 dates and date-times, RFC 2822 dates, and ``14 October 2016`` or ``Oct 14, 2016`` with or without weekday
    and time. The day is the one written, whatever the time zone.

    Raises:
        DateError: It is none of these, or no day.
    """
    words = value.strip()
    try:
        moment = dt.datetime.fromisoformat(words)
    except ValueError:
        pass
    else:
        return moment.date(), words
    if _MAIL_DATE.match(words):
        import email.utils  # noqa: PLC0415 (it loads the socket library, and few dates are in mail form)

        try:
            moment = email.utils.parsedate_to_datetime(words)
        except (ValueError, IndexError, TypeError, OverflowError):
            pass
        else:
            return moment.date(), moment.isoformat()
    if (match := _DATE_WORDS.fullmatch(words)) and (day := read_day(re.sub(r"(?<=[a-z])\.|,", "", match["words"]))):
        return day, day.isoformat()
    raise DateError(f"{value!r} is no date; write it as 2016-10-14, 14 October 2016 or Oct 14, 2016")


# --- from bytes to a draft -----------------------------------------------------------------------------------------------


def _read_draft(document: RawDocument, max_characters: int) -> Draft:
    if len(document.data) > 4 * max_characters:
        raise _Stop(_too_long(document.name, f"{len(document.data):,} bytes", max_characters))
    kind = document.kind
    if kind == "auto":
        kind = "html" if _HTML_NAME.search(document.name) or looks_like_html(document.data) else "text"
    try:
        text = decode(document.data, html=kind == "html")
    except InputError as error:
        raise _Stop(Dropped(name=document.name, reason=error.reason, message=f"{document.name}: {error}")) from None
    if not text.strip():
        raise _Stop(Dropped(name=document.name, reason="empty", message=f"{document.name}: it is empty"))
    path = None if document.url or document.name.partition(":")[0] == "-" else document.name
    source = Source(url=document.url, path=path)
    draft = _READERS[kind](document, text, source)
    if len(draft.text) > max_characters:
        raise _Stop(_too_long(document.name, f"{len(draft.text):,} characters", max_characters))
    return draft


def _too_long(name: str, size: str, max_characters: int) -> Dropped:
    message = (
        f"{name}: it has {size}, the limit is {max_characters:,} characters; split it into single reports or raise the limit"
    )
    return Dropped(name=name, reason="too_long", message=message)


def _from_text(_: RawDocument, text: str, source: Source) -> Draft:
    return Draft(text=text, source=source)


def _from_html(document: RawDocument, html: str, source: Source) -> Draft:
    page = extract_page(html, document.url)
    if page is None:
        message = f"{document.name}: no article was found in this web page; save its text as a .txt file to have it read"
        raise _Stop(Dropped(name=document.name, reason="no_article", message=message))
    day = words = None
    if page.published:
        try:
            day, words = read_published(page.published)
        except DateError:
            day = words = None  # a page's own markup may be wrong; the report is read without it
    title = page.title if page.title and not fold(page.text[: 4 * len(page.title)]).startswith(fold(page.title)) else None
    return Draft(
        text=page.text,
        title=title,
        published=day,
        published_text=words,
        published_basis="metadata" if day else None,
        source=Source(publisher=page.publisher, url=page.url or document.url, path=source.path),
    )


def _from_record(document: RawDocument, text: str, source: Source) -> Draft:
    record = _parse_record(document.name, text)
    fields = {name: _text_field(document.name, record, name) for name in TEXT_FIELDS if name != "published"}
    body = fields["text"]
    if body is None:
        raise _failure(document.name, "no_text", f'the record has no field "text"{_hint(record)}')
    if not body.strip():
        raise _Stop(Dropped(name=document.name, reason="empty", message=f'{document.name}: the field "text" is empty'))
    day = words = None
    given = record.get("published")
    if given is not None and given != "":
        try:
            day, words = _published(given)
        except DateError as error:
            raise _failure(document.name, "bad_date", f"published: {error}") from None
    return Draft(
        text=body,
        title=_title(fields["title"]),
        published=day,
        published_text=words,
        published_basis="given" if day else None,
        source=Source(publisher=fields["publisher"], url=fields["url"], path=source.path),
        given_id=fields["id"],
        extra={name: value for name, value in record.items() if name not in TEXT_FIELDS},
    )


_READERS: Mapping[str, Callable[[RawDocument, str, Source], Draft]] = {
    "text": _from_text,
    "html": _from_html,
    "jsonl": _from_record,
}


def _parse_record(name: str, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except RecursionError:
        raise _failure(name, "not_json", "the record is nested too deeply to be read") from None
    except ValueError as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        where = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _failure(name, "not_json", f"this line is no JSON ({what}{where}); each line must hold one JSON object") from None
    if not isinstance(record, dict):
        raise _failure(name, "not_json", f"a record must be a JSON object, not {_json_name(record)}; write one object a line")
    return record


def _text_field(name: str, record: Mapping[str, Any], field_name: str) -> str | None:
    """Return a field of a record that must be a string (an id may be a whole number), or None where it is absent or null."""
    value = record.get(field_name)
    if value is None:
        return None
    if field_name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _failure(name, "bad_field", f'the field "{field_name}" must be a string, not {_json_name(value)}')
    return replace_surrogates(value)


def _json_name(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


def _hint(record: Mapping[str, Any]) -> str:
    for other in _OTHER_TEXT_FIELDS:
        if isinstance(record.get(other), str):
            return f'; rename "{other}" to "text"'
    names = ", ".join(f'"{name}"' for name in list(record)[:8])
    return f"; it has {names}" if names else "; it is empty"


def _failure(name: str, reason: str, message: str) -> _Stop:
    return _Stop(Failure(name=name, stage="read", reason=reason, message=f"{name}: {message}"))


def _title(title: str | None) -> str | None:
    return replace_surrogates(title) if title and title.strip() else None


def _published(value: object) -> tuple[dt.date, str]:
    if isinstance(value, dt.datetime):
        return value.date(), value.isoformat()
    if isinstance(value, dt.date):
        return value, value.isoformat()
    if not isinstance(value, str):
        raise DateError(f"{value!r} is no date; write it as a string such as 2016-10-14")
    return read_published(value)


# --- language ------------------------------------------------------------------------------------------------------------


def _check_language(name: str, draft: Draft, language: str) -> str | None:
    """Return the code of the text's language, or None where it is too short to tell; stop where it is another language."""
    found = _language_of(draft.text, language)
    if found in {None, language}:
        return found
    message = f"{name}: its language is {found}, only {language} is read"
    raise _Stop(Dropped(name=name, reason="language", message=message))


def _language_of(text: str, wanted: str = "en") -> str | None:
    """Return the wanted language if the text may be in it, else the likeliest; None where it is too short to tell."""
    sample = text[:_LANGUAGE_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    if letters < MIN_LETTERS:
        return None
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if wanted == "en" and "the" in words and sum(word in _ENGLISH for word in words) >= _SURE_WORDS * len(words):
        return wanted
    capitals = sum(map(str.isupper, sample)) > 0.5 * letters
    ranking: list[tuple[str, float]] = _identifier().rank(sample.lower() if capitals else sample)
    return wanted if dict(ranking).get(wanted, 0.0) >= _UNLIKELY else ranking[0][0]


@cache
def _identifier() -> Any:
    from py3langid import langid  # noqa: PLC0415 (heavy: loads numpy and a model; plain English never needs it)

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


# --- from a draft to an article ------------------------------------------------------------------------------------------


def _finish(draft: Draft, *, option: dt.date | None, language: str | None) -> Article:
    article_id = (
        "art_" + hashlib.sha256(unicodedata.normalize("NFC", f"{draft.title or ''}\n{draft.text}").encode()).hexdigest()[:16]
    )
    found = find_dateline(draft.text)
    if draft.published is None:
        draft = _with_day(draft, found, option)
    return Article(
        id=article_id,
        given_id=draft.given_id,
        title=draft.title,
        text=draft.text,
        source=draft.source,
        published=draft.published,
        published_text=draft.published_text,
        published_basis=draft.published_basis,
        language=language,
        dateline=_dateline(article_id, draft.text, found) if found else None,
        sentences=_sentences(draft),
        extra=draft.extra,
    )


def _with_day(draft: Draft, found: FoundDateline | None, option: dt.date | None) -> Draft:
    day, basis = (found.day, "dateline") if found and found.day else (option, "option")
    if day is None:
        return draft
    return replace(draft, published=day, published_text=day.isoformat(), published_basis=basis)


def _dateline(article_id: str, text: str, found: FoundDateline) -> Dateline:
    def evidence(part: tuple[int, int] | None) -> Evidence | None:
        if part is None:
            return None
        start, end = part
        return Evidence(article_id=article_id, span=Span(start=start, end=end), quote=text[start:end])

    start, end = found.span
    return Dateline(
        span=Span(start=start, end=end), place=evidence(found.place), date=evidence(found.date), agency=evidence(found.agency)
    )


def _sentences(draft: Draft) -> tuple[Sentence, ...]:
    pieces = []
    if draft.title:
        start = len(draft.title) - len(draft.title.lstrip())
        end = len(draft.title.rstrip())
        pieces.append(Piece(span=Span(start=start, end=end, field="title"), text=draft.title[start:end], paragraph=0))
    for number, paragraph in enumerate(split_paragraphs(draft.text), start=len(pieces)):
        pieces.extend(
            Piece(span=Span(start=start, end=end), text=draft.text[start:end], paragraph=number) for start, end in paragraph
        )
    return tuple(
        Sentence(index=index, span=piece.span, text=piece.text, paragraph=piece.paragraph, repeats=repeats)
        for index, (piece, repeats) in enumerate(find_repeats(pieces))
    )
