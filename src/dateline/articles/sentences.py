# ruff: noqa: RUF001 (typographic quotes and dashes are what this file is about)
"""Splits a report into paragraphs and sentences, by offsets, without changing a character.

Three decisions, each made once: whether the lines of a text are paragraphs or are wrapped (``find_paragraphs``), which stops
end a sentence (``_ends_sentence``), and where a sentence that is too long is cut. Time is linear in the text's length.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dateline.articles.datelines import find_dateline

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 1_500
"""Longer sentences (lists, tables, broken text) are cut at ``;``, ``,`` or a space."""

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BULLET = re.compile(r"(?:[-–—•*·▪◦‣●○■□➤►✓]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s)")
_CLOSERS = "\"'”’»›)]}"
_OPENERS = "\"'“‘«‹([{„"
_STOPPED = re.compile(r"""[.!?…。][\"'”’»›)\]}]*(?:\[\d{1,3}\])*\s*$""")
_STOP = re.compile(
    r"(?P<stop>[.!?…。]+(?:\s\.){0,2})"
    r"(?P<closers>[\"'”’»›)\]}]*(?:\[(?:\d{1,3}|[a-z]|note \d+|citation needed)\])*"
    r"(?:\s*\[(?i:end\b|sentence\b|passage\b|words?\b|as\b|video\b|applause|laughter)[^\]\n]{0,60}\])*)"
    r"(?P<gap>\s*)"
    r"|(?P<bullet>\s[•▪◦‣●■►➤]\s)"
)
_TOKEN = re.compile(r"[^\s\"“”‘«»(\[{<>/=*]*$")
_WORD = re.compile(r"[\w'’\-]+\.?")
_LABEL = re.compile(r"\(?(?:(?:[A-Z][a-z]{2,8}\s)?\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})")
_SPEAKING = re.compile(
    r"(?:[A-Z][\w.'’\-]*\s+){1,4}(?:said|asked|told|shouted|cried|wondered|added|yelled|replied|demanded|exclaimed|chanted|wrote|says|asks)\b"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations without their last stop. A title or unit of reference never ends a sentence.
_NEVER = _words(
    "Mr Mrs Ms Mx Messrs Mmes Dr Drs Prof Rev Revd Fr Msgr Hon Rt Sen Rep Reps Sens Gov Govs Pres Amb Atty Supt Insp Det "
    "Const Sgt Sgts Cpl Lcpl Pvt Pfc Spc Lt Lts Ltn Capt Cmdr Cdr Cmdt Comdr Maj Col Cols Brig Gen Gens Adm Adml Vadm Radm "
    "Ens Gp Wg Sqn Flt Asst Dep Coun Cllr Mgr Sra Srta Eng Ing Lic St Ste Mt Ft Pt Gral Cnel Cap Tte Sto Sta Dom Don Hj Sh "
    "Shri Smt Md Mohd Ust Alh Engr Barr Arch Maj-Gen Lt-Gen Lt-Col Brig-Gen vs v cf viz e.g i.e eg ie approx incl a.k.a aka"
)
# These end a sentence unless a digit follows ("No. 12", "Oct. 14", "pp. 3-5").
_BEFORE_DIGIT = _words(
    "No Nos no nos Nr Art art Sec sec Par para Fig fig Figs Vol vol p pp ch Ch Rs Op Res c ca circa Jan Feb Mar Apr Jun Jul "
    "Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
)
# These may end a sentence: they do when the next word is one that mostly begins sentences.
_MAYBE = _words(
    "U.S U.N U.K E.U U.A.E U.S.A U.S.S.R D.C L.A N.Y N.J N.H N.M N.C N.D S.C S.D R.I B.C P.E.I W.Va P.O P.M P.R D.R A.D B.A "
    "M.A M.D Ph.D LL.B D.Phil J.D Inc Corp Ltd Co Cos Bros Jr Sr Esq Ave Blvd Rd Hwy Rte Sq Bldg Dist Dept Dep't Govt Gov't "
    "Assn Univ Inst Intl Int'l Natl Nat'l Mfg etc al est ext tel km kg cm mm sq ft mi lb lbs oz hr hrs min mins sec secs "
    "mph kph approx Ala Ariz Ark Calif Cal Colo Conn Del Fla Ga Ill Ind Kan Kans Ky La Md Mass Mich Minn Miss Mo Mont Neb "
    "Nebr Nev Okla Ore Penn Pa Tenn Tex Va Vt Wash Wis Wisc Wyo Ont Que Alta Sask Man N.S N.B Nfld Is Isl Pk Mts Pen Rep "
    "Dem Lib Con Lab"
)
_HOURS = _words("a.m p.m A.M P.M am pm")
_AFTER_HOURS = _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September "
    "October November December Jan. Feb. Aug. Sept. Oct. Nov. Dec. GMT UTC EST EDT CST CDT MST MDT PST PDT BST CET CEST MSK "
    "IST PKT Eastern Central Pacific Mountain Moscow Greenwich"
)
# Words that mostly stand at the start of a sentence when they are capitalised after an abbreviation.
_STARTERS = _words(
    "The He She It They We You This That These Those There Here But However Meanwhile Moreover Also Although Though While "
    "When Where After Before Since Because If As At In On For From By With Without Under Over During Until Among Between "
    "Both Some Many Most Several Other Others Another Each Every No Not Nobody None One Two Three Four Five Six Seven Eight "
    "Nine Ten His Her Its Their Our My Who What Why How Which Once Only Even Still Yet So And Or Nor An Earlier Later Last "
    "Then Now Today Yesterday Tomorrow According Despite Asked Nearly About More Police Officials Witnesses Residents"
)
# The same for texts in capitals, where "IN" or "AND" says nothing.
_CAPITAL_STARTERS = _words("THE HE SHE IT THEY WE THIS THESE THOSE THERE BUT HOWEVER MEANWHILE MOREOVER ALSO ALTHOUGH")
_AFTER_INITIALS = _words("In And At On No For Of One Police Officials")
# In capitals these abbreviations cannot be told from words.
_WORDS_IN_CAPITALS = _words(
    "ART SEC FIG PAR CON LAB REP DEM LIB MAN MISS MASS ILL IND DEL LA PA MO MA ORE WASH SUN SAT WED MON MAR CAL PEN SQ ME "
    "MI DON DOM CAP IS CH ALTA CO AL MD"
)


def find_paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the paragraphs of a text, trimmed of outer white space, in order.

    A blank line ends a paragraph. A single line end does too, unless the text's lines are wrapped: lines of at most about 100
    characters that break where the next word would not have fitted.
    """
    paragraphs: list[tuple[int, int]] = []
    lines = _lines(text)
    width = _wrap_width(text, lines)
    before = ""
    for start, end, after_blank in lines:
        if paragraphs and not after_blank and _continues(before, text[start:end], width):
            paragraphs[-1] = (paragraphs[-1][0], end)
        else:
            paragraphs.append((start, end))
        before = text[start:end]
    return paragraphs


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the sentences of a text, in order.

    Each is trimmed of outer white space; every other character belongs to exactly one.

    Args:
        text: A report as it is; a headline may be its first line.
    """
    return [span for paragraph in split_paragraphs(text) for span in paragraph]


def split_paragraphs(text: str) -> list[list[tuple[int, int]]]:
    """Return, for each paragraph of a text, the offsets of its sentences."""
    dateline = find_dateline(text)
    protected = dateline.span if dateline is not None else (0, 0)
    paragraphs = find_paragraphs(text)
    result = []
    for number, (start, end) in enumerate(paragraphs):
        headline = number == 0 and len(paragraphs) > 1 and is_headline(text[start:end])
        ends = [] if headline else list(_sentence_ends(text, start, end, protected))
        result.append(list(_spans(text, start, [*ends, end])))
    return result


def is_headline(line: str) -> bool:
    """Tell whether a text's first line looks like a headline: short, and no sentence with its stop."""
    return len(line) <= 200 and _STOPPED.search(line.strip()) is None


# --- paragraphs ----------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[tuple[int, int, bool]]:
    """Return the non-blank lines: start and end without outer white space, and whether a blank line stands before."""
    lines = []
    previous_end = 0
    for match in _LINE.finditer(text):
        words = match.group()
        stripped = words.strip()
        if not stripped:
            continue
        start = match.start() + len(words) - len(words.lstrip())
        breaks = text[previous_end:start].replace("\r\n", "\n")
        blank = sum(1 for character in breaks if not _LINE.match(character)) > 1
        lines.append((start, start + len(stripped), blank))
        previous_end = start + len(stripped)
    return lines


def _wrap_width(text: str, lines: list[tuple[int, int, bool]]) -> int | None:
    """Return the width at which the text's lines are wrapped, in characters, or None where each line is a paragraph.

    Lines are wrapped when most of those that another follows without a blank between do not end a sentence and could not have
    taken the next line's first word.
    """
    pairs = [(a, b) for a, b in pairwise(lines) if not b[2]]
    lengths = sorted(end - start for (start, end, _), _ in pairs)
    if len(pairs) < 2 or lengths[-1] > 132:
        return None
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if width < 30:
        return None
    full = open_ended = lower = 0
    for (start, end, _), (next_start, next_end, _) in pairs:
        full += end - start + 1 + _first_word_length(text, next_start, next_end) > 0.9 * width
        if _STOPPED.search(text[max(start, end - 8) : end]) is None:
            open_ended += 1
            lower += text[next_start].islower()
    caseless = len(pairs) >= 4 and _is_caseless(text[: 20 * width])
    wrapped = full >= 0.6 * len(pairs) and open_ended >= 0.5 * len(pairs) and (caseless or lower >= 0.3 * open_ended)
    return width if wrapped else None


def _continues(before: str, line: str, width: int | None) -> bool:
    """Tell whether a line goes on with the paragraph of the line before it."""
    if _BULLET.match(line):
        return False
    if width is None:  # a stray line end in the middle of a sentence
        return line[0].islower() and (before[-1].islower() or before[-1] == ",") and len(before) > 40
    return len(before) + 1 + _first_word_length(line, 0, len(line)) > 0.8 * width


def _first_word_length(text: str, start: int, end: int) -> int:
    words = text[start : min(end, start + 60)].split(maxsplit=1)
    return len(words[0]) if words else 0


# --- sentences -----------------------------------------------------------------------------------------------------------


def _sentence_ends(text: str, start: int, end: int, protected: tuple[int, int]) -> Iterator[int]:
    """Yield the offsets inside a paragraph at which a sentence ends."""
    begin = start
    caseless = _is_caseless(text[start:end])
    for match in _STOP.finditer(text, start, end):
        if match.end() >= end:
            return
        if protected[0] <= match.start() < protected[1]:
            continue
        if match["bullet"]:
            at = match.start()
        elif match["gap"]:
            at = match.end("closers") if _ends_sentence(text, match, begin, caseless=caseless) else begin
        else:
            at = _glued_end(text, match, begin, end)
        if at > begin:
            yield at
            begin = at
            while text[begin].isspace():
                begin += 1


def _is_caseless(paragraph: str) -> bool:
    """Tell whether a paragraph is all in capitals, or all in small letters, so that case says nothing."""
    upper, lower = sum(map(str.isupper, paragraph)), sum(map(str.islower, paragraph))
    return min(upper, lower) * 20 < max(upper, lower) and (upper > lower or upper == 0)


def _ends_sentence(text: str, match: re.Match[str], begin: int, *, caseless: bool) -> bool:
    """Tell whether a stop with white space after it ends a sentence that starts at ``begin``."""
    after = match.end()
    following = text[after]
    inner = after
    while following in _OPENERS and inner + 1 < len(text) and inner < after + 3:
        inner += 1
        following = text[inner]
    quoted = inner > after
    stop = match["stop"]
    goes_on = following.islower() and not caseless
    if stop[0] != ".":
        if goes_on and not quoted:
            return False
        return not (match["closers"] and stop[0] in "!?" and _SPEAKING.match(text, after, after + 80))
    if goes_on and (not quoted or len(stop) > 1):
        return False
    if len(stop) > 1:
        return True
    return _period_ends(text, match, begin, inner, caseless=caseless)


def _period_ends(text: str, match: re.Match[str], begin: int, inner: int, *, caseless: bool) -> bool:
    """Tell whether a single full stop ends a sentence, by the word before it and the word after it (at ``inner``)."""
    token = _token_before(text, match.start(), begin)
    if not token:
        return True
    if _LABEL.fullmatch(text, begin, match.start()):
        return False
    following, word = text[inner], _word_at(text, inner)
    kind = _abbreviation(token, caseless=caseless)
    if kind is None or kind == "never":
        return kind is None
    if kind == "before_digit":
        return not any(map(str.isdigit, word))
    if kind == "hours":
        return not following.isdigit() and word not in _AFTER_HOURS
    return _starts_sentence(word, following, strict=kind == "initial", caseless=caseless, quoted=inner > match.end())


def _abbreviation(token: str, *, caseless: bool) -> str | None:
    """Return which sort of abbreviation a word before a full stop is, or None where it is an ordinary word."""
    last = token.replace("-", ".").rsplit(".", 1)[-1] if "-" in token else token
    capital = token.isupper() or caseless
    if caseless and token.upper() in _WORDS_IN_CAPITALS:
        return None
    forms = {token, last, last.capitalize(), last.lower()} if capital and len(last) > 1 else {token, last}
    if forms & _HOURS:
        return "hours"
    if forms & _NEVER:
        return "never"
    if forms & _BEFORE_DIGIT:
        return "before_digit"
    if len(token) == 1 and token.isalpha() and (token.isupper() or caseless):
        return "initial"
    initials = "." in token and all(len(part) == 1 and part.isalpha() for part in token.split("."))
    return "maybe" if initials or forms & _MAYBE else None


def _starts_sentence(word: str, following: str, *, strict: bool, caseless: bool, quoted: bool) -> bool:
    """Tell whether the word after an abbreviation begins a sentence; ``strict`` after an initial, where a name is likelier."""
    if quoted:
        return True
    if not following.isalpha():
        return following in "•*"
    if caseless:
        return word.upper() in _CAPITAL_STARTERS
    return word in _STARTERS and not (strict and word in _AFTER_INITIALS)


def _glued_end(text: str, match: re.Match[str], begin: int, end: int) -> int:
    """Return where a sentence ends at a stop without a space after it ("in Syria.The desert"), or ``begin`` where none does."""
    stop, closers, after = match.start("stop"), match["closers"], match.end()
    if text.startswith("==", after):
        return after
    opener = after
    if text[opener] in "“‘«([" and opener + 1 < end:
        opener += 1
    if not (text[opener].isupper() and opener + 1 < end) or len(match["stop"]) > 3:
        return begin
    before = text[stop - 1] if stop > begin else " "
    word = _word_at(text, opener)
    if before in _CLOSERS or before in "]%":
        safe = True
    elif before.isdigit():
        safe = len(word) >= 3 and word[1:].islower()
    else:
        token = _token_before(text, stop, begin)
        safe = (
            before.islower()
            and len(token) >= 2
            and "." not in token
            and token not in _NEVER
            and _is_plain(text, stop, begin, after, end)
        )
        safe = safe and (word in {"A", "I"} or (len(word) >= 2 and not word.isupper()) or match["stop"] != ".")
    if not safe:
        return begin
    if closers in {'"', "'"} and text.count(closers, max(begin, stop - 2_000), stop) % 2 == 0:
        return match.end("stop")
    return after


def _is_plain(text: str, stop: int, begin: int, after: int, end: int) -> bool:
    """Tell whether the run of characters around a stop is no web address, file or handle."""
    left = text[max(begin, stop - 60) : stop].rsplit(maxsplit=1)[-1:]
    right = text[after : min(end, after + 60)].split(maxsplit=1)[:1]
    run = "".join([*left, ".", *right])
    return not any(sign in run for sign in ("://", "www.", "@", "\\", "_", ".com", ".org", ".net"))


def _token_before(text: str, at: int, begin: int) -> str:
    """Return the word, with its inner stops, that ends at an offset."""
    match = _TOKEN.search(text[max(begin, at - 24) : at])
    return match.group().lstrip("'’-–—") if match else ""


def _word_at(text: str, at: int) -> str:
    match = _WORD.match(text, at, at + 24)
    word = match.group() if match else ""
    return word if word in _AFTER_HOURS else word.rstrip(".").removesuffix("'s").removesuffix("’s")


def _spans(text: str, start: int, ends: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the trimmed spans between ends, those that are too long cut."""
    for end in ends:
        while start < end and text[start].isspace():
            start += 1
        last = end
        while last > start and text[last - 1].isspace():
            last -= 1
        while last - start > MAX_CHARACTERS:
            cut = _cut(text, start)
            yield start, _rstrip(text, start, cut)
            start = cut
            while text[start].isspace():
                start += 1
        if last > start:
            yield start, last
        start = max(start, end)


def _cut(text: str, start: int) -> int:
    """Return where to cut a sentence that is too long: at the last ``;``, else ``,``, else white space, else at the limit."""
    limit = start + MAX_CHARACTERS
    for mark in ("; ", ", ", " ", "\n"):
        at = text.rfind(mark, start + MAX_CHARACTERS // 3, limit)
        if at >= 0:
            return at + 1
    return limit


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
