"""Naive regular expressions, spaCy's PhraseMatcher and this program's matcher, side by side on newswire stories.

    python -m bench.matching [--data FOLDER] [--sizes 1000,10000,100000] [--articles 300]

The folder holds stories in SGML files (Reuters-21578 is such a collection); without `--data` it is taken from
NEWSWIRE_DATA, or is ../shared/data/newswire beside the checkout. Rules are drawn from every second story and matched
against the others. Each line is measured in a process of its own, so that memory is its own, and begins with the cost
of normalising the same stories just then: on a machine with other work, compare with that.
"""

import argparse
import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import spacy
from spacy.matcher import PhraseMatcher

from bench.newswire import booleans, phrases, stories
from monitor.matching import Matcher
from monitor.matching.text import haystack
from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Condition, NoneOf, Rule, Term

CHECKOUT = Path(__file__).resolve().parent.parent
KINDS = {"phrases": phrases, "booleans": booleans}
ROUNDS = 5
PATIENCE = 20.0
"""Seconds one engine may match for; the slow ones see fewer stories."""

Engine = Callable[[Article], int]
"""How many rules hold for an article."""


def naive(rules: Sequence[Rule]) -> Engine:
    """One compiled expression a term, tried one rule after the other."""

    def holds(condition: Condition) -> Callable[[str], object]:
        match condition:
            case Term():
                words = r"\W+".join(map(re.escape, condition.text.split()))
                return re.compile(rf"\b{words}\b", re.IGNORECASE).search
            case AnyOf(parts):
                tests = [holds(part) for part in parts]
                return lambda text: any(test(text) for test in tests)
            case AllOf(parts):
                tests = [holds(part) for part in parts]
                return lambda text: all(test(text) for test in tests)
            case NoneOf(parts):
                tests = [holds(part) for part in parts]
                return lambda text: not any(test(text) for test in tests)
            case _:
                raise NotImplementedError(condition)

    re.purge()
    tests = [holds(rule.condition) for rule in rules]
    return lambda article: sum(bool(test(article.document)) for test in tests)


def spacy_phrases(rules: Sequence[Rule]) -> Engine:
    """PhraseMatcher on lower-case tokens; its tokeniser is part of the price."""
    tokenise = spacy.blank("en").make_doc
    matcher = PhraseMatcher(tokenise("").vocab, attr="LOWER")
    for rule in rules:
        matcher.add(rule.id, [tokenise(str(rule.condition))])
    return lambda article: len({match for match, _, _ in matcher(tokenise(article.document))})


def ours(rules: Sequence[Rule]) -> Engine:
    matcher = Matcher(rules)
    return lambda article: len(matcher.holding(article))


def ours_with_evidence(rules: Sequence[Rule]) -> Engine:
    matcher = Matcher(rules)
    return lambda article: len(matcher.match(article))


ENGINES = {"naive re": naive, "spaCy": spacy_phrases, "ours": ours, "ours, evidence": ours_with_evidence}


def microseconds(engine: Engine, articles: Sequence[Article]) -> tuple[float, float, int]:
    """The median cost of an article, how many rules held on average, and over how many articles."""
    started = perf_counter()
    held = engine(articles[0])
    one = perf_counter() - started
    fits = int(PATIENCE / ROUNDS / one)
    if not fits:
        return one * 1e6, held, 1
    articles = articles[:fits]
    costs = []
    for _ in range(ROUNDS):
        started = perf_counter()
        held = sum(map(engine, articles))
        costs.append((perf_counter() - started) / len(articles) * 1e6)
    return median(costs), held / len(articles), len(articles)


def normalisation(articles: Sequence[Article]) -> float:
    """What reading the same articles' words alone costs, in microseconds an article."""
    return microseconds(lambda article: len(haystack(article.document)), articles)[0]


def measure(engine: str, kind: str, size: int, folder: Path, most: int) -> dict[str, float]:
    """One line of the table; run in a process of its own."""
    told = stories(folder)
    rules = KINDS[kind](told[1::2], size)
    articles = told[::2][:most]
    before = normalisation(articles)
    ENGINES[engine](rules[:2])(articles[0])  # what is imported or made once is no cost of compiling
    gc.collect()
    resident = _resident_mb()
    started = perf_counter()
    compiled = ENGINES[engine](rules)
    build = perf_counter() - started
    gc.collect()
    memory = _resident_mb() - resident
    cost, holding, seen = microseconds(compiled, articles)
    # The machine's speed drifts; the yardstick is what normalising costs before and after.
    normalise = (before + normalisation(articles)) / 2
    return {"build": build, "memory": memory, "cost": cost, "normalise": normalise, "holding": holding, "seen": seen}


def _resident_mb() -> float:
    """Memory in use, from the kernel where it tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def table(folder: Path, sizes: Sequence[int], most: int) -> None:
    told = stories(folder)
    if not told:
        sys.exit(f"no stories in {folder}: it needs *.sgm files of Reuters-21578; name it with --data or NEWSWIRE_DATA")
    used = told[::2][:most]
    words = sum(len(article.document.split()) for article in used) / len(used)
    print(f"{len(used)} stories of {words:.0f} words; one core; medians of {ROUNDS}; load {os.getloadavg()[0]:.1f}")
    print(f"{'':30}{'articles/s':>11}{'us/article':>11}{'x normal.':>10}{'compile s':>10}{'MB':>6}{'hold':>7}{'on':>5}")
    costs: dict[tuple[str, str, int], float] = {}
    for kind in KINDS:
        for size in sizes:
            for engine in ENGINES:
                if engine == "spaCy" and kind != "phrases":
                    continue
                found = _in_own_process(engine, kind, size, folder, most)
                costs[engine, kind, size] = found["cost"] / found["normalise"]
                print(
                    f"{size:>7,} {kind:9} {engine:12.14}{1e6 / found['cost']:>12,.1f}{found['cost']:>11,.0f}"
                    f"{costs[engine, kind, size]:>10,.1f}{found['build']:>10.2f}{found['memory']:>6.0f}"
                    f"{found['holding']:>7.1f}{found['seen']:>5.0f}",
                    flush=True,
                )
    _summary(costs, sizes)


def _summary(costs: dict[tuple[str, str, int], float], sizes: Sequence[int]) -> None:
    """What the figures come to, each measured against normalisation at its own time."""
    for kind in KINDS:
        for engine in ("ours", "ours, evidence"):
            growth = costs[engine, kind, sizes[-1]] / costs[engine, kind, sizes[0]]
            print(f"{engine}, {kind}: {sizes[-1]:,} cost {growth:.1f} times what {sizes[0]:,} do")
            for size in sizes:
                print(f"  {size:,}: {costs['naive re', kind, size] / costs[engine, kind, size]:,.0f} times naive re")


def _in_own_process(engine: str, kind: str, size: int, folder: Path, most: int) -> dict[str, float]:
    one = json.dumps([engine, kind, size, str(folder), most])
    done = subprocess.run(
        [sys.executable, "-m", "bench.matching", "--one", one], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__.partition("\n")[0])
    default = os.environ.get("NEWSWIRE_DATA") or CHECKOUT.parent / "shared" / "data" / "newswire"
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of newswire stories (*.sgm)")
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of rules")
    parser.add_argument("--articles", type=int, default=300, help="stories to match at most")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        engine, kind, size, folder, most = json.loads(given.one)
        print(json.dumps(measure(engine, kind, size, Path(folder), most)))
    elif not given.data.is_dir():
        sys.exit(f"{given.data} is not there; name a folder of newswire stories with --data or NEWSWIRE_DATA")
    else:
        table(given.data, [int(size) for size in given.sizes.split(",")], given.articles)


if __name__ == "__main__":
    main()
