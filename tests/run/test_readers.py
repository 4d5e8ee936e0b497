"""Readers of tables, archives, e-mails, PDF and WARC files: what they give, and how they tell of what is damaged."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import os
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles import read_article
from dateline.model import Article, Dropped, Failure, RawDocument
from dateline.run.inputs import find_documents

BODY = (
    "Soldiers seized nine rifles in the town of Kandal on Monday, the army said. No one was hurt in the search of the houses."
)
PAGE = f"<!DOCTYPE html><html><head><title>Raid</title></head><body><article><p>{BODY}</p></article></body></html>"


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a file and reads it; ``read.said`` holds what was told."""
    said = []

    def reader(name, data, **options):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        found = list(find_documents([str(path)], stdin=None, note=said.append, **options))
        prefix = len(str(tmp_path)) + 1
        return [(item.name[prefix:], item) for item in found]

    reader.said = said
    return reader


def records(found):
    return {name: json.loads(item.data) for name, item in found if isinstance(item, RawDocument)}


def problems(found):
    for _, item in found:
        if not isinstance(item, RawDocument):
            assert item.message.startswith(item.name + ": ")
            assert "\n" not in item.message
    return [(type(item), name, item.reason) for name, item in found if not isinstance(item, RawDocument)]


def csv_of(rows, **settings):
    out = io.StringIO()
    csv.writer(out, **settings).writerows(rows)
    return out.getvalue()


# --- CSV -----------------------------------------------------------------------------------------------------------------


def test_a_table_by_the_names_of_its_columns(read):
    rows = [
        ["Headline", "Body", "Date", "Source", "Country"],
        ["Raid", BODY, "2016-10-14", "The Daily", "X"],
        ["B", "two\nlines", "", "NA", ""],
    ]
    found = read("a.csv", csv_of(rows))
    assert records(found) == {
        "a.csv:2": {"text": BODY, "title": "Raid", "published": "2016-10-14", "publisher": "The Daily", "Country": "X"},
        "a.csv:3": {"text": "two\nlines", "title": "B", "Country": ""},
    }
    (said,) = read.said
    assert "text=Body" in said
    assert "title=Headline" in said
    article = read_article(found[0][1])
    assert (article.text, article.title, article.published, article.source.publisher) == (
        BODY,
        "Raid",
        dt.date(2016, 10, 14),
        "The Daily",
    )


def test_columns_that_are_given_are_taken_and_nothing_is_said(read):
    rows = [["text", "lead", "when"], ["short", BODY, "14 October 2016"]]
    found = read("a.csv", csv_of(rows), columns={"text": "lead", "published": "when"})
    assert records(found) == {"a.csv:2": {"text": BODY, "published": "14 October 2016", "text_": "short"}}
    assert read.said == []


def test_a_column_of_long_texts_is_taken_for_the_text(read):
    found = read("a.csv", csv_of([["a", "b"], *[[str(n), f"{BODY} {BODY} {n}"] for n in range(30)]]))
    assert len(records(found)) == 30
    assert records(found)["a.csv:31"]["text"].endswith("29")
    assert "text=b" in read.said[0]


@pytest.mark.parametrize(
    "data,options,reason,words",
    [
        ("a,b\n1,2\n", {}, "no_text_column", "it has a, b; name it with --columns text=COLUMN"),
        (f"text,headline\n{BODY[:20]},x\n", {"columns": {"title": "headlin"}}, "unknown_column", "did you mean 'headline'?"),
        ('"text,headline\nx,y\n', {}, "not_a_table", "is a quote missing?"),
    ],
)
def test_columns_that_are_not_there(read, data, options, reason, words):
    found = read("a.csv", data, **options)
    assert problems(found) == [(Failure, "a.csv", reason)]
    assert words in found[0][1].message


@pytest.mark.parametrize("data", ["", "\n \n", "text,title\n"])
def test_an_empty_table(read, data):
    assert problems(read("a.csv", data)) == [(Dropped, "a.csv", "empty")]


@pytest.mark.parametrize("name,delimiter", [("a.csv", ","), ("a.csv", ";"), ("a.csv", "|"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_delimiters(read, name, delimiter):
    found = read(name, csv_of([["id", "title", "text"], ["7", "A, B; C", BODY]], delimiter=delimiter))
    assert records(found) == {f"{name}:2": {"id": "7", "title": "A, B; C", "text": BODY}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(read, encoding, ends):
    data = csv_of([["title", "text"], ["Peña", "naïve"], ["b", "c"]], lineterminator=ends).encode(encoding)
    assert [(r["title"], r["text"]) for r in records(read("a.csv", data)).values()] == [("Peña", "naïve"), ("b", "c")]


def test_a_stray_byte_in_utf_8_is_read_as_windows_1252(read):
    data = b"title,text\n" + "é,ü\n".encode() * 15_000 + b"caf\xe9,x\n"
    assert list(records(read("a.csv", data)).values())[-1]["title"] == "café"


def test_broken_quoting_costs_no_other_row(read):
    data = 'title,text\na,one\nb,"two\nc,three\nd,"four"\ne,"fi"ve"\nf,six\n'
    found = read("a.csv", data)
    assert [record["text"] for record in records(found).values()] == ["one", "three", "four", "six"]
    assert problems(found) == [(Failure, "a.csv:3", "bad_quoting"), (Failure, "a.csv:6", "bad_quoting")]


def test_rows_with_more_or_fewer_cells_are_told(read):
    found = read("a.csv", "title,text\na,one,x\n\nb\nc,three\n")
    assert list(records(found)) == ["a.csv:5"]
    assert problems(found) == [(Failure, "a.csv:2", "bad_row"), (Failure, "a.csv:4", "bad_row")]


def test_a_table_of_nothing_but_broken_rows_is_given_up(read):
    found = read("a.csv", "title,text\n" + 'a,"b"c\n' * 1_000 + "x,y\n")
    assert problems(found)[-1] == (Failure, "a.csv", "bad_table")
    assert len(found) < 200


def test_a_long_line_of_a_table_is_left_out(read):
    found = read("a.csv", f"title,text\na,{'x' * 5_000}\nb,two\n", max_bytes=1_000)
    assert records(found) == {"a.csv:3": {"title": "b", "text": "two"}}
    assert problems(found) == [(Dropped, "a.csv:2", "too_long")]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.text(st.characters(codec="utf-8"))
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_is_written_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(csv_of([["text", "other"], *rows], quoting=csv.QUOTE_ALL).encode())
    found = list(find_documents([str(path)], stdin=None, note=lambda _: None))
    if not any(isinstance(item, Dropped) and item.reason == "not_text" for item in found):
        assert [(r["text"], r["other"]) for r in (json.loads(item.data) for item in found)] == list(rows)


@given(st.binary(max_size=300))
def test_any_bytes_named_a_table_are_read_or_told(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(data)
    found = list(find_documents([str(path)], stdin=None, note=lambda _: None, max_bytes=100))
    assert found
    assert all(isinstance(item, (RawDocument, Dropped, Failure)) for item in found)


def test_a_table_on_standard_input_needs_its_columns():
    data = csv_of([["body", "n"], [BODY, "1"]]).encode()
    (found,) = find_documents(["-"], stdin=io.BytesIO(data), columns={"text": "body"}, note=lambda _: None)
    assert json.loads(found.data)["text"] == BODY


def test_fields_of_records_can_be_mapped_too(read):
    found = read("a.jsonl", json.dumps({"body": BODY, "title": "T", "n": 1}) + "\n{broken\n", columns={"text": "body"})
    assert [name for name, _ in found] == ["a.jsonl:1", "a.jsonl:2"]
    assert json.loads(found[0][1].data) == {"text": BODY, "title": "T", "n": 1}
    assert read_article(found[1][1]).reason == "not_json"


# --- Parquet -------------------------------------------------------------------------------------------------------------


def parquet_of(path, columns, **settings):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path, **settings)


def test_parquet(read, tmp_path):
    columns = {"body": [BODY, "two"], "pub_date": [dt.date(2016, 10, 14), None], "id": [5, 6], "score": [float("nan"), 1.5]}
    parquet_of(tmp_path / "a.parquet", columns)
    found = read("a.parquet", None)
    assert records(found) == {
        "a.parquet:1": {"text": BODY, "published": "2016-10-14", "id": 5, "score": None},
        "a.parquet:2": {"text": "two", "published": None, "id": 6, "score": 1.5},
    }
    assert "text=body" in read.said[0]
    article = read_article(found[0][1])
    assert (article.given_id, article.published) == ("5", dt.date(2016, 10, 14))


def test_a_damaged_group_of_rows_costs_no_other(read, tmp_path):
    parquet_of(
        tmp_path / "a.parquet",
        {"text": [f"{BODY} {n}" for n in range(40)]},
        row_group_size=10,
        compression="gzip",
        use_dictionary=False,
    )
    from pyarrow import parquet

    column = parquet.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0)
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    data[middle : middle + 60] = os.urandom(60)
    found = read("a.parquet", bytes(data))
    assert [name for name, item in found if isinstance(item, RawDocument)] == [
        f"a.parquet:{n}" for n in [*range(1, 11), *range(21, 41)]
    ]
    assert problems(found) == [(Failure, "a.parquet:11", "damaged")]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1 nonsense PAR1", b"text"])
def test_no_parquet(read, data):
    pytest.importorskip("pyarrow")
    assert problems(read("a.parquet", data)) == [(Failure, "a.parquet", "not_parquet")]


def test_a_parquet_file_without_rows_or_columns_of_text(read, tmp_path):
    parquet_of(tmp_path / "a.parquet", {"text": []})
    parquet_of(tmp_path / "b.parquet", {"n": [1]})
    assert problems(read("a.parquet", None)) == [(Dropped, "a.parquet", "empty")]
    assert problems(read("b.parquet", None)) == [(Failure, "b.parquet", "no_text_column")]


# --- archives ------------------------------------------------------------------------------------------------------------


def zip_of(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_of_all_kinds(read):
    inner = zip_of({"deep/x.txt": BODY})
    files = {
        "b/page.html": PAGE,
        "a.txt": BODY,
        "in.jsonl": f'{{"text": "{BODY}"}}\n',
        "t.csv": f"text\n{BODY[:20]}\n",
        "t.txt.gz": gzip.compress(BODY.encode()),
        "inner.zip": inner,
        ".hidden": "x",
        "__MACOSX/a.txt": "x",
        "empty/": "",
    }
    found = read("a.zip", zip_of(files))
    assert [(name, item.kind) for name, item in found] == [
        ("a.zip/a.txt", "text"),
        ("a.zip/b/page.html", "html"),
        ("a.zip/in.jsonl:1", "jsonl"),
        ("a.zip/inner.zip/deep/x.txt", "text"),
        ("a.zip/t.csv:2", "jsonl"),
        ("a.zip/t.txt.gz", "text"),
    ]
    assert all(isinstance(read_article(item), Article) for name, item in found if "csv" not in name)


def test_one_file_of_an_archive_can_be_named(read):
    data = zip_of({"in/a.jsonl": '{"text": "a"}\n', "in/b.txt": BODY, "c.zip": zip_of({"d.txt": BODY})})
    read("a.zip", data)
    assert [name for name, _ in read("a.zip/in/b.txt", None)] == ["a.zip/in/b.txt"]
    assert [name for name, _ in read("a.zip/in/a.jsonl", None)] == ["a.zip/in/a.jsonl:1"]


@pytest.fixture
def small_budget(monkeypatch):
    monkeypatch.setattr("dateline.run.readers.found.FREE_BYTES", 500_000)


def test_a_zip_bomb_is_stopped(read, small_budget):
    found = read("a.zip", zip_of({"a.jsonl": ('{"text": "' + "a" * 1_000 + '"}\n') * 5_000, "b.txt": BODY}))
    assert problems(found) == [(Failure, "a.zip", "bomb")]
    assert 0 < len(found) < 4_500


def test_a_bomb_of_archives_in_archives_is_stopped(read, small_budget):
    data = zip_of({"a.txt": b"a" * 1_000_000})
    for level in range(3):
        data = zip_of({f"{level}-{n}.zip": data for n in range(8)})
    assert problems(read("a.zip", data))[-1][2] == "bomb"


def test_archives_in_archives_have_an_end(read):
    data = BODY.encode()
    for level in range(7):
        data = zip_of({f"{level}.zip" if level else "a.txt": data})
    assert [problem[2] for problem in problems(read("a.zip", data))] == ["too_deep"]


def test_a_damaged_file_of_an_archive_costs_no_other(read):
    data = bytearray(zip_of({name: os.urandom(30).hex() + BODY for name in ("a.txt", "b.txt", "c.txt")}, zipfile.ZIP_STORED))
    at = data.index(BODY.encode(), data.index(b"b.txt"))
    data[at : at + 4] = b"XXXX"
    found = read("a.zip", bytes(data))
    assert [name for name, item in found if isinstance(item, RawDocument)] == ["a.zip/a.txt", "a.zip/c.txt"]
    assert problems(found) == [(Failure, "a.zip/b.txt", "damaged")]


def test_a_locked_archive_is_told(read):
    data = bytearray(zip_of({"a.txt": BODY}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert problems(read("a.zip", bytes(data))) == [(Failure, "a.zip/a.txt", "encrypted")]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", zip_of({"a.txt": BODY})[:-30]])
def test_no_archive(read, data):
    assert problems(read("a.zip", data)) == [(Failure, "a.zip", "not_zip")]


def test_an_empty_archive_and_a_word_file(read):
    assert problems(read("a.zip", zip_of({}))) == [(Failure, "a.zip", "empty_folder")]
    word = zip_of({"[Content_Types].xml": "x", "word/document.xml": "<a/>"})
    assert problems(read("a.docx", word)) == [(Dropped, "a.docx", "not_text")]


def test_an_archive_on_standard_input():
    (found,) = find_documents(["-"], stdin=io.BytesIO(zip_of({"a.txt": BODY})))
    assert (found.name, found.data.decode()) == ("-/a.txt", BODY)


def test_a_packed_stream_that_breaks_off_gives_what_stood_before(read):
    lines = "".join(json.dumps({"text": os.urandom(50).hex()}) + "\n" for _ in range(5_000)).encode()
    found = read("a.jsonl.gz", gzip.compress(lines)[:-100_000])
    assert len(records(found)) > 1_000
    assert problems(found) == [(Failure, "a.jsonl.gz", "not_readable")]
    assert "breaks off after line" in found[-1][1].message


def test_a_packed_bomb_of_records_is_stopped(read, small_budget):
    line = b'{"text": "' + b"a" * 1_000 + b'"}\n'
    found = read("a.jsonl.gz", gzip.compress(line * 5_000))
    assert problems(found) == [(Failure, "a.jsonl.gz", "bomb")]


# --- e-mail --------------------------------------------------------------------------------------------------------------


def mail(text=BODY, html=None, **headings):
    message = EmailMessage()
    for name, value in {
        "Subject": "Raid  in Kandal",
        "From": "The Daily <news@daily.example>",
        "Date": "Fri, 14 Oct 2016 23:30:00 -0400",
    }.items():
        message[name] = headings.get(name.lower(), value)
    if text is not None:
        message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html") if text is not None else message.set_content(html, subtype="html")
    return message


def test_an_e_mail(read):
    message = mail(html=PAGE)
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="more.pdf")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="logo.png")
    found = read("a.eml", message.as_bytes())
    assert records(found)["a.eml"] == {
        "title": "Raid in Kandal",
        "text": BODY + "\n",
        "published": "2016-10-14T23:30:00-04:00",
        "publisher": "The Daily",
    }
    assert problems(found) == [(Dropped, "a.eml/more.pdf", "attachment")]
    article = read_article(found[0][1])
    assert (article.published, article.title) == (dt.date(2016, 10, 14), "Raid in Kandal")


def test_an_e_mail_that_is_a_web_page(read):
    found = read("a.eml", mail(text=None, html=PAGE, **{"from": "someone@daily.example"}).as_bytes())
    assert records(found)["a.eml"]["text"] == BODY
    assert records(found)["a.eml"]["publisher"] == "daily.example"


@pytest.mark.parametrize(
    "data,kind,reason",
    [
        (b"no e-mail at all", Failure, "not_mail"),
        (b"", Failure, "not_mail"),
        (mail(text=" ").as_bytes(), Dropped, "empty"),
        (b"Subject: x\nContent-Type: text/plain; charset=nonsense\n\ntext", Failure, "not_mail"),
    ],
)
def test_no_e_mail(read, data, kind, reason):
    assert problems(read("a.eml", data)) == [(kind, "a.eml", reason)]


@given(st.binary(max_size=200).map(lambda data: b"Subject: x\n" + data))
def test_any_e_mail_is_read_or_told(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("mail") / "a.eml"
    path.write_bytes(data)
    assert list(find_documents([str(path)], stdin=None))


# --- PDF -----------------------------------------------------------------------------------------------------------------


def pdf_of(*pages, password=None):
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(600, 800)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): font})})
        stream = DecodedStreamObject()
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream.set_data(f"BT /F 12 Tf 50 700 Td {shown} ET".encode())
        page[NameObject("/Contents")] = stream
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf(read):
    found = read("a.pdf", pdf_of(["Soldiers seized nine rif-", "les in the anti-", "smuggling raid."], ["Two men were held."]))
    assert records(found) == {"a.pdf": {"text": "Soldiers seized nine rifles in the anti-smuggling raid.\nTwo men were held."}}


@pytest.mark.parametrize(
    "make,kind,reason",
    [
        (lambda: pdf_of(["Soldiers seized nine rifles there."], password="x"), Failure, "encrypted"),
        (lambda: pdf_of([]), Dropped, "no_text"),
        (lambda: pdf_of(["Soldiers"])[:200], Failure, "not_pdf"),
        (lambda: b"%PDF-1.4", Failure, "not_pdf"),
        (lambda: b"", Failure, "not_pdf"),
    ],
    ids=["locked", "pictures", "cut", "head", "empty"],
)
def test_no_text_of_a_pdf(read, make, kind, reason):
    pytest.importorskip("pypdf")
    assert problems(read("a.pdf", make())) == [(kind, "a.pdf", reason)]


def test_a_pdf_locked_without_a_password_is_read(read):
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of(["Soldiers seized nine rifles there."])))
    writer.encrypt("", owner_password="o", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert records(read("a.pdf", out.getvalue()))
