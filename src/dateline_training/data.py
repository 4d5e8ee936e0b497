"""Annotated reports and helper corpora as training windows of words.

A report (docs/codebook.md: sentences and events whose values are quotations) becomes one or more windows of at most
``MAX_PIECES`` word pieces, cut between sentences, each led by a little of the text before it as context. Words and their
shapes come from the package's own ``dateline.claims.words``, so that training and reading see the same thing.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dateline.claims.words import MAX_PIECES, cut_windows, first_pieces, word_shapes, word_spans
from dateline.model import EventType, Role, Status, TollKind
from dateline.scoring import locate

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from tokenizers import Tokenizer

Record = dict[str, Any]
"""A line of a file of reports, as JSON gives it."""
Ints = npt.NDArray[Any]
Link = tuple[int, int, tuple[int, int, int]]
"""Event, role and mention (kind, start, end)."""
Pieces = tuple[list[tuple[int, int]], list[str], list[int], list[int], list[int]]

TYPES = [type_.value for type_ in EventType]
STATUSES = [status.value for status in Status]
KINDS = ["party", "object", "instrument", "place", "time", "toll", "source", "cue"]
TOLLS = [kind.value for kind in TollKind]
ROLES = [role.value for role in Role] + TOLLS
KIND_OF = (
    {"agent": "party", "target": "party", "support": "party"}
    | {r: r for r in ROLES if r in KINDS}
    | dict.fromkeys(TOLLS, "toll")
)
UPOS = [
    "ADJ",
    "ADP",
    "ADV",
    "AUX",
    "CCONJ",
    "DET",
    "INTJ",
    "NOUN",
    "NUM",
    "PART",
    "PRON",
    "PROPN",
    "PUNCT",
    "SCONJ",
    "SYM",
    "VERB",
    "X",
]
ENTITIES = ["PER", "ORG", "LOC", "OTH"]
MUC_ROLES = ["PerpInd", "PerpOrg", "Target", "Victim", "Weapon"]
GUM_SPANS = ["person", "organization", "place", "time", "event", "object", "attribution"]
CNC_SPANS = ["CAUSE", "EFFECT", "SIGNAL"]
IGNORE = -100
OWN = Path(__file__).parents[2] / "corpus"
"""The project's annotated reports, in a checkout; an installed package has none."""
START = {
    f"{name}.jsonl"
    for name in [
        "africa",
        "asia_europe_americas",
        "follow_ups",
        "hard_cases",
        "long_aftermath",
        "long_bombings_and_shootings",
        "long_military",
        "long_reports",
        "long_statements",
        "middle_east",
        "modern_wars",
        "muc_1",
        "muc_2",
        "official_and_broadcast",
        "ordinary_news",
        "plain_wire_nominal",
        "plain_wire_state",
        "plain_wire_violence",
        "state_and_protest",
        "unrest_and_policing",
        "web_news",
    ]
}
"""The files that the first reader learned from."""


@dataclass
class Window:
    """One training window; word indexes are positions among the window's words."""

    ids: Ints  # pieces
    shapes: Ints  # pieces
    first: Ints  # first piece of each word
    words: list[str]
    sentence: Ints  # sentence number of each word
    live: Ints  # words whose labels count (not context)
    types: Ints = field(default_factory=lambda: np.zeros(0, int))  # 0 none, 1.. type of an anchor's first word
    inside: Ints = field(default_factory=lambda: np.zeros(0, int))  # later words of an anchor
    tags: Ints = field(default_factory=lambda: np.zeros((0, 0), int))  # words x kinds: 0 O, 1 B, 2 I
    anchors: list[tuple[int, int, int, int, int]] = field(default_factory=list)  # start, end, type, status, event
    mentions: list[tuple[int, int, int]] = field(default_factory=list)  # kind, start, end
    roles: Ints = field(default_factory=lambda: np.zeros((0, 0, 0), int))  # anchors x mentions x roles: 1, 0, IGNORE
    helper: dict[str, Ints] = field(default_factory=dict)


def read_jsonl(path: Path) -> list[Record]:
    """Return the objects of a file of lines, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def load(muc: Path, limit: int = 0, corpus: Path = OWN) -> tuple[list[Record], list[Record]]:
    """Return the annotated reports to train on, and those held back.

    Args:
        muc: Folder with ``muc_1.jsonl`` and ``muc_2.jsonl``, which are read by path; all other reports are the project's own.
        limit: Read about so many of them only.
        corpus: Folder of the project's own.

    Returns:
        Reports with their ``file``. Held back is every 20th of the reports that the first reader learned from (``START`` and
        the MUC files, by name of file); of the later ones none.
    """
    paths = {path.name: path for folder in (muc, corpus) for path in folder.glob("*.jsonl")}
    if not paths:
        raise SystemExit(f"there is no annotated report in {corpus} or {muc}; name the folder of the project's with --corpus")
    start = [r | {"file": name} for name in sorted(START) if name in paths for r in read_jsonl(paths[name])]
    later = [r | {"file": name} for name in sorted(set(paths) - START) for r in read_jsonl(paths[name])]
    if limit:
        start, later = start[:: max(1, len(start) // limit)], []
    held = [r for i, r in enumerate(start) if i % 20 == 7]
    return [r for i, r in enumerate(start) if i % 20 != 7] + later, held


def count_statuses(reports: Iterable[Record]) -> npt.NDArray[np.int64]:
    """Return how many events have each of ``STATUSES``."""
    return np.bincount([STATUSES.index(e["status"]) for r in reports for e in r["events"]], minlength=len(STATUSES))


class Encoder:
    """Turns sentences into pieces with the reader's own tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.sep, self.cls, self.mask = (int(tokenizer.token_to_id(token) or 0) for token in ("[SEP]", "[CLS]", "[MASK]"))

    @classmethod
    def open(cls, path: Path) -> Encoder:
        """Open a ``tokenizer.json``."""
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy

        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(tokenizer)

    def sentence(self, text: str, shape_text: str | None = None) -> Pieces:
        """Return a sentence's word offsets, words, pieces, a shape for each piece, and the first piece of each word."""
        spans = word_spans(text)
        words = [text[a:b] for a, b in spans]
        shapes = word_shapes([(shape_text or text)[a:b] for a, b in spans])
        encoding = self.tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)
        owners = [owner for owner in encoding.word_ids if owner is not None]
        return spans, words, encoding.ids, [shapes[word] for word in owners], first_pieces(owners, len(words))


def report_windows(report: Record, encoder: Encoder, casing: str = "as_is") -> list[Window]:
    """Return the windows of one annotated report.

    ``casing`` is ``as_is``, ``upper`` or ``lower``; only the shapes change by it, for the model is uncased.
    """
    sentences = []
    for text in report["sentences"]:
        shape_text = {"upper": text.upper(), "lower": text.lower()}.get(casing, text)
        sentences.append(encoder.sentence(text, shape_text if len(shape_text) == len(text) else None))
    out = []
    for context, start, end in cut_windows([len(s[2]) + 1 for s in sentences]):
        out.append(_window(report, sentences, (context, start, end), encoder))
    return [w for w in out if len(w.words)]


def _window(report: Record, sentences: Sequence[Pieces], bounds: tuple[int, int, int], encoder: Encoder) -> Window:
    """Return the window of sentences ``bounds``: ``(context, start, end)`` as ``cut_windows`` gives them, with its labels."""
    context, start, end = bounds
    ids, shapes = [encoder.cls], [0]
    first: list[int] = []
    words: list[str] = []
    sentence_of: list[int] = []
    live: list[bool] = []
    offset: dict[int, int] = {}
    for i in range(context, end):
        _, tokens, pieces, piece_shapes, firsts = sentences[i]
        offset[i] = len(words)
        room = MAX_PIECES - len(ids) - 1
        first += [min(len(ids) + f, len(ids) + room - 1) for f in firsts]
        ids += [*pieces[:room], encoder.sep]
        shapes += [*piece_shapes[:room], 0]
        words += tokens
        sentence_of += [i] * len(tokens)
        live += [i >= start] * len(tokens)
    window = Window(np.array(ids), np.array(shapes), np.array(first), words, np.array(sentence_of), np.array(live, bool))
    _label(window, report, _Spans(report, sentences, offset))
    return window


@dataclass
class _Spans:
    """Finds the words of quotations in a window: ``offset`` is each sentence's first word there."""

    report: Record
    sentences: Sequence[Pieces]
    offset: dict[int, int]

    def find(self, quote: Sequence[Any]) -> tuple[int, int] | None:
        """Return the words of ``[sentence, "words"]``, or None where they stand elsewhere or nowhere."""
        i, text = quote[0], quote[1]
        if i not in self.offset:
            return None
        at = locate(self.report["sentences"][i], text)
        if at is None:
            return None
        hit = [k for k, (a, b) in enumerate(self.sentences[i][0]) if a < at[1] and b > at[0]]
        return (self.offset[i] + hit[0], self.offset[i] + hit[-1] + 1) if hit else None


def _label(window: Window, report: Record, spans: _Spans) -> None:
    """Put the labels of a report's events into a window."""
    n = len(window.words)
    window.types, window.inside, window.tags = np.zeros(n, int), np.zeros(n, int), np.zeros((n, len(KINDS)), int)
    links: list[Link] = []
    for number, event in enumerate(report["events"]):
        type_, status = TYPES.index(event["type"]), STATUSES.index(event["status"])
        for quote in event["anchors"]:
            if (at := spans.find(quote)) and window.types[at[0]] == 0:
                window.types[at[0]] = 1 + type_
                window.inside[at[0] + 1 : at[1]] = 1
                window.anchors.append((at[0], at[1], type_, status, number))
        quotes = [(r, q) for r in ROLES[:9] for q in event.get(r) or []]
        quotes += [(t["kind"], t["at"]) for t in event.get("toll") or [] if t.get("at")]
        for role, quote in quotes:
            if at := spans.find(quote):
                links.append((number, ROLES.index(role), (KINDS.index(KIND_OF[role]), *at)))
    kept: list[tuple[int, int, int]] = []
    longest_first = sorted({key for *_, key in links}, key=lambda k: (k[0], k[1] - k[2], k[1]))
    for key in longest_first:  # so that nested ones give way
        kind, a, b = key
        if not window.tags[a:b, kind].any():
            window.tags[a, kind], window.tags[a + 1 : b, kind] = 1, 2
            kept.append(key)
    window.mentions = sorted(kept, key=lambda k: k[1:])
    window.roles = _role_labels(window, links)


def _role_labels(window: Window, links: Sequence[Link]) -> Ints:
    """Return 1 where a mention plays a role for its nearest anchor; IGNORE for the event's other anchors in other sentences."""
    index = {m: j for j, m in enumerate(window.mentions)}
    labels = np.zeros((len(window.anchors), len(window.mentions), len(ROLES)), int)
    for number, role, key in links:
        if key not in index:
            continue
        j, s = index[key], window.sentence[key[1]]
        own = [(abs(window.sentence[a[0]] - s), i) for i, a in enumerate(window.anchors) if a[4] == number]
        if not own:
            continue
        nearest = min(d for d, _ in own)
        for d, i in own:
            labels[i, j, role] = 1 if d == nearest and d <= 2 else IGNORE
    return labels


def gum_window(record: Record, encoder: Encoder, rng: random.Random) -> Window | None:
    """A stretch of a GUM document with its entities, and the clauses that say whose words follow, tagged (helper task).

    Of nested entities of one kind the outermost counts. GUM's units of discourse have their first token; an attribution's unit
    ends where the next begins.
    """
    tokens = [token for sentence in record["sents"] for token in sentence["tok"]]
    starts = np.cumsum([0] + [len(sentence["tok"]) for sentence in record["sents"]])
    units = [unit[1] for unit in record["edus"]] + [len(tokens)]
    labelled = [(kind, a, b) for a, b, kind, *_ in record["entities"] if kind in GUM_SPANS]
    labelled += [
        ("attribution", unit[1], units[i + 1])
        for i, unit in enumerate(record["edus"])
        if unit[2].startswith("attribution") and unit[1] < units[i + 1]
    ]
    begin = int(starts[rng.randrange(max(1, len(record["sents"]) - 4))])
    window, owners = _plain_window(tokens[begin : begin + 300], encoder)
    inner = [(GUM_SPANS.index(kind), a - begin, b - begin) for kind, a, b in labelled if a >= begin]
    return _tag(window, owners, inner, "gum", len(GUM_SPANS)) if window else None


def cnc_window(record: Record, encoder: Encoder) -> Window | None:
    """A sentence of protest or conflict news with its cause, effect and the signal between them tagged (helper task)."""
    spans, words, pieces, piece_shapes, firsts = encoder.sentence(record["text"])
    if not words or len(pieces) > MAX_PIECES - 2:
        return None
    window = _one_sentence(words, pieces, piece_shapes, firsts, encoder)
    marks = [(CNC_SPANS.index(m[2]), m[0], m[1]) for relation in record.get("relations") or [] for m in relation]
    at = [
        (kind, next((i for i, (_, end) in enumerate(spans) if end > a), None), sum(start < b for start, _ in spans))
        for kind, a, b in marks
    ]
    return _tag(window, list(range(len(words))), [(k, i, j) for k, i, j in at if i is not None], "cnc", len(CNC_SPANS))


def _plain_window(tokens: list[str], encoder: Encoder) -> tuple[Window | None, list[int]]:
    """Tokens of another corpus as one window, and for each of our words the token it begins in."""
    text = " ".join(tokens)
    spans, words, pieces, piece_shapes, firsts = encoder.sentence(text)
    keep = sum(first < MAX_PIECES - 10 for first in firsts)
    if not keep:
        return None, []
    end = firsts[keep] if keep < len(firsts) else len(pieces)
    ends = np.cumsum([len(token) + 1 for token in tokens])
    owners = [int(np.searchsorted(ends, a, side="right")) for a, _ in spans[:keep]]
    return _one_sentence(words[:keep], pieces[:end], piece_shapes[:end], firsts[:keep], encoder), owners


def _one_sentence(
    words: list[str], pieces: list[int], piece_shapes: list[int], firsts: Sequence[int] | Ints, encoder: Encoder
) -> Window:
    return Window(
        np.array([encoder.cls, *pieces, encoder.sep]),
        np.array([0, *piece_shapes, 0]),
        np.array(firsts) + 1,
        words,
        np.zeros(len(words), int),
        np.ones(len(words), bool),
    )


def _tag(window: Window, owners: list[int], spans: list[tuple[int, int, int]], name: str, kinds: int) -> Window:
    """Tag spans of tokens, the longest first; nested ones of the same kind give way."""
    tags = np.zeros((len(owners), kinds), int)
    for kind, a, b in sorted(spans, key=lambda span: span[1] - span[2]):
        hit = [i for i, owner in enumerate(owners) if a <= owner < b]
        if hit and not tags[hit, kind].any():
            tags[hit, kind], tags[hit[0], kind] = 2, 1
    window.helper = {name: tags}
    return window


def ewt_window(record: Record, encoder: Encoder) -> Window | None:
    """A UD-EWT sentence with parts of speech, entities and factuality (helper tasks)."""
    tokens = record["tok"]
    text = " ".join(tokens)
    spans, words, pieces, piece_shapes, firsts = encoder.sentence(text)
    if not words or len(pieces) > MAX_PIECES - 2:
        return None
    starts, at = {}, 0
    for k, token in enumerate(tokens):
        starts[at] = k
        at += len(token) + 1
    w = _one_sentence(words, pieces, piece_shapes, firsts, encoder)
    upos, ner, fact = (np.full(len(words), IGNORE, float) for _ in range(3))
    entity = ["O"] * len(tokens)
    for a, b, label in record.get("ner") or []:
        if label in ENTITIES:
            entity[a] = "B-" + label
            for k in range(a + 1, b):
                entity[k] = "I-" + label
    facts = {f[0]: f[1] for f in record.get("fact") or []}
    for i, (a, _) in enumerate(spans):
        if a in starts:
            k = starts[a]
            if record["upos"][k] in UPOS:
                upos[i] = UPOS.index(record["upos"][k])
            tag = entity[k]
            ner[i] = 0 if tag == "O" else 1 + 2 * ENTITIES.index(tag[2:]) + (tag[0] == "I")
            if k in facts:
                fact[i] = facts[k]
    w.helper = {"upos": upos, "ner": ner, "fact": fact}
    return w


def window_from(low: int, pieces: Pieces, encoder: Encoder) -> Window:
    """Return the window of a text that begins with one of its words and holds as many more as go in."""
    _, words, ids, shapes, firsts = pieces
    limit = MAX_PIECES - 2
    base, high = firsts[low], low
    while high < len(firsts) and firsts[high] - base < limit - 20:
        high += 1
    stop = min((firsts[high] if high < len(firsts) else len(ids)) - base, limit)
    inside = slice(base, base + stop)
    return _one_sentence(words[low:high], ids[inside], shapes[inside], np.array(firsts[low:high]) - base, encoder)


def muc_window(record: Record, encoder: Encoder, rng: random.Random) -> Window | None:
    """A random window of a MUC-4 report with all occurrences of its role fillers tagged (helper task)."""
    text = record["text"].lower()
    spans, words, pieces, piece_shapes, firsts = encoder.sentence(text, record["text"].upper() if rng.random() < 0.5 else text)
    if not words:
        return None
    tags = np.zeros((len(words), len(MUC_ROLES)), int)
    begin = {a: i for i, (a, _) in enumerate(spans)}
    for r, role in enumerate(MUC_ROLES):
        for cluster in record["extracts"].get(role, []):
            for filler in cluster:
                name = (filler[0] if isinstance(filler, list) else filler).lower()
                for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                    if (i := begin.get(m.start())) is not None and not tags[i, r]:
                        tags[i, r] = 1
                        k = i + 1
                        while k < len(spans) and spans[k][0] < m.end():
                            tags[k, r] = 2
                            k += 1
    low = rng.randrange(max(1, len(firsts) - 250)) if len(pieces) > MAX_PIECES - 2 else 0
    w = window_from(low, (spans, words, pieces, piece_shapes, firsts), encoder)
    w.helper = {"muc": tags[low : low + len(w.words)]}
    return w
