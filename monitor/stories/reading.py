"""Reading an article for grouping: words, names, numbers, days and sentences, without a language model."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.stories.genre import is_roundup, is_stub
from monitor.stories.numbers import NUMBER_WORDS, Figure, figures_of
from monitor.stories.phrases import AGAIN, FURNITURE, LOOKS_BACK
from monitor.stories.vocabulary import ACTIONS, COMMON, COMMON_STEMS, MONTHS, STOP, WEEKDAYS, stem

MAX_CHARS = 12_000
"""Longer texts are read up to here: a story shows in an article's first pages or nowhere."""

LEAD_SENTENCES = 3
MIN_TEXT = 8
"""A text of fewer words is no text: the article is its title."""

MAX_STEMS = 300
"""An article is weighed by the first so many different words."""

NUMBERED_SENTENCES = 20
"""Numbers are read in so many sentences from the top; further down they are background."""

NAME_BOOST = 1.4

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]|(?:[^\W\d_](?:(?![{_UNSPACED}])[^\W_])*\u0301?)(?:['’](?![sS]\b)[^\W\d_]+)*"
)
_UNSPACED_CHAR = re.compile(rf"[{_UNSPACED}]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’»)\]]*\s+(?=[\"“‘«(\[]?[^\sa-zа-яіїєґа-я])|(?<=[。！？])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Capt|Maj|Sen|Rep|Gov|Pres|St|No|vs|Inc|Co|Corp|Ltd|Jr|Sr|Jan|Feb|Mar|Apr|Jun|"
    r"Jul|Aug|Sep|Sept|Oct|Nov|Dec|Fig|approx|est)|\b[A-Z]|\b[A-Z]\.[A-Z]|\b[ap]\.m)\.$"
)
_DATELINE = re.compile(
    r"^(?:[A-ZÀ-Þ][\w.'’ /,-]{1,40}?,?\s+)?(?:\([^)]{2,30}\)\s*)?(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}\s+)?"
    r"[—–-]{1,2}\s+(?=\S)"
)
_PLACE_CUE = frozenset(
    ["in", "at", "near", "on", "off", "outside", "over", "into", "from", "across", "around", "inside", "of"]
)
_DATE = re.compile(r"^(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d)$")
_DAY_NUMBER = re.compile(r"^(?:[1-9]|[12]\d|3[01])$", re.ASCII)
_SPEECH = "said says say told announced reported wrote added declared confirmed denied reporters journalists statement"
_SAYING = frozenset(_SPEECH.split())
_TODAY = frozenset({"today", "tonight", "overnight"})
_YESTERDAY = frozenset({"yesterday"})
_DAY_WORDS = frozenset({*WEEKDAYS, *MONTHS, *_TODAY, *_YESTERDAY})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of title or text, read.

    Attributes:
        text: as the article has it.
        words: stems that carry a subject, in reading order.
        names: those of them that are proper names.
        actions: classes of acts it tells of.
        figures: numbers with what they count.
    """

    text: str
    words: tuple[str, ...]
    names: frozenset[str]
    actions: frozenset[str]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article read once; everything the grouping compares.

    Attributes:
        tokens: all words and numbers of the text in order, folded; where the text is empty, of the title.
        title: the title as a sentence.
        body: the sentences of the text without the page's furniture.
        weights: stem -> how much the article is about it (title and lead count more), before rarity.
        names: proper names anywhere; lead_names: in title and lead.
        counts: the numbers of title and lead as text, "#12": what two reports count alike, they count of one event.
        places: names that stand where a place stands ("in Odesa"), in title and lead.
        days: calendar days on which title and lead say that something happened, reckoned from the article's time; the
            day on which somebody said so is none of them.
        all_days: those the whole text names.
        again: title or first sentence tell of one more event of a kind.
        looks_back: title or lead speak of an event told before, such as a toll that rises.
        roundup: a list of headlines or pictures rather than a report.
        titled_only: there is no text to speak of.
        stub: there is one, but it only asks for a subscription.
    """

    tokens: tuple[str, ...]
    title: Sentence
    body: tuple[Sentence, ...]
    weights: dict[str, float]
    names: frozenset[str]
    lead_names: frozenset[str]
    counts: tuple[str, ...]
    places: frozenset[str]
    days: frozenset[date]
    all_days: frozenset[date]
    again: bool
    looks_back: bool
    roundup: bool
    titled_only: bool
    stub: bool

    @property
    def lead(self) -> tuple[Sentence, ...]:
        """Title and the first sentences."""
        return (self.title, *self.body[:LEAD_SENTENCES])


def tokens_of(text: str) -> list[str]:
    """Folded words and numbers in order; scripts without spaces give one token a character."""
    return [word.casefold() for word in _TOKEN.findall(_plain(text))]


def body_of(text: str) -> str:
    """The report without the page's furniture and dateline, cut to what is read."""
    kept = [p for p in (p.strip() for p in text[:MAX_CHARS].split("\n")) if p and not FURNITURE.match(p)]
    if kept:
        kept[0] = _DATELINE.sub("", kept[0], count=1) or kept[0]
    return "\n".join(kept)


def split_sentences(text: str) -> list[str]:
    """Sentences by punctuation and line ends, abbreviations kept whole."""
    found: list[str] = []
    for piece in _pieces(text):
        if found and _ABBREVIATION.search(found[-1][-12:]) and not found[-1].endswith("\n"):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _pieces(text: str) -> Iterator[str]:
    for piece in _SENTENCE_END.split(text):
        if piece and (stripped := piece.strip()):
            yield stripped


def read(title: str, text: str, time: datetime) -> Reading:
    """Read an article. Pure: the same words and time give the same reading."""
    title = title[:1000]
    title_words = _TOKEN.findall(_plain(title))
    body = body_of(text)
    stub = is_stub(body or text[:MAX_CHARS], told=lambda: bool(body) and _tells_of(body, title_words))
    if stub:
        body = ""
    sentences = split_sentences(body)
    body_words = [_TOKEN.findall(_plain(s)) for s in sentences]
    names = _names(body_words, title_words) or _title_subject(title, title_words)
    first = _sentence(title, title_words, names)
    rest = tuple(
        _sentence(s, w, names, numbered=n < NUMBERED_SENTENCES)
        for n, (s, w) in enumerate(zip(sentences, body_words, strict=True))
    )
    lead, lead_words = (first, *rest[:LEAD_SENTENCES]), [title_words, *body_words[:LEAD_SENTENCES]]
    title_tokens = [w.casefold() for w in title_words]
    tokens = [w.casefold() for words in body_words for w in words]
    again = any(AGAIN.search(s.text) for s in lead[:2])
    titled_only = len(tokens) < MIN_TEXT
    return Reading(
        tokens=(*title_tokens, *tokens) if titled_only else tuple(tokens),
        title=first,
        body=rest,
        weights=_weights(first, rest),
        names=frozenset(n for s in (first, *rest) for n in s.names),
        lead_names=frozenset(n for s in lead for n in s.names),
        counts=tuple(dict.fromkeys(f"#{f.low:g}" for s in lead for f in s.figures)),
        places=frozenset(p for words in lead_words for p in _places(words, names)),
        days=days_of([w.casefold() for words in lead_words for w in words], time.date(), of_events=True),
        all_days=days_of([*title_tokens, *tokens], time.date()),
        looks_back=any(LOOKS_BACK.search(s.text) for s in lead) and not again,
        again=again,
        roundup=is_roundup(title, text[:MAX_CHARS], first.words, [s.words for s in rest], [s.names for s in rest]),
        titled_only=titled_only,
        stub=stub,
    )


def _tells_of(body: str, title: Sequence[str]) -> bool:
    """Whether a text has a word of substance of its title."""
    wanted = {stem(w.casefold()) for w in title if len(w) > 2 and w.casefold() not in STOP} - COMMON_STEMS
    return any(stem(word) in wanted for word in tokens_of(body))


def _plain(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _sentence(text: str, raw: Sequence[str], names: frozenset[str], *, numbered: bool = True) -> Sentence:
    tokens = [w.casefold() for w in raw]
    stems = [stem(t) for t in tokens]
    words = tuple(
        _join(s for t, s in zip(tokens, stems, strict=True) if t not in STOP and s not in STOP and not t[0].isdigit())
    )
    numbered = numbered and any(t[0].isdigit() or t in NUMBER_WORDS for t in tokens)
    return Sentence(
        text=text,
        words=words,
        names=names.intersection(words),
        actions=frozenset(ACTIONS[s] for s in stems if s in ACTIONS and s not in names),
        figures=figures_of(text, frozenset(words)) if numbered else (),
    )


def _join(stems: Iterator[str]) -> Iterator[str]:
    """Words as they are; characters of unspaced scripts as overlapping pairs."""
    before = ""
    for s in stems:
        if len(s) == 1 and _UNSPACED_CHAR.match(s):
            if before:
                yield before + s
            before = s
        else:
            before = ""
            if len(s) > 1:
                yield s


def _names(sentences: Sequence[Sequence[str]], title: Sequence[str]) -> frozenset[str]:
    """Stems of words written with a capital inside sentences (or as capitals throughout), and seldom without one."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    texts = list(sentences)
    if len(title) > 1 and sum(w[0].isupper() for w in title[1:]) < 0.6 * (len(title) - 1):
        texts.append(title)
    for words in texts:
        if len(words) > 3 and all(w.isupper() for w in words if w[0].isalpha()):
            continue
        for place, word in enumerate(words):
            if word[0].islower():
                small[word] += 1
            elif word[0].isupper() and word.casefold() not in STOP:
                acronym = word.isupper() and len(word) > 1
                if place or acronym or _starts_a_name(words):
                    capital[word] += 1
    return frozenset(stem(w.casefold()) for w, n in capital.items() if len(w) > 1 and n >= small[w.casefold()])


def _starts_a_name(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[1][0].isupper() and words[1].casefold() not in STOP


def _title_subject(title: str, words: Sequence[str]) -> frozenset[str]:
    """What to take for names where the text has none and the title's capitals tell nothing: its rarer words."""
    if title.islower() or not title.isascii():
        return frozenset()
    folded = (w.casefold() for w in words if w[0].isalpha() and len(w) > 2)
    stems = {stem(w) for w in folded if w not in STOP and w not in COMMON}
    return frozenset(s for s in stems if s not in ACTIONS)


def _places(words: Sequence[str], names: frozenset[str]) -> Iterator[str]:
    """Names that follow a preposition of place, with all parts of a longer name."""
    inside = False
    for raw in words:
        word = raw.casefold()
        if word in _PLACE_CUE:
            inside = True
        elif inside and raw[0].isupper() and stem(word) in names:
            yield stem(word)
        elif word not in {"the", "and"}:
            inside = False


def _weights(title: Sentence, body: Sequence[Sentence]) -> dict[str, float]:
    """How often, with the title counted twice, the lead one and a half times, and names more than other words."""
    weights: dict[str, float] = {}
    for place, sentence in enumerate((title, *body)):
        factor = 2.0 if place == 0 else 1.5 if place <= LEAD_SENTENCES else 1.0
        for word in sentence.words:
            weights[word] = weights.get(word, 0.0) + (factor * NAME_BOOST if word in sentence.names else factor)
        if len(weights) >= MAX_STEMS:
            break
    return weights


def days_of(tokens: Sequence[str], today: date, *, of_events: bool = False) -> frozenset[date]:
    """Calendar days a text names: dates, weekdays (the last one up to today), today and yesterday.

    Args:
        tokens: folded words.
        today: the day to reckon from.
        of_events: leave out the days on which somebody said something.
    """
    found: set[date] = set()
    for at, token in enumerate(tokens):
        if token not in _DAY_WORDS and not token[0].isdigit():
            continue
        if of_events and not _SAYING.isdisjoint(tokens[max(0, at - 3) : at]):
            continue
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in WEEKDAYS:
            if before not in {"next", "this"}:
                found.add(today - timedelta((today.weekday() - WEEKDAYS[token]) % 7))
        elif token in MONTHS:
            found.update(_day(day, MONTHS[token], today) for day in (before, after) if _DAY_NUMBER.match(day))
        elif token in _TODAY:
            found.add(today)
        elif token in _YESTERDAY:
            found.add(today - timedelta(1))
        elif token[0].isdigit() and (match := _DATE.match(token)):
            found.update(_exact(match["year"], match["month"], match["day"]))
        elif len(token) == 4 and token.startswith("20") and len(after) == 2 and at + 2 < len(tokens):
            found.update(_exact(token, after, tokens[at + 2]))
    return frozenset(found)


def _day(day: str, month: int, today: date) -> date:
    """The nearest such day that is not more than half a year ahead."""
    found = date(today.year, month, 1) + timedelta(int(day) - 1)
    return found if (found - today).days < 180 else found - timedelta(365)


def _exact(year: str, month: str, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return
