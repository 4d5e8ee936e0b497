"""Watching feeds, against a real server on this machine: what is new is read once, and hosts are asked as they wish to be."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standin_ingest import INFO, Standin

from dateline.config import Config
from dateline.errors import InputError
from dateline.records.store import Store
from dateline.run.ingest import Job, retry_failures
from dateline.run.inputs import find_documents
from dateline.run.visiting import Visitor
from dateline.run.watch import Watch

pytest.importorskip("feedparser")
pytest.importorskip("protego")

BODY = "Soldiers seized nine rifles in the town of {} on Monday, the army said. No one was hurt in the search of the houses."


def page_of(place):
    return f"<!DOCTYPE html><html><head><title>Raid</title></head><body><article><p>{BODY.format(place)}</p></article></body></html>"


class Site:
    """A site in memory: a path to what it answers with, and all requests that came."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.headers = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                site.headers.append(dict(self.headers))
                answer = site.answers.get(self.path, (404, {}, b"no"))
                status, headers, data = answer(self) if callable(answer) else answer
                self.send_response(status)
                for name, value in (
                    {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))} | headers
                ).items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(data)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def put(self, path, data, status=200, **headers):
        self.answers[path] = (
            status,
            {name.replace("_", "-"): value for name, value in headers.items()},
            data.encode() if isinstance(data, str) else data,
        )

    def put_feed(self, *places, path="/feed", **headers):
        """Put a feed of short items, each with a page of its own."""
        for place in places:
            self.put(f"/{place}", page_of(place))
        self.put(path, self.feed(*places), **{"Content_Type": "application/rss+xml"} | headers)

    def feed(self, *places):
        items = "".join(
            f"<item><title>Raid in {place}</title><link>{self.url}/{place}</link><description>teaser</description>"
            "<pubDate>Fri, 14 Oct 2016 23:30:00 -0400</pubDate></item>"
            for place in places
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Daily</title>{items}</channel></rss>'

    def times(self, path):
        return Counter(self.asked)[path]


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()
    site.thread.join()


class Clock:
    """Time that a test passes; waiting passes it too."""

    def __init__(self):
        self.seconds = 1_000_000.0
        self.waits = []

    def now(self):
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    def wait(self, seconds):
        self.waits.append(seconds)
        self.seconds += seconds

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watch(site, clock, tmp_path):
    """Return a function that opens everything anew, as a restart does, and polls once."""
    told = []

    def poll(*feeds, after_s=0.0, every_s=900):
        clock.seconds += after_s
        with Store(tmp_path / "events.db", create=True) as store:
            job = Job(store=store, info=INFO, config=Config(), coder=Standin())
            visitor = Visitor(timeout_s=5, max_bytes=1_000_000, wait=clock.wait, clock=clock)
            watched = Watch(
                feeds or (f"{site.url}/feed",), job, visitor, every_s=every_s, say=told.append, now=clock.now
            ).poll()
            poll.articles = {row["url"]: row for row in store.rows("articles")}
            poll.sources = {row["url"]: row for row in store.sources()}
            poll.failures = {row["name"]: row["reason"] for row, _ in store.failures()}
            return watched

    poll.told = told
    return poll


# --- what is new ---------------------------------------------------------------------------------------------------------


def test_each_report_is_read_once_also_after_a_restart(site, watch):
    site.put_feed("Kandal", "Dar")
    assert watch().new == 2
    article = watch.articles[f"{site.url}/Kandal"]
    assert (article["title"], article["published_day"], article["publisher"]) == ("Raid in Kandal", "2016-10-14", "The Daily")
    assert article["text"] == BODY.format("Kandal")
    assert watch(after_s=900).new == 0
    site.put_feed("Hit", "Kandal", "Dar")
    assert watch(after_s=900).new == 1
    assert len(watch.articles) == 3
    assert [site.times(f"/{place}") for place in ("Kandal", "Dar", "Hit")] == [1, 1, 1]


def test_a_report_in_two_feeds_is_read_once(site, watch):
    site.put_feed("Kandal", path="/a")
    site.put_feed("Kandal", "Dar", path="/b")
    assert watch(f"{site.url}/a", f"{site.url}/b").new == 2
    assert site.times("/Kandal") == 1


def test_a_feed_that_gives_the_whole_report_is_not_left(site, watch):
    text = "".join(f"<p>{BODY.format(place)}</p>" for place in ("A", "B", "C", "D", "E", "F", "G", "H"))
    entry = f'<entry><id>tag:x,1</id><title>Raid</title><link href="/x"/><published>2016-10-14T01:00:00Z</published><content type="html"><![CDATA[{text}]]></content></entry>'
    site.put("/feed", f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Daily</title>{entry}</feed>')
    assert watch().new == 1
    assert site.asked == ["/robots.txt", "/feed"]
    (article,) = watch.articles.values()
    assert article["url"] == f"{site.url}/x"
    assert article["text"].splitlines()[1] == BODY.format("B")


def test_a_feed_rests_between_two_polls(site, watch):
    site.put_feed("Kandal")
    assert watch().next_due_s == 900
    assert watch(after_s=500).feeds == 0
    assert watch(after_s=500).feeds == 1
    assert site.times("/feed") == 2


def test_a_feed_is_asked_whether_it_has_changed(site, watch):
    site.put_feed("Kandal", ETag='"one"', Last_Modified="Fri, 14 Oct 2016 10:00:00 GMT")
    watch()
    site.answers["/feed"] = lambda request: (304 if request.headers["If-None-Match"] == '"one"' else 200, {}, b"")
    assert (watch(after_s=900).unchanged, watch(after_s=900).unchanged) == (1, 1)
    asked = [headers for headers, path in zip(site.headers, site.asked, strict=True) if path == "/feed"]
    assert "If-None-Match" not in asked[0]
    assert [headers["If-Modified-Since"] for headers in asked[1:]] == ["Fri, 14 Oct 2016 10:00:00 GMT"] * 2


def test_a_stop_between_reading_and_writing_loses_nothing(site, watch, monkeypatch):
    site.put_feed("Kandal", ETag='"one"')
    real = Store.add

    def add(self, *arguments):
        monkeypatch.setattr(Store, "add", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "add", add)
    with pytest.raises(KeyboardInterrupt):
        watch()
    assert watch().new >= 0
    assert len(watch.articles) == 1


def test_a_file_of_addresses(site, watch, tmp_path):
    site.put_feed("Kandal", path="/a")
    site.put_feed("Dar", path="/b")
    (tmp_path / "feeds.txt").write_text(f"# ours\n{site.url}/a\n\n")
    (tmp_path / "feeds.opml").write_text(
        f'<opml version="2.0"><body><outline text="x"><outline type="rss" xmlUrl="{site.url}/b"/></outline></body></opml>'
    )
    assert watch(str(tmp_path / "feeds.txt"), str(tmp_path / "feeds.opml")).new == 2
    with pytest.raises(InputError, match=r"nowhere\.txt is no address"):
        watch(str(tmp_path / "nowhere.txt"))


def test_a_sitemap_can_be_watched(site, watch):
    site.put("/Kandal", page_of("Kandal"))
    site.put(
        "/map.xml",
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{site.url}/Kandal</loc></url></urlset>",
        Content_Type="text/xml",
    )
    assert watch(f"{site.url}/map.xml").new == 1
    assert watch(f"{site.url}/map.xml", after_s=900).new == 0


# --- manners -------------------------------------------------------------------------------------------------------------


def test_robots_are_heeded_and_we_give_our_name(site, watch):
    site.put("/robots.txt", "User-agent: dateline\nDisallow: /Dar\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /")
    site.put_feed("Kandal", "Dar", "Hit")
    watch()
    assert sorted(url.rpartition("/")[2] for url in watch.articles) == ["Hit", "Kandal"]
    assert watch.failures == {f"{site.url}/Dar": "robots"}
    assert site.times("/Dar") == 0
    assert all(headers["User-Agent"].startswith("dateline/") for headers in site.headers)
    watch(after_s=900)
    assert site.times("/Dar") == 0


def test_robots_are_heeded_where_a_redirect_leads(site, watch):
    site.put("/robots.txt", "User-agent: *\nDisallow: /private")
    site.put_feed("Kandal")
    site.put("/private", page_of("Dar"))
    site.put("/Kandal", "", 302, Location="/private")
    watch()
    assert site.times("/private") == 0
    assert watch.failures == {f"{site.url}/Kandal": "robots"}


def test_a_host_in_trouble_with_its_robots_is_left_alone(site, watch):
    site.put("/robots.txt", "", 500)
    site.put_feed("Kandal")
    assert watch().failed == 1
    assert site.asked == ["/robots.txt"]


def test_a_host_has_its_rest_between_requests(site, watch, clock):
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 7")
    site.put_feed("Kandal", "Dar")
    watch()
    assert [round(wait) for wait in clock.waits] == [7, 7, 7]


def test_a_feed_that_fails_is_asked_less_and_less_often(site, watch):
    site.put("/feed", "", 500)
    dues = [watch(after_s=100_000).next_due_s for _ in range(9)]
    assert [round(due) for due in dues] == [900, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400]
    site.put_feed("Kandal")
    assert watch(after_s=100_000).next_due_s == 900
    assert watch.sources[f"{site.url}/feed"]["failures"] == 0
    assert watch.sources[f"{site.url}/feed"]["title"] == "The Daily"


@pytest.mark.parametrize("status", [429, 503])
def test_a_feed_that_asks_to_be_left_alone_is(site, watch, status):
    site.put("/feed", "", status, Retry_After="7200")
    assert watch().next_due_s == pytest.approx(7200, abs=2)
    assert watch(after_s=7000).feeds == 0
    site.put_feed("Kandal")
    assert watch(after_s=201).new == 1


def test_a_date_to_come_back_at(site, watch):
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    site.put("/feed", "", 503, Retry_After=moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert watch().next_due_s == pytest.approx(7200, abs=5)


def test_reports_of_a_host_that_asks_for_a_pause_come_later(site, watch):
    site.put_feed("Kandal", "Dar", "Hit")
    for place in ("Kandal", "Dar", "Hit"):
        site.put(f"/{place}", "", 429, Retry_After="3000")
    watch()
    assert sum(site.times(f"/{place}") for place in ("Kandal", "Dar", "Hit")) == 1
    site.put_feed("Kandal", "Dar", "Hit")
    assert watch(after_s=3_100).new == 3
    assert len(watch.articles) == 3
    assert watch.failures == {}


def test_a_short_pause_is_waited_for(site, watch, clock):
    site.put_feed("Kandal")
    first = iter([(429, {"Retry-After": "20"}, b"")])
    site.answers["/Kandal"] = lambda request: next(first, (200, {}, page_of("Kandal").encode()))
    assert watch().new == 1
    assert len(watch.articles) == 1
    assert max(clock.waits) == pytest.approx(20, abs=1)


# --- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data,words",
    [
        (page_of("Dar"), "it is no feed but a web page; look for the address"),
        (
            page_of("Dar").replace("<title>", '<link rel="alternate" type="application/rss+xml" href="/rss"><title>'),
            "the page names this feed: /rss",
        ),
        ("just words", "it is no feed (no RSS or Atom XML)"),
        ("", "it is no feed"),
        ("<rss><channel><item", "it is a"),
        ("<sitemapindex><sitemap><loc>http://x.example/a</loc></sitemap></sitemapindex>", "index of sitemaps"),
    ],
)
def test_what_is_no_feed(site, watch, data, words):
    site.put("/feed", data)
    assert watch().failed == 1
    assert words.replace("it is a", "it is") in watch.told[0]
    row = watch.sources[f"{site.url}/feed"]
    assert (row["last_status"], row["failures"]) == ("not_a_feed", 1)


def test_a_feed_with_broken_xml_gives_the_items_that_can_be_read(site, watch):
    site.put_feed("Kandal", "Dar")
    site.put("/feed", site.feed("Kandal", "Dar").replace("</channel></rss>", "<item><title>cut"))
    watch()
    assert len(watch.articles) == 2


@pytest.mark.parametrize("path", ["/feed", "/Kandal"])
def test_redirects_in_a_circle(site, watch, path):
    site.put_feed("Kandal")
    site.put(path, "", 302, Location="/back")
    site.put("/back", "", 302, Location=path)
    watch()
    reasons = {watch.sources[f"{site.url}/feed"]["last_status"], *watch.failures.values()}
    assert "redirects" in reasons
    assert len(site.asked) < 20


def test_a_report_that_is_gone_is_told_once_and_can_be_tried_again(site, watch, tmp_path):
    site.put_feed("Kandal", "Dar")
    del site.answers["/Dar"]
    watch()
    watch(after_s=900)
    assert watch.failures == {f"{site.url}/Dar": "http_404"}
    assert site.times("/Dar") == 1
    site.put("/Dar", page_of("Dar"))
    with Store(tmp_path / "events.db") as store:
        job = Job(store=store, info=INFO, config=Config(), coder=Standin())
        retry_failures(job, lambda name: find_documents([name], stdin=None))
        assert list(store.failures()) == []
        assert store.count("articles") == 2


def test_a_report_that_cannot_be_had_now_is_asked_for_again(site, watch):
    site.put_feed("Kandal", "Dar", ETag='"one"')
    site.put("/Dar", "", 500)
    watch()
    assert watch.failures == {f"{site.url}/Dar": "http_500"}
    site.put_feed("Kandal", "Dar", ETag='"one"')
    watch(after_s=900)
    assert watch.failures == {}
    assert len(watch.articles) == 2
    assert site.times("/Kandal") == 1


def test_an_unreachable_host(watch):
    watched = watch("http://127.0.0.1:1/feed")
    assert (watched.feeds, watched.failed) == (1, 1)


# --- lists that are read once --------------------------------------------------------------------------------------------


def found_in(path):
    return [(type(item).__name__, item.name) for item in find_documents([str(path)], stdin=None)]


@pytest.fixture
def no_rest(monkeypatch):
    monkeypatch.setattr("dateline.run.visiting.REST_S", 0.0)
    monkeypatch.setattr(Visitor, "_rest", lambda *_: None)


def test_a_sitemap_of_sitemaps(site, tmp_path, no_rest):
    import gzip

    for place in ("Kandal", "Dar", "Hit"):
        site.put(f"/{place}", page_of(place))
    urls = lambda *places: "<urlset>" + "".join(f"<url><loc>{site.url}/{place}</loc></url>" for place in places) + "</urlset>"  # noqa: E731
    site.put("/a.xml", urls("Kandal", "Dar"), Content_Type="text/xml")
    site.put("/b.xml.gz", gzip.compress(urls("Hit").encode()), Content_Type="application/gzip")
    index = "".join(f"<sitemap><loc>{site.url}/{name}</loc></sitemap>" for name in ("a.xml", "index.xml", "b.xml.gz", "a.xml"))
    site.put("/index.xml", f"<sitemapindex>{index}</sitemapindex>", Content_Type="application/xml")
    assert found_in(f"{site.url}/index.xml") == [("RawDocument", f"{site.url}/{place}") for place in ("Kandal", "Dar", "Hit")]


def test_files_that_lead_to_the_web(site, tmp_path, no_rest):
    site.put_feed("Kandal", "Dar")
    site.put("/robots.txt", "User-agent: *\nDisallow: /Dar")
    kandal, dar = ("RawDocument", f"{site.url}/Kandal"), ("Failure", f"{site.url}/Dar")
    (tmp_path / "list.txt").write_text(f"{site.url}/Kandal\n# remark\n{site.url}/Dar\n")
    (tmp_path / "feed.xml").write_text(site.feed("Kandal", "Dar"))
    (tmp_path / "feeds.opml").write_text(f'<opml><body><outline xmlUrl="{site.url}/feed"/></body></opml>')
    for name in ("list.txt", "feed.xml", "feeds.opml"):
        assert found_in(tmp_path / name) == [kandal, dar], name


def test_a_sitemap_that_is_cut_off_gives_what_stood_before(site, tmp_path, no_rest):
    site.put("/Kandal", page_of("Kandal"))
    (tmp_path / "a.xml").write_text(f"<urlset><url><loc>{site.url}/Kandal</loc></url><url><loc>http")
    assert found_in(tmp_path / "a.xml") == [("RawDocument", f"{site.url}/Kandal"), ("Failure", str(tmp_path / "a.xml"))]


def test_entities_of_a_sitemap_are_not_followed(site, tmp_path, no_rest):
    (tmp_path / "secret").write_text("secret")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    leak = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    for number, head in enumerate((bomb, leak)):
        (tmp_path / f"{number}.xml").write_text(f"{head}<urlset><url><loc>{site.url}/&e;&b;</loc></url></urlset>")
        found_in(tmp_path / f"{number}.xml")
    assert not any("secret" in path or "aaa" in path for path in site.asked)


# --- the command ---------------------------------------------------------------------------------------------------------


def test_the_command_once_and_until_it_is_stopped(site, tmp_path, own_cache, coder):
    site.put_feed("Kandal")
    command = [sys.executable, "-m", "dateline", "watch", f"{site.url}/feed", "--db", str(tmp_path / "events.db")]
    done = subprocess.run([*command, "--once"], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "1 new report" in done.stderr
    with subprocess.Popen([*command, "--every", "1m"], stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        while "next" not in line:
            line = process.stderr.readline()
            assert line, "it ended"
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert site.times("/feed") == 1
