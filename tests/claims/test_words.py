import itertools

from hypothesis import given
from hypothesis import strategies as st

from dateline.claims.words import CONTEXT_PIECES, MAX_PIECES, SHAPES, cut_windows, word_shapes, word_spans


@given(st.text(max_size=200))
def test_words_cover_every_mark_once(text):
    spans = word_spans(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert covered == "".join(text.split())


@given(st.lists(st.integers(min_value=1, max_value=700), max_size=60))
def test_each_sentence_is_read_in_exactly_one_window(lengths):
    windows = cut_windows(lengths)
    read = [index for _, start, end in windows for index in range(start, end)]
    assert read == list(range(len(lengths)))
    for context, start, end in windows:
        assert context <= start < end
        assert sum(lengths[context:start]) <= CONTEXT_PIECES
        total = 1 + sum(lengths[context:end])
        assert total <= MAX_PIECES or end == start + 1


def test_capitals_tell_nothing_in_a_text_of_capitals():
    shouted = [
        SHAPES[shape] for shape in word_shapes(["GUNMEN", "ATTACKED", "A", "POST", "NEAR", "TENANCINGO", ",", "KILLING", "3"])
    ]
    assert set(shouted) == {"caps_text", "mark", "digit"}
    normal = [
        SHAPES[shape] for shape in word_shapes(["Gunmen", "of", "the", "FMLN", "attacked", "a", "post", "near", "Tenancingo"])
    ]
    assert normal[3] == "upper"
