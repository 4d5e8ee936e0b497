import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles import make_article, read_article, read_published
from dateline.errors import DateError, InputError
from dateline.model import Article, Dropped, Failure, RawDocument

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
BODY = "Soldiers seized nine rifles in the town of Kandal on Monday. Two men were held, the army said."
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Raid in Kandal - Sahra Daily</title>
<meta property="og:site_name" content="Sahra Daily"><meta property="og:title" content="Raid in Kandal">
<meta property="article:published_time" content="2016-10-14T08:30:00+03:00">
<link rel="canonical" href="https://sahra.example/raid"></head>
<body><nav><a href="/">Home</a></nav><h1>Raid in Kandal</h1><article><p>{BODY}</p><p>Nobody was hurt in it.</p></article>
<footer>Copyright 2016</footer></body></html>"""


def read(data, name="a.txt", kind="auto", **options):
    return read_article(RawDocument(name=name, data=data if isinstance(data, bytes) else data.encode(), kind=kind), **options)


def record(**fields):
    return read(json.dumps({"text": BODY} | fields), name="in.jsonl:7", kind="jsonl")


# --- plain text


def test_text_is_untouched():
    text = f"  Raid in Kandal\r\n\r\n{BODY}\t\r\n"
    article = read(text, name="in/a.txt")
    assert isinstance(article, Article)
    assert article.text == text
    assert article.title is None
    assert article.source.path == "in/a.txt"
    assert article.language == "en"
    assert [sentence.text for sentence in article.sentences] == ["Raid in Kandal", *BODY.replace(". ", ".|").split("|")]
    assert all(article.quote(sentence.span) == sentence.text for sentence in article.sentences)
    assert [sentence.paragraph for sentence in article.sentences] == [0, 1, 1]


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read(b"\xef\xbb\xbf" + BODY.encode()).text == BODY


def test_ids_are_those_of_content():
    one, same = read(BODY), read(BODY, name="b.txt")
    assert one.id == same.id
    assert one.id.startswith("art_")
    assert len(one.id) == 20
    assert make_article("e\u0301t " + BODY).id == make_article("\xe9t " + BODY).id
    assert make_article(BODY, title="Raid").id != one.id
    assert record().id == one.id


@pytest.mark.parametrize(
    "data,reason",
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.4 rest", "not_text"),
        (b"a\0b", "not_text"),
        ("Al menos doce guerrilleros murieron en un enfrentamiento con el ejército en Arauca.", "language"),
        ("По меньшей мере десять человек погибли в результате обстрела города.", "language"),
        ("TRES SOLDADOS MURIERON Y CINCO RESULTARON HERIDOS EN UN ATAQUE DE LA GUERRILLA.", "language"),
        ("قتل ما لا يقل عن عشرين شخصا في تفجير انتحاري استهدف سوقا في بغداد", "language"),
        ("De politie had de straat afgezet. Er was een bom of een granaat gevonden, en de dader was spoorloos.", "language"),
        (
            "Die polisie was by die toneel. Daar was skote by die mark en die man het gevlug, sê die Sunday Times of The Star.",
            "language",
        ),
    ],
)
def test_what_is_dropped(data, reason):
    found = read(data)
    assert isinstance(found, Dropped)
    assert (found.name, found.reason) == ("a.txt", reason)
    assert found.message.startswith("a.txt: ")
    assert "\n" not in found.message


def test_the_language_is_named():
    assert "es" in read("Al menos doce guerrilleros murieron en un enfrentamiento con el ejército en Arauca.").message


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen kidnap Ahmad bin Ali al-Husseini in Sanaa, Yemen",
        "Mapuche comuneros block Ruta 5 near Collipulli, Araucania; Carabineros arrest Hector Llaitul",
        "UNITED NATIONS COUNCIL CONDEMNS ATTACK ON PEACEKEEPERS IN KIDAL",
        "Boko Haram strikes Gwoza, Bama, Konduga, Damboa, Dikwa in Borno",
    ],
)
def test_english_full_of_names_goes_through(text):
    assert read(text).language == "en"


def test_plain_english_is_told_without_the_classifier(monkeypatch):
    """It takes half a second to load, and no report in plain English should wait for it."""
    asked = []
    monkeypatch.setattr("dateline.articles.read._identifier", lambda: asked.append(1))
    text = "Rebels raided the market of Dar on Monday. Four traders died and a dozen stalls burnt, police there said."
    assert read(text).language == "en"
    assert not asked
    with pytest.raises(AttributeError):
        read("Al menos doce guerrilleros murieron en un enfrentamiento con el ejército en Arauca.")
    assert asked


def test_another_language_can_be_asked_for():
    text = "Al menos doce guerrilleros murieron en un enfrentamiento con el ejército en Arauca."
    assert read(text, language="es").language == "es"
    assert read(BODY, language="es").reason == "language"


def test_a_short_text_has_no_language():
    assert read("Doce muertos en Arauca.").language is None


def test_too_long():
    assert read("a" * 11, max_characters=10).reason == "too_long"
    assert read("é" * 10 + " a", max_characters=11).reason == "too_long"
    assert isinstance(read("é" * 10 + "a", max_characters=11), Article)
    assert read("a" * 41, max_characters=10).message.startswith("a.txt: it has 41 bytes")


def test_no_annotated_report_is_dropped():
    files = [*sorted((CORPUS / "train").glob("*.jsonl")), CORPUS / "gold" / "dev.jsonl"]
    if not files[-1].is_file():
        pytest.skip(f"the annotated reports are not here ({CORPUS})")
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines()[::4]:
            report = json.loads(line)
            assert read("\n".join(report["sentences"]), name=report["id"]).language == "en"


# --- web pages


@pytest.mark.parametrize("name,kind", [("a.html", "auto"), ("page", "auto"), ("x", "html")])
def test_html(name, kind):
    article = read(PAGE, name=name, kind=kind)
    assert isinstance(article, Article)
    assert article.title == "Raid in Kandal"
    assert article.text == f"{BODY}\nNobody was hurt in it."
    assert article.source.publisher == "Sahra Daily"
    assert article.source.url == "https://sahra.example/raid"
    assert (article.published, article.published_basis) == (dt.date(2016, 10, 14), "metadata")
    assert article.sentences[0].span.field == "title"
    assert all(article.quote(sentence.span) == sentence.text for sentence in article.sentences)


def test_a_page_whose_text_starts_with_its_title_has_no_other():
    page = PAGE.replace("<article>", "<article><p>Raid in Kandal</p>").replace("<h1>Raid in Kandal</h1>", "")
    article = read(page, name="a.html")
    assert article.title is None
    assert [sentence.text for sentence in article.sentences].count("Raid in Kandal") == 1


def test_a_page_without_an_article():
    found = read("<html><body><nav><a href='/'>Home</a></nav></body></html>", name="a.html")
    assert (found.reason, found.name) == ("no_article", "a.html")


def test_the_address_stands_for_a_page_that_names_none():
    page = PAGE.replace('<link rel="canonical" href="https://sahra.example/raid">', "")
    document = RawDocument(name="https://x.example/1", data=page.encode(), kind="html", url="https://x.example/1")
    article = read_article(document)
    assert article.source.url == "https://x.example/1"
    assert article.source.path is None


# --- JSONL


def test_a_record():
    article = record(
        id=12,
        title="Raid in Kandal",
        published="2016-10-14T08:30:00Z",
        url="https://x.example",
        publisher="Sahra",
        tags=["a"],
        n=None,
    )
    assert isinstance(article, Article)
    assert (article.given_id, article.title) == ("12", "Raid in Kandal")
    assert (article.published, article.published_text, article.published_basis) == (
        dt.date(2016, 10, 14),
        "2016-10-14T08:30:00Z",
        "given",
    )
    assert (article.source.publisher, article.source.url, article.source.path) == ("Sahra", "https://x.example", "in.jsonl:7")
    assert article.extra == {"tags": ["a"], "n": None}
    assert [sentence.span.field for sentence in article.sentences] == ["title", "text", "text"]


def test_null_and_empty_fields_are_absent():
    article = record(id=None, title="  ", published=None, url=None)
    assert (article.given_id, article.title, article.published, article.source.url) == (None, None, None, None)
    assert record(published="").published is None


@pytest.mark.parametrize(
    "line,reason,words",
    [
        ('{"text": "a"', "not_json", "column"),
        ("text", "not_json", "JSON"),
        ("[1]", "not_json", "an array"),
        ('"a"', "not_json", "a string"),
        ("[" * 100_000, "not_json", "nested"),
        ('{"text": ' + "1" * 5_000 + "}", "not_json", "digits"),
        ("{}", "no_text", "empty"),
        ('{"content": "a"}', "no_text", 'rename "content"'),
        ('{"text": null, "head": 1}', "no_text", '"head"'),
        ('{"text": ["a"]}', "bad_field", '"text" must be a string, not an array'),
        ('{"text": "a", "id": true}', "bad_field", '"id"'),
        ('{"text": "a", "id": 1.5}', "bad_field", '"id"'),
        ('{"text": "a", "title": {}}', "bad_field", "an object"),
        ('{"text": "a", "published": "yesterday"}', "bad_date", "'yesterday'"),
        ('{"text": "a", "published": 20161014}', "bad_date", "20161014"),
        ('{"text": "a", "published": "2016-02-30"}', "bad_date", "'2016-02-30'"),
    ],
)
def test_records_that_cannot_be_read(line, reason, words):
    found = read(line, name="in.jsonl:7", kind="jsonl")
    assert isinstance(found, Failure)
    assert (found.name, found.stage, found.reason) == ("in.jsonl:7", "read", reason)
    assert words in found.message
    assert found.message.startswith("in.jsonl:7: ")
    assert "\n" not in found.message


def test_a_record_with_empty_text_is_dropped():
    assert record(text=" \n").reason == "empty"


def test_lone_surrogates_are_replaced_and_offsets_stay():
    article = read('{"text": "Soldiers \\ud800 came."}', name="in.jsonl:1", kind="jsonl")
    assert article.text == "Soldiers \ufffd came."


@given(st.binary(max_size=200), st.sampled_from(["auto", "text", "html", "jsonl"]))
def test_nothing_is_raised(data, kind):
    found = read_article(RawDocument(name="x", data=data, kind=kind))
    assert isinstance(found, (Article, Dropped, Failure))


@given(
    st.dictionaries(
        st.sampled_from(["id", "text", "title", "published", "url", "publisher", "more"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.lists(st.integers(), max_size=2)
        ),
    )
)
def test_nothing_is_raised_for_a_record(fields):
    found = read_article(RawDocument(name="x:1", data=json.dumps(fields).encode(), kind="jsonl"))
    assert isinstance(found, (Article, Dropped, Failure))


# --- dates


@pytest.mark.parametrize(
    "value,day,text",
    [
        ("2016-10-14", dt.date(2016, 10, 14), "2016-10-14"),
        (" 2016-10-14T23:30:00-05:00 ", dt.date(2016, 10, 14), "2016-10-14T23:30:00-05:00"),
        ("2016-10-14 08:30", dt.date(2016, 10, 14), "2016-10-14 08:30"),
        ("20161014", dt.date(2016, 10, 14), "20161014"),
        ("Fri, 14 Oct 2016 08:30:00 +0300", dt.date(2016, 10, 14), "2016-10-14T08:30:00+03:00"),
        ("14 October 2016", dt.date(2016, 10, 14), "2016-10-14"),
        ("Friday, 14 October 2016", dt.date(2016, 10, 14), "2016-10-14"),
        ("Oct 14, 2016", dt.date(2016, 10, 14), "2016-10-14"),
        ("Oct. 14, 2016 8:15 p.m. EDT", dt.date(2016, 10, 14), "2016-10-14"),
        ("October 14th 2016", dt.date(2016, 10, 14), "2016-10-14"),
        ("Sept. 3, 2005", dt.date(2005, 9, 3), "2005-09-03"),
    ],
)
def test_dates(value, day, text):
    assert read_published(value) == (day, text)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2016",
        "2016-10",
        "October 2016",
        "31 February 2016",
        "14/10/2016",
        "yesterday",
        "0",
        "Oct",
        ",",
        "1 1 1",
        "40 Oct 2016 08:30",
    ],
)
def test_no_dates(value):
    with pytest.raises(DateError):
        read_published(value)


@given(st.text(max_size=40))
def test_a_date_or_a_date_error(value):
    try:
        day, text = read_published(value)
    except DateError:
        return
    assert isinstance(day, dt.date)
    assert text


OPTION = dt.date(2020, 1, 1)


@pytest.mark.parametrize(
    "text,published,basis",
    [
        (f"KANDAL, 14 October 2016 (AFP) - {BODY}", dt.date(2016, 10, 14), "dateline"),
        (f"KANDAL, October 14 (AFP) - {BODY}", OPTION, "option"),
        (BODY, OPTION, "option"),
    ],
)
def test_the_day_of_a_report_that_gives_none(text, published, basis):
    article = read(text, published=OPTION)
    assert (article.published, article.published_text, article.published_basis) == (published, published.isoformat(), basis)


def test_a_given_day_goes_first():
    article = record(text=f"KANDAL, 14 October 2016 (AFP) - {BODY}", published="2016-10-16")
    assert (article.published, article.published_basis) == (dt.date(2016, 10, 16), "given")
    assert read(BODY).published is None


# --- in a program


def test_make_article():
    article = make_article(
        BODY, title="Raid", published=dt.date(2016, 10, 14), url="u", publisher="p", given_id="7", path="f", extra={"a": 1}
    )
    assert (article.title, article.published, article.published_basis, article.given_id) == (
        "Raid",
        dt.date(2016, 10, 14),
        "given",
        "7",
    )
    assert (article.source.url, article.source.publisher, article.source.path, article.extra) == ("u", "p", "f", {"a": 1})
    assert article.sentences[0].text == "Raid"
    assert make_article(BODY, published=dt.datetime(2016, 10, 14, 8, 30)).published_text == "2016-10-14T08:30:00"  # noqa: DTZ001


def test_make_article_raises():
    with pytest.raises(InputError, match="empty"):
        make_article(" ")
    with pytest.raises(InputError, match="not bytes"):
        make_article(b"a")
    with pytest.raises(DateError, match="yesterday"):
        make_article(BODY, published="yesterday")


def test_importing_the_room_loads_no_heavy_library():
    code = (
        "import sys, dateline.articles as a, dateline.run.inputs; from dateline.model import RawDocument as R;"
        "a.read_article(R(name='x', data=b'The army said that the two soldiers were killed by the rebels in the town.'));"
        "print([m for m in ('numpy', 'trafilatura', 'py3langid', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
