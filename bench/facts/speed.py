"""How long an article of 400 words takes on one core, beside the bare model on the same text."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles
from time import process_time

from bench.facts import brat
from bench.facts.report import Context, Result, Table
from monitor.facts import nlp

DAY = datetime(2016, 10, 1, 12, tzinfo=UTC)
ARTICLES = 60
WORDS = 400
ROUNDS = 3


def measure(context: Context) -> Result:
    """Every article in every way in turn, so that other work on the machine slows all alike; the best of the rounds."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts: list[str] = []
    for article in brat.articles(context.folder("attribution", "polnear", "train")):
        words = article.text.split(" ")
        if len(words) >= WORDS and len(texts) < ARTICLES:
            texts.append(" ".join(words[:WORDS]))
    context.extractor.extract("Loaded as in a worker, which starts before numpy is there.", DAY, "en")
    import spacy  # noqa: PLC0415 - after the extractor, which has numpy keep to one thread

    language = spacy.load(nlp.load("auto", "en").name)

    def bare(text: str) -> object:
        return language(nlp.mend(text))

    def ours(text: str) -> object:
        return context.extractor.extract(text, DAY, "en")

    bare(texts[0]), ours(texts[0])
    costs = _best({"the bare model": bare, "all key facts": ours}, texts)
    base = costs["the bare model"]
    rows = [
        (
            name,
            median(each) * 1e3,
            quantiles(each, n=20)[-1] * 1e3,
            median(mine / theirs for mine, theirs in zip(each, base, strict=True)),
        )
        for name, each in costs.items()
    ]
    title = f"{len(texts)} articles of {WORDS} words on one core, milliseconds of its time"
    return Result([Table(title, ("", "median", "p95", "times the model"), rows)])


def _best(ways: dict[str, Callable[[str], object]], texts: Sequence[str]) -> dict[str, list[float]]:
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for text in texts:
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            for name, way in ways.items():
                started = process_time()
                way(text)
                best[name] = min(best[name], process_time() - started)
        for name, cost in best.items():
            costs[name].append(cost)
    return costs
