"""Reads an e-mail: its subject is the title, its day that of publication, its sender the publisher."""

from __future__ import annotations

import email
import email.policy
import email.utils
from typing import TYPE_CHECKING, BinaryIO

from dateline.articles.clean import extract_page
from dateline.model import RawDocument
from dateline.run.readers.columns import json_line
from dateline.run.readers.found import dropped, failure, read_up_to, too_long, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from dateline.run.readers.found import Found, Options

_DOCUMENTS = ("application/", "message/", "text/")
_NOT_DOCUMENTS = ("application/pgp-", "application/pkcs7-", "application/x-pkcs7-", "text/calendar")


def read_mail(name: str, stream: BinaryIO, options: Options) -> Iterator[Found]:
    """Yield the report that an e-mail is, and each attachment as left out.

    Raises:
        OSError: It cannot be read.
    """
    data = read_up_to(stream, options.max_bytes + 1)
    if len(data) > options.max_bytes:
        yield too_long(name, options.max_bytes)
        return
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message.keys() or not (message["From"] or message["Subject"] or message["Date"]):
        yield failure(name, "not_mail", "it has no From, Subject or Date, so that it is no e-mail; save a text as .txt")
        return
    try:
        text = _text_of(message)
    except (LookupError, ValueError, TypeError, AttributeError, KeyError) as error:
        yield failure(name, "not_mail", f"its parts cannot be told apart ({words_of(error)}); save its text as .txt")
        return
    if text is None or not text.strip():
        yield dropped(name, "empty", "the e-mail holds no text")
    else:
        record = {"title": _header(message, "Subject"), "text": text, "published": _day(message), "publisher": _sender(message)}
        named = {field: value for field, value in record.items() if value}
        yield RawDocument(name=name, data=json_line(named), kind="jsonl")
    yield from _attachments(name, message)


def _text_of(message: EmailMessage) -> str | None:
    """Return the text: the plain one where there is one, else the article of the web page that was sent."""
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return None
    content = body.get_content()
    if not isinstance(content, str) or body.get_content_type() != "text/html":
        return content if isinstance(content, str) else None
    page = extract_page(content)
    return page.text if page else None


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message[name]
    except (ValueError, IndexError, AttributeError, TypeError):  # a heading beyond what the parser knows
        return None
    return " ".join(str(value).split()) if value else None


def _day(message: EmailMessage) -> str | None:
    """Return the moment of sending in ISO form; None where the mail gives none that can be read."""
    value = _header(message, "Date")
    try:
        return email.utils.parsedate_to_datetime(value).isoformat() if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _sender(message: EmailMessage) -> str | None:
    """Return the sender's name, or the domain of the address: whole addresses of people are not kept."""
    shown, address = email.utils.parseaddr(_header(message, "From") or "")
    return shown or address.rpartition("@")[2] or None


def _attachments(name: str, message: EmailMessage) -> Iterator[Found]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        kind = part.get_content_type()
        if kind.startswith(_DOCUMENTS) and not kind.startswith(_NOT_DOCUMENTS):
            file = part.get_filename() or f"attachment {number}"
            yield dropped(f"{name}/{file}", "attachment", "attachments are not read; save it as a file of its own")
