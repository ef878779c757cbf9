"""Claims and direct quotes against PolNeAR: news articles with every attribution marked as source, cue and content."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bench.facts import brat
from bench.facts.peers import textacy_quotations
from bench.facts.report import Context, Result, Score, Skipped, Table
from monitor.model.facts import Facts, Span

DAY = datetime(2016, 10, 1, 12, tzinfo=UTC)
THRESHOLDS = (0.5, 0.8)
"""Word IoU of two contents from which on they are the same."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_QUOTE_MARKS = "“”\"'‘’«»"
_SPEECH = re.compile(
    r"""(?xi)\b(?: sa(?:y|ys|id|ying) | tell(?:s|ing)? | told | according | state[sd]? | stating
    | (?: add | note | ask | claim | argu | declar | explain | report | announc | confirm | tweet | insist | maintain
        | assert | contend | suggest | warn | caution | acknowledg | admit | conced | conclud | reveal | disclos
        | repl | respond | continu | answer | testif | mention | remark | observ | recall | comment | stress
        | emphasiz | emphasis | alleg | indicat | predict | den ) (?:e|es|ed|d|s|ing|y|ies|ied|ying)?
    | wr[io]te[s]? | writing | written | point(?:s|ed|ing)?\ out )\b"""
)
_OPENS = "“\"‘'«"


@dataclass(frozen=True, slots=True)
class Told:
    """A source and a content, from whichever side; `cue` is the words that join them."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    cue: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One article: what is annotated, what was found, and which belong together, best first.

    Attributes:
        asked: which of the annotated must be found; the others may be.

    """

    article: brat.Annotated
    gold: Sequence[Told]
    found: Sequence[Told]
    pairs: Sequence[tuple[float, int, int]]
    asked: frozenset[int]

    def right(self, threshold: float) -> dict[int, int]:
        """Annotated by found, for those that agree well enough."""
        return {g: f for iou, g, f in self.pairs if iou >= threshold}


def train(context: Context) -> Result:
    return _measure(context, "train")


def dev(context: Context) -> Result:
    return _measure(context, "dev")


def _measure(context: Context, split: str) -> Result:
    folder = context.folder("attribution", "polnear", split)
    articles = list(brat.articles(folder))
    facts = [context.extractor.extract(article.text, DAY, "en") for article in articles]
    claims = [
        compare(article, map(_annotated, article.attributions), _claims(one))
        for article, one in zip(articles, facts, strict=True)
    ]
    quotes = [_compared_quotes(article, _quotes(one)) for article, one in zip(articles, facts, strict=True)]
    rows: list[tuple[str | int | float | None, ...]] = [
        ("claims", *_figures(claims), _source_accuracy(claims)),
        ("direct quotes", *_figures(quotes), _source_accuracy(quotes)),
    ]
    try:
        peer = textacy_quotations()
    except Skipped as reason:
        rows.append((f"textacy: {reason}", *[None] * 7))
    else:
        others = [_compared_quotes(article, (Told(*parts) for parts in peer(article.text))) for article in articles]
        rows.append(("direct quotes, textacy", *_figures(others), _source_accuracy(others)))
    columns = ("", *(f"{kind} {t}" for t in THRESHOLDS for kind in ("P", "R", "F1")), "source")
    tables = [
        Table(f"PolNeAR {split}, {len(articles)} articles: contents by word IoU", columns, rows),
        Table("Recall by kind of cue", ("", "annotated", "cue met", *(f"R {t}" for t in THRESHOLDS)), _by_cue(claims)),
    ]
    return Result(tables, [*_errors("claim", claims), *_errors("quote", quotes)])


def compare(
    article: brat.Annotated, gold: Iterable[Told], found: Iterable[Told], asked: Iterable[int] | None = None
) -> Compared:
    """Pair the annotated with the found, each at most once, the best agreement first; all are asked for by default."""
    there, ours = list(gold), list(found)
    wanted = [_words(article.text, told.content) for told in there]
    got = [_words(article.text, told.content) for told in ours]
    at: dict[int, list[int]] = {}
    for number, words in enumerate(got):
        for word in words:
            at.setdefault(word, []).append(number)
    candidates = []
    for number, words in enumerate(wanted):
        for other in {n for word in words for n in at.get(word, ())}:
            iou = len(words & got[other]) / len(words | got[other])
            candidates.append((-iou, not _meet(there[number].cue, ours[other].cue), number, other))
    pairs, left, right = [], set[int](), set[int]()
    for iou, _, number, other in sorted(candidates):
        if number not in left and other not in right:
            left.add(number)
            right.add(other)
            pairs.append((-iou, number, other))
    return Compared(article, there, ours, pairs, frozenset(range(len(there)) if asked is None else asked))


def _compared_quotes(article: brat.Annotated, found: Iterable[Told]) -> Compared:
    """Quotes against the annotated contents that are nothing but a quoted sentence.

    A quote that is the content of another attribution, or a part of one, is no falsehood.
    """
    gold = list(map(_annotated, article.attributions))
    contents = [_words(article.text, told.content) for told in gold]
    kept = []
    for told in found:
        words = _words(article.text, told.content)
        near = [len(words & content) / len(words | content) for content in contents if words & content]
        if max(near, default=0.0) >= THRESHOLDS[0] or not any(words <= content for content in contents):
            kept.append(told)
    return compare(article, gold, kept, (n for n, one in enumerate(article.attributions) if _is_direct(article, one)))


def _annotated(attribution: brat.Attribution) -> Told:
    return Told(attribution.content, attribution.source, attribution.cue)


def _claims(facts: Facts) -> Iterator[Told]:
    for claim in facts.claims:
        yield Told(claim.content, (claim.source.span,) if claim.source else (), (claim.cue_span,))


def _quotes(facts: Facts) -> Iterator[Told]:
    """Whole sentences in quotation marks that somebody is found to say."""
    for quote in facts.quotes:
        if quote.type == "direct" and quote.speaker is not None:
            yield Told(quote.pieces, (quote.speaker.span,), ())


def _is_direct(article: brat.Annotated, attribution: brat.Attribution) -> bool:
    """Whether a content is nothing but words in quotation marks that begin as a sentence does."""
    pieces = [article.text[span.start : span.end].strip() for span in attribution.content]
    quoted = all(p[:1] in _OPENS and p.rstrip(".,;")[-1:] in _QUOTE_MARKS and len(p) > 2 for p in pieces)
    return quoted and pieces[0].lstrip(_OPENS + "[(….")[:1].isupper()


def _words(text: str, spans: Iterable[Span]) -> set[int]:
    return {span.start + word.start() for span in spans for word in _WORD.finditer(text[span.start : span.end])}


def _meet(some: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(a.start < b.end and b.start < a.end for a in some for b in others)


def _figures(compared: Sequence[Compared]) -> Iterator[float]:
    for threshold in THRESHOLDS:
        right = [one.right(threshold) for one in compared]
        found = Score(sum(map(len, right)), sum(len(one.found) for one in compared), 0)
        asked = sum(len(one.asked & each.keys()) for one, each in zip(compared, right, strict=True))
        there = Score(asked, 0, sum(len(one.asked) for one in compared))
        both = found.precision + there.recall
        yield from (found.precision, there.recall, 2 * found.precision * there.recall / both if both else 0.0)


def _source_accuracy(compared: Sequence[Compared]) -> float:
    """How often the found source shares a word with the annotated one, where the contents agree."""
    both = [
        _meet(one.gold[g].source, one.found[f].source)
        for one in compared
        for g, f in one.right(THRESHOLDS[0]).items()
        if one.gold[g].source
    ]
    return sum(both) / len(both) if both else 0.0


def cue_kind(text: str, told: Told) -> str:
    """The kind of an annotated cue: of speech and claim, a heading's mark, or a reaction, attitude or other word."""
    words = " ".join(text[span.start : span.end] for span in told.cue)
    if not any(char.isalnum() for char in words):
        return "marks (: ―)"
    return "speech and claim" if _SPEECH.search(words) else "reaction, attitude, other"


def _by_cue(compared: Sequence[Compared]) -> list[tuple[str | int | float | None, ...]]:
    there: Counter[str] = Counter()
    met: Counter[str] = Counter()
    right: dict[float, Counter[str]] = {threshold: Counter() for threshold in THRESHOLDS}
    for one in compared:
        cues = [claim.cue for claim in one.found]
        agree = {threshold: one.right(threshold) for threshold in THRESHOLDS}
        for number, told in enumerate(one.gold):
            kind = cue_kind(one.article.text, told)
            there[kind] += 1
            met[kind] += any(_meet(told.cue, cue) for cue in cues)
            for threshold in THRESHOLDS:
                right[threshold][kind] += number in agree[threshold]
    return [
        (kind, count, met[kind] / count, *(right[t][kind] / count for t in THRESHOLDS))
        for kind, count in there.most_common()
    ]


def _words_at(text: str, spans: Sequence[Span]) -> str:
    return " … ".join(" ".join(text[span.start : span.end].split()) for span in spans)


def _errors(kind: str, compared: Sequence[Compared]) -> Iterator[str]:
    """Misses, falsehoods and wrong sources: kind, article, place, cue, and the words."""
    for one in compared:
        agree = one.right(THRESHOLDS[0])
        text, name = one.article.text, one.article.name
        say = partial(_words_at, text)
        for number, told in enumerate(one.gold):
            where = f"{name}:{told.content[0].start}"
            if number not in agree:
                if number not in one.asked:
                    continue
                yield f"{kind} missed\t{where}\t[{say(told.source)}] {say(told.cue)}\t{say(told.content)}"
            elif told.source and not _meet(told.source, one.found[agree[number]].source):
                wrong = say(one.found[agree[number]].source)
                yield f"{kind} source\t{where}\t[{say(told.source)}] {say(told.cue)}\tsaid to be: {wrong}"
        used = set(agree.values())
        for number, told in enumerate(one.found):
            if number not in used:
                where = f"{name}:{told.content[0].start}"
                yield f"{kind} wrong\t{where}\t[{say(told.source)}] {say(told.cue)}\t{say(told.content)}"
