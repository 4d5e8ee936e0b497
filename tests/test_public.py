"""The face of the package: what ``import dateline`` gives and costs."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import subprocess
import sys

import pytest

import dateline

TEXT = (
    "BAGHDAD, Oct 14 (Reuters) - Gunmen killed five policemen at a checkpoint in Baghdad on Tuesday, officials said.\n\n"
    "A car bomb later wounded dozens of shoppers in the northern city of Mosul, a hospital official told Reuters.\n"
)


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads which are neither of the standard library nor Dateline itself."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name.partition(".")[0] for name in done.stdout.split()}
    return {name for name in names if name not in sys.stdlib_module_names and name not in {"dateline", "__mp_main__"}}


@pytest.mark.parametrize(
    "statement",
    [
        "import dateline",
        "import dateline.model, dateline.config, dateline.errors, dateline.knowledge",
        "import dateline; dateline.Event, dateline.Config, dateline.InputError, dateline.CodedReport, dateline.record_of",
        "import dateline.records.views, dateline.records.codebooks, dateline.run.local, dateline.run.inputs",
    ],
)
def test_import_loads_the_standard_library_only(statement):
    assert loaded_by(statement) == set()


def test_import_loads_no_other_part_of_the_package():
    code = "import sys, dateline; print(*(name for name in sys.modules if name.startswith('dateline')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["dateline"]


def test_all_is_what_is_there():
    assert len(set(dateline.__all__)) == len(dateline.__all__)
    assert dir(dateline) == sorted(dateline.__all__)
    for name in dateline.__all__:
        assert getattr(dateline, name) is not None
    public = {name for name in vars(dateline) if not name.startswith("_")}
    from types import ModuleType

    public -= {name for name in public if isinstance(getattr(dateline, name), ModuleType)}
    assert public - {"TYPE_CHECKING", "Any", "annotations"} <= set(dateline.__all__)


def test_names_that_are_not_there_are_told():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = dateline.nothing


def test_version_is_that_of_the_package():
    assert dateline.__version__ == importlib.metadata.version("dateline")


@pytest.fixture
def report(own_cache):
    return dateline.code(TEXT, published="2016-10-14")


def test_code_gives_events_that_quote_the_text(report):
    assert len(report) >= 2
    for event in report:
        assert event.anchors
        for anchor in event.anchors:
            assert TEXT[anchor.span.start : anchor.span.end] == anchor.quote


def test_code_takes_a_date_or_words(report):
    again = dateline.code(TEXT, published=dt.date(2016, 10, 14))
    assert again.to_records() == report.to_records()


def test_code_keeps_a_title_apart(own_cache):
    report = dateline.code(TEXT, title="Gunmen kill five policemen in Baghdad")
    assert report.article.title == "Gunmen kill five policemen in Baghdad"
    assert report.article.text == TEXT
    assert any(anchor.span.field == "title" for event in report for anchor in event.anchors)


def test_code_says_what_is_wrong():
    with pytest.raises(dateline.DateError, match="yesterday"):
        dateline.code(TEXT, published="yesterday")
    with pytest.raises(dateline.InputError, match="empty"):
        dateline.code("  ")


def test_report_shows_itself(report):
    text = repr(report)
    assert text.startswith("BAGHDAD, Oct 14") or "Gunmen" in text.splitlines()[0]
    assert "\x1b" not in text
    assert 'class="anchor"' in report._repr_html_()
    assert "why:" in report.explain(1)


def test_same_settings_share_one_coder(own_cache):
    first = dateline.code(TEXT)
    assert dateline.code(TEXT, config=dateline.Config()).info is first.info
