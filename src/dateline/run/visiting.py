"""Visits many addresses as a good guest: heeds robots.txt, leaves a host its rest, and keeps away where it is asked to.

Addresses that a user names one by one are fetched without it; it is for those that a feed, a sitemap or a list leads to.
"""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dateline.errors import MissingExtraError
from dateline.run.web import AGENT, FetchError, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dateline.run.web import Answer

REST_S = 1.0
"""Seconds between two requests to a host that asks for none."""
MAX_REST_S = 60.0
"""Longest rest that is kept for a ``Crawl-delay``."""
AWAY_S = 600.0
"""Seconds without requests to a host that answered 429 or 503 without saying for how long."""
MAX_AWAY_S = 86_400.0
ROBOTS_S = 86_400.0
"""Seconds for which a robots.txt is good (RFC 9309, 2.4)."""
ROBOTS_BYTES = 512_000
MAX_HOSTS = 2_000


@dataclass(slots=True)
class _Host:
    robots: Any = None
    robots_until: float = 0.0
    robots_reason: str | None = None
    rest_s: float = REST_S
    free_at: float = 0.0
    away_until: float = 0.0


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Fetches addresses one after the other; keeps what it knows of the last hosts.

    Attributes:
        timeout_s: Seconds within which an address must have answered in full.
        max_bytes: Of a longer body only the beginning is fetched.
        rest_s: Seconds between two requests to one host; its robots.txt may ask for more.
        wait: Waits so many seconds; a test need not.
        clock: Seconds that pass.
    """

    timeout_s: float
    max_bytes: int
    rest_s: float = REST_S
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)
    clock: Callable[[], float] = time.monotonic
    _hosts: OrderedDict[str, _Host] = field(default_factory=OrderedDict)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Fetch an address when its host has rested.

        Args:
            url: An ``http`` or ``https`` address.
            headers: Further headings of the request.

        Raises:
            FetchError: It could not be fetched; ``robots`` where the host does not want it to be, ``busy`` where the host asked
                to be left alone before.
            MissingExtraError: The library that reads robots.txt is not installed.
        """
        host = self._host(url)
        self._check(host, url)
        self._rest(host)
        try:
            return fetch(url, self.timeout_s, self.max_bytes, headers, lambda to: self._check(self._host(to), to))
        except FetchError as error:
            if error.reason in {"http_429", "http_503"}:
                away_s = min(AWAY_S if error.retry_after_s is None else error.retry_after_s, MAX_AWAY_S)
                host.away_until = self.clock() + away_s
            raise
        finally:
            host.free_at = self.clock() + host.rest_s

    def away_s(self, url: str) -> float:
        """Return for how many seconds the host of an address wants to be left alone; 0 is not at all."""
        return max(0.0, self._host(url).away_until - self.clock())

    def _host(self, url: str) -> _Host:
        parts = urllib.parse.urlsplit(url)
        name = f"{parts.scheme}://{parts.netloc}".lower()
        host = self._hosts.setdefault(name, _Host(rest_s=self.rest_s))
        self._hosts.move_to_end(name)
        if len(self._hosts) > MAX_HOSTS:
            self._hosts.popitem(last=False)
        return host

    def _check(self, host: _Host, url: str) -> None:
        """See that an address may be fetched."""
        if (away_s := host.away_until - self.clock()) > 0:
            raise FetchError("busy", f"its host asked to be left alone for {away_s:,.0f} seconds more; try again then", away_s)
        if host.robots_until <= self.clock():
            self._read_robots(host, url)
        if host.robots_reason:
            raise FetchError("busy", f"its host's robots.txt cannot be read ({host.robots_reason}); try again later")
        if host.robots is not None and not host.robots.can_fetch(url, AGENT):
            raise FetchError("robots", "its host does not want programs to fetch it (robots.txt)")

    def _rest(self, host: _Host) -> None:
        if (rest_s := host.free_at - self.clock()) > 0:
            self.wait(rest_s)

    def _read_robots(self, host: _Host, url: str) -> None:
        """Read what a host asks of programs (RFC 9309): no file is no wish, a host in trouble is left alone."""
        try:
            from protego import Protego  # noqa: PLC0415 (an extra)
        except ImportError:
            message = "following feeds, sitemaps and lists needs protego; install it with: pip install 'dateline[collections]'"
            raise MissingExtraError(message) from None
        parts = urllib.parse.urlsplit(url)
        host.robots, host.robots_reason, host.robots_until = None, None, self.clock() + ROBOTS_S
        try:
            answer = fetch(f"{parts.scheme}://{parts.netloc}/robots.txt", self.timeout_s, ROBOTS_BYTES)
        except FetchError as error:
            if not error.reason.startswith("http_4") and error.reason != "redirects":
                host.robots_reason, host.robots_until = str(error), self.clock() + AWAY_S
            elif error.reason == "http_429":
                host.away_until = self.clock() + min(error.retry_after_s or AWAY_S, MAX_AWAY_S)
        else:
            host.robots = Protego.parse(answer.data[:ROBOTS_BYTES].decode("utf-8", errors="replace"))
            host.rest_s = max(self.rest_s, min(host.robots.crawl_delay(AGENT) or 0.0, MAX_REST_S))
        host.free_at = self.clock() + host.rest_s
