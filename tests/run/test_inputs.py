import contextlib
import gzip
import io
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles import read_article
from dateline.model import Article, Dropped, Failure, RawDocument
from dateline.run.inputs import find_documents

BODY = "Soldiers seized nine rifles in the town of Kandal on Monday, the army said."
PAGE = f"<!DOCTYPE html><html><head><title>Raid</title></head><body><article><p>{BODY}</p></article></body></html>"
LINES = f'{{"text": "{BODY}"}}\n\n{{"text": "two"}}\r\n{{broken\n{{"text": "last"}}'


def find(*paths, stdin=None, **options):
    return list(find_documents([str(path) for path in paths], stdin=stdin, **options))


def names(found):
    return [(type(item).__name__, item.name, getattr(item, "kind", None) or item.reason) for item in found]


# --- files


@pytest.mark.parametrize(
    "name,kind",
    [("a.txt", "text"), ("a.HTML", "html"), ("a.htm", "html"), ("a.json", "jsonl"), ("a.md", "auto"), ("a", "auto")],
)
def test_a_file(tmp_path, name, kind):
    path = tmp_path / name
    path.write_bytes(BODY.encode())
    assert find(path) == [RawDocument(name=str(path), data=BODY.encode(), kind=kind)]


def test_a_packed_file(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(BODY.encode()))
    assert find(path) == [RawDocument(name=str(path), data=BODY.encode(), kind="text")]


@pytest.mark.parametrize("name", ["in.jsonl", "in.ndjson", "in.jsonl.gz"])
def test_records(tmp_path, name):
    path = tmp_path / name
    data = LINES.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = find(path)
    assert names(found) == [("RawDocument", f"{path}:{number}", "jsonl") for number in (1, 3, 4, 5)]
    assert found[1].data == b'{"text": "two"}'
    outcomes = [read_article(document) for document in found]
    assert [type(outcome) for outcome in outcomes] == [Article, Article, Failure, Article]
    assert outcomes[2].reason == "not_json"


def test_records_are_streamed(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "one"}\n' * 3)
    documents = find_documents([str(path)], stdin=None)
    assert next(documents).name.endswith(":1")
    with path.open("a") as file:
        file.write('{"text": "added"}\n')
    assert [json.loads(document.data)["text"] for document in documents] == ["one", "one", "added"]


def test_an_overlong_record_is_dropped_and_the_next_is_read(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "' + "a" * 200_000 + '"}\n{"text": "b"}\n')
    found = find(path, max_bytes=1_000)
    assert names(found) == [("Dropped", f"{path}:1", "too_long"), ("RawDocument", f"{path}:2", "jsonl")]


def test_a_long_file_is_dropped_without_being_read_to_its_end(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"Text. " * 100_000)
        file.truncate(50_000_000_000)  # sparse
    start = time.perf_counter()
    assert names(find(path)) == [("Dropped", str(path), "too_long")]
    assert time.perf_counter() - start < 5


def test_a_packed_bomb_is_dropped(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"a" * 30_000_000))
    assert names(find(path)) == [("Dropped", str(path), "too_long")]


@pytest.mark.parametrize(
    "name,data,outcome",
    [
        ("a.doc", b"\xd0\xcf\x11\xe0", ("Dropped", "not_text")),
        ("a.txt", b"a\0b", ("Dropped", "not_text")),
        ("a.txt.gz", b"no gzip", ("Failure", "not_readable")),
        ("a.txt.gz", gzip.compress(b"cut off" * 100)[:30], ("Failure", "not_readable")),
        ("in.jsonl", b"\n \n", ("Dropped", "empty")),
        ("in.jsonl", b"", ("Dropped", "empty")),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, data, outcome):
    path = tmp_path / name
    path.write_bytes(data)
    (found,) = find(path)
    assert (type(found).__name__, found.reason) == outcome
    assert found.message.startswith(f"{path}: ")
    assert "\n" not in found.message


def test_an_empty_file_is_the_business_of_the_reader(tmp_path):
    path = tmp_path / "a.txt"
    path.touch()
    assert read_article(find(path)[0]).reason == "empty"


@pytest.mark.parametrize("path", ["no/such/file.txt", "ftp://x.example/a", "www.x.example", "a\0b", "x" * 5_000, ""])
def test_what_is_not_there(path):
    (found,) = find(path)
    assert (type(found), found.stage, found.reason) == (Failure, "read", "not_found")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(BODY)
    path.chmod(0)
    assert find(path)[0].reason == "not_readable"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_read_by_content(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text('{"text": "one"}\n{"text": "two"}\n'))
    writer.start()
    found = find(path)
    writer.join()
    assert names(found) == [("RawDocument", f"{path}:1", "jsonl"), ("RawDocument", f"{path}:2", "jsonl")]


# --- folders


def test_a_folder(tmp_path):
    for name in ("b.txt", "a.html", "sub/c.jsonl", ".hidden.txt", ".git/x.txt", "sub/d.bin", "sub/e.xyz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0\0" if name.endswith(".bin") else b'{"text": "a"}')
    found = [(kind, os.path.relpath(name, tmp_path), what) for kind, name, what in names(find(tmp_path))]
    assert found == [
        ("RawDocument", "a.html", "html"),
        ("RawDocument", "b.txt", "text"),
        ("RawDocument", "sub/c.jsonl:1", "jsonl"),
        ("Dropped", "sub/d.bin", "not_text"),
        ("RawDocument", "sub/e.xyz", "auto"),
    ]


def test_an_empty_folder(tmp_path):
    (tmp_path / ".hidden").touch()
    (tmp_path / "sub").mkdir()
    assert names(find(tmp_path)) == [("Failure", str(tmp_path), "empty_folder")]


def test_the_order_is_that_of_the_paths(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(BODY)
    found = find(tmp_path / "b.txt", "nowhere.txt", tmp_path / "a.txt")
    assert [type(item) for item in found] == [RawDocument, Failure, RawDocument]
    assert found[0].name.endswith("b.txt")
    assert find() == []


# --- standard input


@pytest.mark.parametrize(
    "data,expected",
    [
        (LINES, [("-:1", "jsonl"), ("-:3", "jsonl"), ("-:4", "jsonl"), ("-:5", "jsonl")]),
        ("\n \n" + LINES, [("-:3", "jsonl"), ("-:5", "jsonl"), ("-:6", "jsonl"), ("-:7", "jsonl")]),
        (PAGE, [("-", "html")]),
        (BODY, [("-", "auto")]),
        ("{brace} " + BODY, [("-", "auto")]),
        ('{\n  "text": "pretty"\n}\n', [("-", "jsonl")]),
        ('{"text": broken}\n{"text": "a"}', [("-:1", "jsonl"), ("-:2", "jsonl")]),
        ("", [("-", "auto")]),
    ],
)
def test_standard_input(data, expected):
    found = find("-", stdin=io.BytesIO(data.encode()))
    assert all(isinstance(item, RawDocument) for item in found)
    assert [(item.name, item.kind) for item in found] == expected


def test_text_from_standard_input_is_untouched():
    data = f"\n\n \n{BODY}\r\n\n{BODY}".encode()
    assert find("-", stdin=io.BytesIO(data))[0].data == data


def test_standard_input_gives_no_path():
    (document,) = find("-", stdin=io.BytesIO(BODY.encode()))
    assert read_article(document).source.path is None
    (document,) = find("-", stdin=io.BytesIO(json.dumps({"text": BODY}).encode()))
    assert read_article(document).source.path is None


def test_no_standard_input():
    assert names(find("-")) == [("Failure", "-", "not_found")]


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from([b"{", b'{"a": 1}', b"\n", b" ", b"<html>", b"a", b"\xef\xbb\xbf"])).map(b"".join),
    )
)
def test_any_standard_input_is_read(data):
    found = find("-", stdin=io.BytesIO(data), max_bytes=100)
    assert found
    assert all(isinstance(item, (RawDocument, Dropped)) for item in found)


# --- the web


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        getattr(self, "get_" + self.path.strip("/").split("/")[0].split("?")[0].replace(".", "_").replace("%20", "_"))()

    def send(self, data, content_type="text/html; charset=utf-8", status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):  # the reader may hang up, as it should
            self.wfile.write(data)

    def get_page(self):
        self.send(PAGE.encode())

    def get_text(self):
        self.send("Peña said so.".encode("latin-1"), "text/plain; charset=iso-8859-1")

    def get_old(self):
        self.send(b"", status=302, Location="/page")

    def get_away(self):
        self.send(b"", status=302, Location="file:///etc/hostname")

    def get_ftp(self):
        self.send(b"", status=302, Location="ftp://127.0.0.1/a")

    def get_loop(self):
        self.send(b"", status=302, Location="/loop")

    def get_missing(self):
        self.send(b"no", status=404)

    def get_slow(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(40):
            try:
                self.wfile.write(b"word ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def get_stuck(self):
        time.sleep(0.8)

    def get_long(self):
        self.send(b"word " * 400_000, "text/plain")

    def get_packed(self):
        self.send(gzip.compress(PAGE.encode()), Content_Encoding="gzip")

    def get_bomb(self):
        self.send(gzip.compress(b"a" * 5_000_000), "text/plain", Content_Encoding="gzip")

    def get_in_jsonl(self):
        self.send(LINES.encode(), "application/octet-stream")

    def get_doc(self):
        self.send(b"\xd0\xcf\x11\xe0", "application/msword")

    def get_a_b(self):
        self.send(BODY.encode(), "text/plain")

    def get_cut(self):
        self.send(b"short", "text/plain", Content_Length="5000")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")
        yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_web_page(web):
    (document,) = find(f"{web}/page")
    assert (document.name, document.kind, document.url) == (f"{web}/page", "html", f"{web}/page")
    article = read_article(document)
    assert article.text == BODY
    assert article.source.url == f"{web}/page"
    assert article.source.path is None


def test_web_text_in_an_old_encoding(web):
    (document,) = find(f"{web}/text")
    assert (document.kind, document.data.decode()) == ("text", "Peña said so.")


def test_redirects(web):
    (document,) = find(f"{web}/old")
    assert (document.name, document.url) == (f"{web}/old", f"{web}/page")


def test_web_records(web):
    assert [item.name for item in find(f"{web}/in.jsonl")] == [f"{web}/in.jsonl:{number}" for number in (1, 3, 4, 5)]


def test_packed_answers(web):
    assert find(f"{web}/packed")[0].data == PAGE.encode()


def test_addresses_with_spaces(web):
    assert find(f"{web}/a b")[0].data == BODY.encode()


@pytest.mark.parametrize(
    "path,kind,reason",
    [
        ("missing", Failure, "http_404"),
        ("slow", Failure, "timeout"),
        ("stuck", Failure, "timeout"),
        ("away", Failure, "http_302"),
        ("ftp", Failure, "not_readable"),
        ("loop", Failure, "redirects"),
        ("doc", Dropped, "not_text"),
        ("long", Dropped, "too_long"),
        ("bomb", Dropped, "too_long"),
    ],
)
def test_what_the_web_does_not_give(web, path, kind, reason):
    start = time.perf_counter()
    (found,) = find(f"{web}/{path}", timeout_s=0.4, max_bytes=1_000_000)
    assert (type(found), found.reason) == (kind, reason)
    assert found.message.startswith(f"{web}/{path}: ")
    assert "\n" not in found.message
    assert time.perf_counter() - start < 5


def test_an_answer_that_is_cut_off(web):
    (found,) = find(f"{web}/cut")
    assert (type(found), found.reason) == (Failure, "not_readable")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://", "http://[::1", "http://x.invalid:99999/", "https://\udcff/"])
def test_addresses_that_lead_nowhere(web, url):
    (found,) = find(url, timeout_s=2)
    assert isinstance(found, Failure)
    assert found.reason in {"unreachable", "not_readable", "unknown_host", "timeout"}
