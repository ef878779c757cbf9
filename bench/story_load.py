"""The live stories when there are very many: reading them back after a restart, memory, and the time of a decision."""

import gc
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from bench.newswire import wire
from monitor.model.article import Article
from monitor.model.story import Member, Relation, StoryDecision
from monitor.stories.grouping import Grouper, GroupSettings
from monitor.stories.live import prepare
from monitor.stories.terms import Numbers, Terms
from monitor.stories.trace import Trace, pack

PROBES = 500
COMMON = 25
"""A word in more articles of the wire than this is the same in every round; others are other words each time."""


def report_load(folder: Path, members: int) -> list[float]:
    """Read so many members back, then decide about articles that are not among them; CPU seconds of each decision.

    The wire has some eight thousand articles; more are made of their traces with other rare words, places and shared
    word groups, so that what is live is not one wire many times over.
    """
    articles = wire(folder)
    probes, articles = articles[-PROBES:], articles[:-PROBES]
    traces = [prepare(article).trace for article in articles]
    counts = Counter(key for trace in traces for key in trace.terms.keys.tolist())
    common = np.array([key for key, count in counts.items() if count > COMMON], dtype=np.uint32)
    grouper = Grouper(GroupSettings(window=timedelta(days=3650), max_members=members))
    gc.collect()
    before = _resident()
    started = perf_counter()
    spent = 0.0
    for some in _batches(articles, traces, common, members):
        began = perf_counter()
        grouper.restore(some)
        spent += perf_counter() - began
        del some
    gc.collect()
    memory = _resident() - before
    took = []
    for article in probes:
        began = process_time()
        decision = grouper.decide(article)
        grouper.admit(article, decision)
        took.append(process_time() - began)
    print(
        f"  {len(grouper)} members: read back in {spent:.1f} s ({1e6 * spent / members:.0f} us each; "
        f"{perf_counter() - started - spent:.0f} s to make them), {memory:.0f} MB of memory"
    )
    return took


def _batches(
    articles: Sequence[Article],
    traces: Sequence[Trace],
    common: Numbers,
    count: int,
) -> Iterator[list[Member]]:
    batch: list[Member] = []
    for n in range(count):
        turn, place = divmod(n, len(articles))
        article = articles[place]
        decision = StoryDecision(f"{n:016x}", f"{n:016x}", Relation.NEW)
        trace = traces[place] if not turn else _other(traces[place], common, turn)
        batch.append(
            Member(
                story_id=decision.story_id,
                article_id=decision.article_id,
                source=article.source,
                key=f"{article.key} {turn}",
                url="",
                title="",
                text="",
                lang="en",
                outlet="",
                time=article.time,
                fetched=article.fetched + timedelta(seconds=n),
                relation=decision.relation,
                trace=pack(trace),
            )
        )
        if len(batch) == 2_000:
            yield batch
            batch = []
    yield batch


def _other(trace: Trace, common: Numbers, turn: int) -> Trace:
    mask = np.uint32(0x9E3779B1 * turn & 0xFFFFFFFF)
    keys = np.where(np.isin(trace.terms.keys, common), trace.terms.keys, trace.terms.keys ^ mask).astype(np.uint32)
    return replace(
        trace,
        digest=(int.from_bytes(trace.digest, "little") ^ turn).to_bytes(8, "little"),
        page=trace.page ^ turn if trace.page else 0,
        signature=trace.signature ^ np.uint8(turn * 37 % 256),
        places=tuple(sorted(place ^ int(mask) for place in trace.places)),
        terms=Terms(keys, trace.terms.codes, trace.terms.lead),
    )


def _resident() -> float:
    """Megabytes this process holds now; the most it ever held where the system does not tell."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
