"""Fetches what stands at a web address, within a time and a size; its own file, since a run over files needs no network."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dateline import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message

AGENT = "dateline"
"""The name by which a site's robots.txt may speak to the program."""
_HEADERS = {"User-Agent": f"{AGENT}/{__version__}", "Accept": "text/html,text/plain;q=0.9,*/*;q=0.5"}
_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server gave.

    Attributes:
        data: The body; text is in UTF-8 where the server named another encoding.
        whole: Whether the body was within the limit; else ``data`` is its beginning.
        url: Where it came from in the end, after redirects.
        content_type: Its media type, or "" where the server names none.
        status: 200, or 304 where it has not changed since it was fetched before.
        etag, last_modified: By what a later request can ask whether it has changed.
    """

    data: bytes
    whole: bool
    url: str
    content_type: str
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None

    @property
    def ending(self) -> str:
        """The ending of the address's path, such as ``.jsonl``, in small letters."""
        return Path(urllib.parse.urlsplit(self.url).path).suffix.lower()


class FetchError(Exception):
    """Nothing could be fetched; the message says why, ``reason`` is its short code (``timeout``, ``http_404``).

    Attributes:
        retry_after_s: Seconds that the server asks to be left alone, or None where it asks for nothing.
    """

    def __init__(self, reason: str, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = retry_after_s

    @property
    def lasting(self) -> bool:
        """Whether asking again soon is of no use."""
        code = self.reason.removeprefix("http_")
        return self.reason in {"redirects", "robots"} or (code in _LASTING)


_LASTING = frozenset({"400", "401", "403", "404", "405", "406", "410", "414", "451"})


def fetch(
    url: str,
    timeout_s: float,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    allow: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Fetch an address.

    Args:
        url: An ``http`` or ``https`` address.
        timeout_s: Seconds within which it must have answered in full.
        max_bytes: Of a longer body the first ``max_bytes`` and at least one more are returned.
        headers: Further headings of the request, such as what makes it conditional.
        allow: Called with each address that it redirects to; raises ``FetchError`` where that may not be fetched.

    Raises:
        FetchError: It could not be fetched.
    """
    until = time.monotonic() + timeout_s
    try:
        request = urllib.request.Request(_quoted(url), headers=_HEADERS | dict(headers or {}))  # noqa: S310 (http and https only)
        with urllib.request.build_opener(_WebOnly(allow)).open(request, timeout=timeout_s) as response:
            given, final = response.headers, response.geturl()
            data = _Deadline(response, until).read_all(max_bytes)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            error.close()
            return Answer(data=b"", whole=True, url=url, content_type="", status=error.code)
        raise _explained(error, timeout_s) from error
    except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
        raise _explained(error, timeout_s) from error
    content_type = given.get_content_type() if given.get("Content-Type") else ""
    text = as_utf8(data, given.get_content_charset(), content_type)
    return Answer(
        data=text,
        whole=len(data) <= max_bytes,
        url=final,
        content_type=content_type,
        etag=given.get("ETag"),
        last_modified=given.get("Last-Modified"),
    )


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to web addresses that may be fetched."""

    def __init__(self, allow: Callable[[str], None]) -> None:
        self._allow = allow

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.lower().startswith(("http://", "https://")):
            raise urllib.error.URLError(f"it redirects to {newurl}, which is no web address")
        self._allow(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


class _Deadline:
    """A web answer that must end by a point in time, unpacked where the server packed it."""

    def __init__(self, response: http.client.HTTPResponse, until: float) -> None:
        self._response = response
        self._until = until
        self._unzip = (
            zlib.decompressobj(wbits=47)
            if response.headers.get("Content-Encoding", "").lower() in {"gzip", "deflate"}
            else None
        )

    def read_all(self, max_bytes: int) -> bytes:
        """Return the body, or its first ``max_bytes`` and one more where it is longer."""
        body = bytearray()
        while len(body) <= max_bytes:
            if time.monotonic() > self._until:
                raise TimeoutError
            chunk = self._response.read1(_CHUNK)
            if not chunk:
                if self._response.length:
                    raise OSError("the answer was cut off")
                break
            body += self._unzip.decompress(chunk, max_bytes + 1) if self._unzip else chunk
        return bytes(body)


def as_utf8(data: bytes, charset: str | None, content_type: str) -> bytes:
    """Return text whose encoding the server names in UTF-8, since a document carries bytes alone."""
    if not charset or not content_type.startswith(("text/", "application/xhtml", "application/json")):
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return data
    try:
        return data.decode("cp1252" if charset in {"iso-8859-1", "latin-1"} else charset, errors="replace").encode(
            "utf-8", errors="replace"
        )
    except LookupError:
        return data


def _quoted(url: str) -> str:
    """Return an address with spaces and other letters than ASCII escaped, as browsers do."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    keep = "/%:=&?~#+!$,;'@()*[]"
    path, query = urllib.parse.quote(parts.path, safe=keep), urllib.parse.quote(parts.query, safe=keep)
    return urllib.parse.urlunsplit((parts.scheme, host, path, query, ""))


def _explained(error: Exception, timeout_s: float) -> FetchError:
    """Say what went wrong, for people."""
    cause = (
        error.reason if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError) else error
    )
    if isinstance(error, urllib.error.HTTPError):
        return _refused(error)
    if isinstance(cause, TimeoutError):
        return FetchError("timeout", f"no full answer within {timeout_s:g} seconds; try again later")
    if isinstance(cause, ssl.SSLError):
        return FetchError("bad_certificate", f"the secure connection failed ({cause.reason or cause})")
    if isinstance(cause, socket.gaierror):
        return FetchError("unknown_host", "there is no such host, or this machine is offline")
    if isinstance(cause, ConnectionError):
        return FetchError("unreachable", f"the server cannot be reached ({_reason(cause)})")
    return FetchError("not_readable", f"it cannot be read ({_reason(cause) if isinstance(cause, BaseException) else cause})")


def _refused(error: urllib.error.HTTPError) -> FetchError:
    """Say what an answer other than the page means."""
    error.close()
    if "infinite loop" in str(error.msg):
        return FetchError("redirects", "it redirects in a circle or without end; check the address in a browser")
    wait_s = _retry_after(error.headers)
    if wait_s is not None or error.code in {429, 503}:
        asked = (
            f"asks to be left alone for {wait_s:,.0f} seconds" if wait_s is not None else "asks to be left alone for a while"
        )
        return FetchError(f"http_{error.code}", f"the server answered {error.code} and {asked}; try again later", wait_s)
    message = f"the server answered {error.code} ({_reason(error)}); check the address in a browser"
    return FetchError(f"http_{error.code}", message)


def _retry_after(headers: Message | None) -> float | None:
    """Return the seconds that ``Retry-After`` names, as a number or by a date (RFC 9110, 10.2.3); None where it names none."""
    value = (headers.get("Retry-After") or "").strip() if headers is not None else ""
    if value.isdecimal():
        return min(float(value), 1e9)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def _reason(error: BaseException) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())
