# ruff: noqa: F811 (a fixture is a name and an argument)
"""Readers of WARC files, and that no reader needs more memory for a larger collection."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc

import pytest
from test_readers import BODY, PAGE, csv_of, problems, read, zip_of  # noqa: F401

from dateline.articles import read_article
from dateline.model import Dropped, RawDocument
from dateline.run.inputs import find_documents

# --- WARC ----------------------------------------------------------------------------------------------------------------


def warc_of(pages, *, packed, others=True):
    """Return a WARC file of web pages, with the records that crawlers write beside them."""
    pytest.importorskip("warcio")
    parts = [record_of("warcinfo", None, "application/warc-fields", b"software: test\r\n")] if others else []
    for url, (status, content_type, data) in pages.items():
        if others:
            parts.append(
                record_of("request", url, "application/http; msgtype=request", b"GET / HTTP/1.1\r\nHost: x.example\r\n\r\n")
            )
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
        parts.append(record_of("response", url, "application/http; msgtype=response", answer))
    return b"".join(gzip.compress(part, 1) if packed else part for part in parts)


def record_of(kind, url, content_type, data):
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    name = f"WARC-Record-ID: <urn:uuid:{len(data)}>\r\nWARC-Date: 2016-10-14T10:00:00Z\r\n"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\n{target}{name}Content-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data + b"\r\n\r\n"


def page(words):
    return "200 OK", "text/html; charset=utf-8", PAGE.replace("nine", words).encode()


@pytest.mark.parametrize("packed", [True, False])
def test_the_pages_of_a_warc(read, packed):
    pages = {
        "http://x.example/a": page("ten"),
        "http://x.example/image": ("200 OK", "image/png", b"\x89PNG"),
        "http://x.example/gone": ("404 Not Found", "text/html", PAGE.encode()),
        "http://x.example/old": ("200 OK", "text/html; charset=iso-8859-1", PAGE.replace("Kandal", "Cañón").encode("latin-1")),
    }
    found = read("a.warc.gz" if packed else "a.warc", warc_of(pages, packed=packed))
    name = "a.warc.gz" if packed else "a.warc"
    assert [(each, item.kind, item.url) for each, item in found] == [
        (f"{name}:3", "html", "http://x.example/a"),
        (f"{name}:9", "html", "http://x.example/old"),
    ]
    article = read_article(found[1][1])
    assert article.text == BODY.replace("Kandal", "Cañón")
    assert article.source.url == "http://x.example/old"


def test_a_warc_packed_as_one_piece(read):
    data = gzip.compress(warc_of({"http://x.example/a": page("ten"), "http://x.example/b": page("six")}, packed=False))
    assert len(records_of_pages(read("a.warc.gz", data))) == 2


def test_a_warc_on_standard_input():
    data = warc_of({"http://x.example/a": page("ten")}, packed=True)
    (found,) = find_documents(["-"], stdin=io.BytesIO(data))
    assert (found.name, found.kind) == ("-:3", "html")


def records_of_pages(found):
    return [item.url[-1] for _, item in found if isinstance(item, RawDocument)]


LETTERS = "abcdefgh"
PAGES = {f"http://x.example/{letter}": page(f"{letter} {os.urandom(400).hex()}") for letter in LETTERS}


@pytest.mark.parametrize("packed,length", [(True, None), (False, b"2222"), (False, b"0777"), (False, b"9999")])
@pytest.mark.parametrize("hurt", [0, 1, 5, 7])
def test_a_damaged_record_costs_no_other(read, packed, length, hurt):
    data = bytearray(warc_of(PAGES, packed=packed, others=False))
    pieces = (
        warc_of(dict(list(PAGES.items())[:hurt]), packed=packed, others=False),
        warc_of(dict(list(PAGES.items())[: hurt + 1]), packed=packed, others=False),
    )
    start, end = map(len, pieces)
    if packed:  # anywhere in it
        data[(start + end) // 2] ^= 0xFF
    else:  # its length
        at = data.index(b"Content-Length: ", start) + len(b"Content-Length: ")
        data[at : at + 4] = length
    found = read("a.warc.gz" if packed else "a.warc", bytes(data))
    kept = [letter for number, letter in enumerate(LETTERS) if number != hurt]
    assert records_of_pages(found) == kept
    assert {problem[2] for problem in problems(found)} == {"damaged"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_that_is_cut_off(read, packed):
    data = warc_of(PAGES, packed=packed, others=False)[:-300]
    found = read("a.warc.gz" if packed else "a.warc", data)
    assert records_of_pages(found) == list(LETTERS[:-1])
    assert [problem[2] for problem in problems(found)] == ["damaged"]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("data", [b"", b"nonsense" * 50, b"\x1f\x8b\x08 nonsense"])
def test_no_warc(read, name, data):
    pytest.importorskip("warcio")
    found = read(name, data)
    assert found
    assert {problem[2] for problem in problems(found)} <= {"damaged", "empty"}


# --- memory --------------------------------------------------------------------------------------------------------------


def peak_of(paths, **options):
    tracemalloc.start()
    count = sum(isinstance(item, RawDocument) for item in find_documents(paths, stdin=None, note=lambda _: None, **options))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize("kind", ["csv", "jsonl.gz", "zip", "warc.gz"])
def test_memory_does_not_grow_with_the_collection(tmp_path, kind):
    """Five times as many reports need no more memory."""
    peaks = []
    for number in (200, 1_000):
        path = tmp_path / f"{number}.{kind}"
        texts = [f"{os.urandom(1_000).hex()} {n}" for n in range(number)]
        if kind == "csv":
            path.write_text(csv_of([["text"], *[[text] for text in texts]]))
        elif kind == "jsonl.gz":
            path.write_bytes(gzip.compress("".join(json.dumps({"text": text}) + "\n" for text in texts).encode()))
        elif kind == "zip":
            path.write_bytes(zip_of({"a.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)}))
        else:
            path.write_bytes(
                warc_of({f"http://x.example/{n}": page(text) for n, text in enumerate(texts)}, packed=True, others=False)
            )
        count, peak = peak_of([str(path)])
        assert count == number
        peaks.append(peak)
    assert peaks[1] < 1.3 * peaks[0] + 100_000


class Endless(io.RawIOBase):
    """Two gigabytes of one line, then a good one."""

    def __init__(self, head, size):
        self.left = size
        self.filler = b"a" * (1 << 20)
        self.head = head
        self.tail = b'\n{"text": "good"}\n'

    def readable(self):
        return True

    def readinto(self, buffer):
        size = len(buffer)
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
        elif self.left:
            data = self.filler[: min(size, self.left)]
            self.left -= len(data)
        else:
            data, self.tail = self.tail[:size], self.tail[size:]
        buffer[: len(data)] = data
        return len(data)


def test_a_line_of_two_gigabytes_needs_little_memory():
    stream = io.BufferedReader(Endless(b'{"text": "first"}\n{"text": "', 2_000_000_000), 1 << 20)
    tracemalloc.start()
    found = list(find_documents(["-"], stdin=stream, max_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(item) for item in found] == [RawDocument, Dropped, RawDocument]
    assert json.loads(found[2].data) == {"text": "good"}
    assert peak < 20_000_000


def test_a_sparse_line_of_a_table_needs_little_memory(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"text,title\n" + b"first,x\n" * 10_000)
        file.seek(60_000_000)
        file.write(b"\nlast,y\n")
    count, peak = peak_of([str(path)], max_bytes=1_000_000)
    assert count == 10_001
    assert peak < 20_000_000
