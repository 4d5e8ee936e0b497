import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles.clean import decode, extract_page, find_binary, looks_like_html
from dateline.errors import InputError

TEXT = "Soldiers seized nine rifles in Kandal – “at dawn” – on Monday, said Mr Peña."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_tells_the_order(encoding):
    assert decode("\ufeff".encode(encoding) + TEXT.encode(encoding)) == TEXT


def test_line_ends_and_white_space_stay():
    assert decode(b" a\r\nb\rc\td\x0c ") == " a\r\nb\rc\td\x0c "


def test_a_few_broken_bytes_are_replaced():
    data = ("Peña and Müller met. " * 20).encode() + b"\xff\xfe rest " + ("Peña. " * 20).encode()
    text = decode(data)
    assert text.count("\ufffd") == 2
    assert "Müller" in text


@pytest.mark.parametrize(
    "data,words",
    [
        (b"%PDF-1.7 \xe2\xe3", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (gzip.compress(b"text"), "compressed"),
        (b"\x89PNG\r\n", "image"),
        (b"text \0 more", "control bytes"),
        (bytes(range(1, 32)) * 4, "control bytes"),
        ("Солдаты изъяли девять винтовок в Кандале".encode("cp1251") * 3, "UTF-8"),
        (bytes(range(128, 256)) * 8, "UTF-8"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "not text"),
    ],
)
def test_what_is_no_text(data, words):
    with pytest.raises(InputError, match=words) as caught:
        decode(data)
    assert caught.value.reason == "not_text"


def test_escape_sequences_and_one_control_byte_are_let_through():
    assert find_binary(b"plain text " * 20 + b"\x07") is None


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_give_writable_text_or_an_input_error(data, html):
    try:
        text = decode(data, html=html)
    except InputError:
        return
    assert text.encode("utf-8").decode("utf-8") == text


def test_a_page_may_name_its_encoding():
    page = '<html><head><meta charset="koi8-r"></head><body>Солдаты</body></html>'
    assert decode(page.encode("koi8-r"), html=True) == page
    unknown = '<html><head><meta charset="no-such"></head><body>Pe\xf1a</body></html>'
    assert decode(unknown.encode("latin-1"), html=True) == unknown


@pytest.mark.parametrize(
    "data,html",
    [
        (b"<!DOCTYPE html><html>", True),
        (b"\xef\xbb\xbf \n<!-- a --><HTML>", True),
        (b'<?xml version="1.0"?>\n<html>', True),
        (b"<p>Soldiers", True),
        (b"<b>Soldiers", False),
        (b"<pleased>", False),
        (b"Soldiers <html>", False),
    ],
)
def test_looks_like_html(data, html):
    assert looks_like_html(data) is html


@pytest.mark.parametrize(
    "page", ["", "<html></html>", "<html><body><nav><a href='/'>Home</a></nav></body></html>", "<div>" * 4_000, "<", "&#0;"]
)
def test_pages_without_an_article(page):
    assert extract_page(page) is None


def test_a_fragment_of_a_page_is_read():
    page = extract_page("<p>Soldiers seized nine rifles in the town of Kandal on Monday.</p>")
    assert page is not None
    assert page.text == "Soldiers seized nine rifles in the town of Kandal on Monday."
