"""How well articles are grouped into stories, beside single-pass TF-IDF and MinHash LSH, and at what price.

    python -m bench.stories [--data FOLDER] [--only stream,events,wire,load] [--members 100000]

`stream` is the project's own stream in tests/data/stories, its parts for development and its held-out one. `events` is
a folder of news articles with a gold event (`stories` under the data folder), `wire` 8,000 newswire stories with pairs
labelled as resends, corrections and recurring bulletins (`newswire`); both are skipped where the folder is absent.
`load` reads so many members back, and tells memory and the time of decisions among them. The peers' thresholds are the
best on the very set they are measured on; ours were chosen on the parts for development. MinHash LSH needs the `bench`
extra.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import process_time

from bench import story_load
from bench.newswire import wire
from bench.story_peers import minhash_labels, tfidf_sweep
from monitor.model.article import Article
from monitor.model.story import Relation, StoryDecision
from monitor.stories import neardup
from monitor.stories.grouping import Grouper, GroupSettings
from monitor.stories.live import prepare
from tests.unit.stories.stream import PARTS, stream

CHECKOUT = Path(__file__).resolve().parent.parent
_TICKER = re.compile(r"<(\w+)>")
LEAST_CHARACTERS = 200
FARTHEST = timedelta(days=6)
"""The public set's clean part: articles with a text, dated near the middle of their event's articles."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a grouping agrees with the gold one, pair by pair and article by article (B-cubed)."""

    precision: float
    recall: float
    bcubed_precision: float
    bcubed_recall: float
    false_merges: int
    missed_merges: int

    @property
    def f1(self) -> float:
        return _f1(self.precision, self.recall)

    def __str__(self) -> str:
        return (
            f"pairs P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}   "
            f"B-cubed P {self.bcubed_precision:.3f} R {self.bcubed_recall:.3f} "
            f"F1 {_f1(self.bcubed_precision, self.bcubed_recall):.3f}   "
            f"false merges {self.false_merges}, missed {self.missed_merges} pairs"
        )


def agreement(gold: Sequence[Hashable], found: Sequence[Hashable]) -> Agreement:
    """Compare two labellings of the same articles."""
    pairs = [(gold[a] == gold[b], found[a] == found[b]) for a in range(len(gold)) for b in range(a)]
    both = sum(g and f for g, f in pairs)
    merged, together = sum(f for _, f in pairs), sum(g for g, _ in pairs)
    shared = Counter(zip(gold, found, strict=True))
    in_gold, in_found = Counter(gold), Counter(found)
    count = max(1, len(gold))
    return Agreement(
        precision=both / merged if merged else 1.0,
        recall=both / together if together else 1.0,
        bcubed_precision=sum(n * n / in_found[f] for (_, f), n in shared.items()) / count,
        bcubed_recall=sum(n * n / in_gold[g] for (g, _), n in shared.items()) / count,
        false_merges=merged - both,
        missed_merges=together - both,
    )


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def decide_all(
    articles: Sequence[Article], settings: GroupSettings | None = None
) -> tuple[list[StoryDecision], list[float]]:
    """Group articles in this order; the decisions, and the CPU seconds of each."""
    grouper, decisions, took = Grouper(settings), [], []
    for article in articles:
        started = process_time()
        decision = grouper.decide(article)
        grouper.admit(article, decision)
        took.append(process_time() - started)
        decisions.append(decision)
    return decisions, took


def report_stream(part: str, *, errors: bool) -> None:
    golds = stream(part)
    decisions, _ = decide_all([g.article for g in golds])
    names = {d.story_id: g.story for d, g in reversed(list(zip(decisions, golds, strict=True)))}
    right: dict[str, list[bool]] = defaultdict(list)
    found, alerted, silent = 0, 0, 0
    for gold, decision in zip(golds, decisions, strict=True):
        same = names[decision.story_id] == gold.story and decision.relation == gold.relation
        right[gold.kind].append(same)
        said = " ".join(f"{c.text} {c.after}" for c in decision.changes).casefold()
        tells = decision.relation is not Relation.COPY and bool(decision.changes)
        if gold.brings_news:
            complete = all(any(w in said for w in news.casefold().split("|")) for news in gold.news)
            found += tells and complete and names[decision.story_id] == gold.story
        elif gold.relation != "new":
            silent += 1
            alerted += tells or decision.relation is Relation.NEW
        if errors and (not same or (gold.brings_news and not tells)):
            print(
                f"    {gold.article.key} [{gold.kind}] is {gold.relation} of {gold.story}, taken for "
                f"{decision.relation} of {names[decision.story_id]} ({decision.reason} {decision.score:.2f}) "
                f"{[c.kind + ': ' + c.text[:70] for c in decision.changes]}"
            )
    updates = sum(g.brings_news for g in golds)
    every = [same for kind in right.values() for same in kind]
    print(f"  {part}: {len(golds)} articles, {len({g.story for g in golds})} stories")
    print(
        f"    relations right {_share(sum(every), len(every))}; updates told {_share(found, updates)}; "
        f"of the others alerted {_share(alerted, silent)}"
    )
    for kind, values in sorted(right.items()):
        print(f"      {kind:<22} {_share(sum(values), len(values))}")
    gold_labels = [g.story for g in golds]
    print(f"    ours     {agreement(gold_labels, [d.story_id for d in decisions])}")
    _report_peers(gold_labels, [g.article for g in golds])


def _report_peers(gold: Sequence[Hashable], articles: Sequence[Article]) -> None:
    threshold, best = max(
        ((t, agreement(gold, labels)) for t, labels in tfidf_sweep(articles).items()), key=lambda found: found[1].f1
    )
    print(f"    TF-IDF   {best}   (best threshold {threshold})")
    labels = minhash_labels(articles)
    print(f"    MinHash  {agreement(gold, labels) if labels is not None else 'not installed: pip install .[bench]'}")


def events(folder: Path) -> list[tuple[str, Article]]:
    """Articles with their gold event, in order of time."""
    found = []
    for path in sorted(folder.glob("*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        time = datetime.fromisoformat(row["date_publish"]).replace(tzinfo=UTC)
        article = Article(
            row["source_domain"],
            row["dId"],
            row["title"] or "",
            row["text"] or "",
            time,
            time,
            outlet=row["source_domain"],
        )
        found.append((row["newsCluster"]["EventId"], article))
    return sorted(found, key=lambda pair: (pair[1].time, pair[1].key))


def clean(rows: Sequence[tuple[str, Article]]) -> list[tuple[str, Article]]:
    """Those with a text and dated near their event: the set has empty articles and some dated years late."""
    rows = [row for row in rows if len(row[1].text) >= LEAST_CHARACTERS]
    times = defaultdict(list)
    for event, article in rows:
        times[event].append(article.time)
    middle = {event: sorted(found)[len(found) // 2] for event, found in times.items()}
    return [(event, article) for event, article in rows if abs(article.time - middle[event]) < FARTHEST]


def report_events(folder: Path, *, errors: bool) -> None:
    rows = events(folder)
    for name, part in (("clean part", clean(rows)), ("everything", rows)):
        gold, articles = [event for event, _ in part], [article for _, article in part]
        decisions, took = decide_all(articles)
        print(f"  {name}: {len(part)} articles, {len(set(gold))} events; {_times(took)}")
        print(f"    ours     {agreement(gold, [d.story_id for d in decisions])}")
        _report_peers(gold, articles)
        if errors and name == "clean part":
            _print_missed(gold, articles, decisions)


def _print_missed(gold: Sequence[str], articles: Sequence[Article], decisions: Sequence[StoryDecision]) -> None:
    first: dict[str, str] = {}
    for event, article, decision in zip(gold, articles, decisions, strict=True):
        story = first.setdefault(event, decision.story_id)
        if decision.story_id != story:
            print(f"      {event} {article.time:%m-%d %H:%M} {article.title[:70]!r} -> {decision.reason}")


def report_wire(folder: Path, *, errors: bool) -> None:
    articles = wire(folder)
    decisions, took = decide_all(articles)
    by_id = {a.key: d for a, d in zip(articles, decisions, strict=True)}
    by_key = {a.key: a for a in articles}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (folder / "near_duplicate_pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        label, gap, jaccard, containment, one, other, title, other_title = line.split("\t")[:8]
        if one not in by_id or other not in by_id:
            continue
        later = by_id[other]
        together = by_id[one].story_id == by_id[other].story_id
        seen[label]["pairs"] += 1
        seen[label]["in one story"] += together
        seen[label]["told as a change"] += together and bool(later.changes)
        if label == "edited-resend" and not together and _is_another(*(by_key[key] for key in (one, other))):
            seen[label]["another filling"] += 1
        wrong = (
            together if label == "recurring-template" else not (together and (label != "correction" or later.changes))
        )
        if errors and wrong:
            print(
                f"      {label} {one} {other} gap {gap} jaccard {jaccard} containment {containment}: {title!r} / "
                f"{other_title!r}: {later.relation} {later.reason}"
            )
    print(f"  {len(articles)} stories in order of time; {_times(took)}")
    for label, counts in sorted(seen.items()):
        print(
            f"    {label:<20} in one story {_share(counts['in one story'], counts['pairs'])}, "
            f"told as a change {counts['told as a change']}"
            + (f"; {n} of the others are another day's or company's" if (n := counts["another filling"]) else "")
        )
    sizes = Counter(d.story_id for d in decisions).most_common(5)
    print(
        f"    largest stories: {', '.join(str(n) for _, n in sizes)}; "
        f"{_share(sum(d.relation is Relation.NEW for d in decisions), len(decisions))} are new"
    )
    if errors:
        titles = defaultdict(list)
        for article, decision in zip(articles, decisions, strict=True):
            titles[decision.story_id].append(article.title)
        for story, size in sizes:
            print(f"      {size}: {titles[story][:: max(1, size // 12)]}")


def _is_another(one: Article, other: Article) -> bool:
    """Whether a pair labelled as a resend names another company, or has the next day's numbers in the same places."""
    earlier, later = sorted((prepare(one), prepare(other)), key=lambda p: p.time)
    found = neardup.differences(later.side, earlier.side)
    next_day = later.time - earlier.time >= neardup.NEXT_DAY and bool(found.numbers)
    companies = [set(_TICKER.findall(article.title)) for article in (one, other)]
    return next_day or bool(found.lead_names) or (all(companies) and not companies[0] & companies[1])


def report_load(folder: Path, members: int) -> None:
    print(f"  decisions with so many live: {_times(story_load.report_load(folder, members))}")


def _times(seconds: Sequence[float]) -> str:
    p95 = quantiles(seconds, n=20)[-1]
    return f"CPU median {1000 * median(seconds):.1f} ms, p95 {1000 * p95:.1f} ms, longest {1000 * max(seconds):.0f} ms"


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.3f})" if whole else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=CHECKOUT.parent / "shared" / "data")
    parser.add_argument("--only", default="stream,events,wire,load")
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument(
        "--errors", action="store_true", help="print what is taken wrongly (never for the held-out part)"
    )
    args = parser.parse_args()
    chosen = set(args.only.split(","))
    parts: list[tuple[str, str, Callable[[Path], None]]] = [
        ("events", "stories", lambda folder: report_events(folder, errors=args.errors)),
        ("wire", "newswire", lambda folder: report_wire(folder, errors=args.errors)),
        ("load", "newswire", lambda folder: report_load(folder, args.members)),
    ]
    if "stream" in chosen:
        print("own stream")
        for part in PARTS:
            report_stream(part, errors=args.errors and part != "held_out")
    for name, sub, report in parts:
        if name in chosen:
            print(name)
            folder = args.data / sub
            report(folder) if folder.is_dir() else print(f"  skipped: there is no {folder}")


if __name__ == "__main__":
    main()
