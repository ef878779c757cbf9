"""Feed parsing: conformance on public suites beside feedparser's own result, and speed.

    python -m bench.feeds [--data FOLDER] [--failures] [--part conformance|speed]

The folder holds the suites of feedparser, gofeed and feed-rs, each as it lies in its repository; without `--data` it
is taken from FEEDS_DATA, or is ../shared/data/feeds beside the checkout. A case passes where every core field it
expects is there: the number of entries; id, link, title, date, text, author and language of each; title, link and
language of the feed. Texts are compared without markup and white space, for this program keeps plain text, and by the
same comparison for both readers.
"""

import argparse
import io
import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import fastfeedparser
import feedparser

from bench.feed_readings import failures, feedparsers, ours
from bench.feed_suites import Case, cases, documents
from monitor.errors import ParseError
from monitor.model.article import Feed
from monitor.sources.dates import parse_date
from monitor.sources.feeds import http_url, parse_feed
from monitor.sources.parse import parse_raw
from monitor.sources.sanitize import sanitized

CHECKOUT = Path(__file__).resolve().parent.parent
SUITES = Path(os.environ.get("FEEDS_DATA", CHECKOUT.parent / "shared" / "data" / "feeds"))
ROUNDS = 5
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SUITES)
    parser.add_argument("--failures", action="store_true", help="name each file that fails, and why")
    parser.add_argument("--part", choices=["conformance", "speed"])
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        raise SystemExit(f"{options.data} is no folder; give the suites' with --data or FEEDS_DATA")
    if options.part != "speed":
        conformance(list(cases(options.data)), options.data, show=options.failures)
    if options.part != "conformance":
        speed(options.data)


def conformance(found: Sequence[Case], folder: Path, *, show: bool) -> None:
    """Print, for each suite, how many cases each reader passes."""
    print(f"{'suite':12}{'cases':>7}{'ours':>7}{'feedparser':>12}{'only ours':>11}{'only feedparser':>17}")
    failed: list[tuple[Case, list[str], bool]] = []
    for suite in dict.fromkeys(case.suite for case in found):
        counts: Counter[tuple[bool, bool]] = Counter()
        for case in (case for case in found if case.suite == suite):
            reasons = failures(case, ours(case))
            other = not failures(case, feedparsers(case))
            counts[not reasons, other] += 1
            if reasons:
                failed.append((case, reasons, other))
        mine, theirs = counts[True, True] + counts[True, False], counts[True, True] + counts[False, True]
        only = f"{counts[True, False]:>11}{counts[False, True]:>17}"
        print(f"{suite:12}{counts.total():>7}{mine:>7}{theirs:>12}{only}")
    print(f"\n{len(failed)} files fail" + (":" if show else "; --failures names them"))
    for case, reasons, other in failed if show else ():
        print(f"  {case.path.relative_to(folder)}" + (" (feedparser passes)" if other else ""))
        for reason in reasons[:3]:
            print(f"      {reason}")


def wire(entries: int, paragraphs: int) -> bytes:
    """A feed as newsrooms write them: escaped summaries, and with `paragraphs` the whole text too."""
    text = (
        "<p>The river rose by {n} centimetres overnight, the regional office said, and "
        '<a href="https://wire.example/map/{n}?a=1&amp;b=2">three districts</a> were without power by morning. '
        "Crews &ndash; some from neighbouring towns &ndash; worked on the dam until <em>late</em> in the evening.</p>\n"
    )
    items = []
    for n in range(entries):
        summary = f"&lt;p&gt;Water rose by {n} cm in the old town; residents were brought to safety.&lt;/p&gt;"
        content = "".join(text.format(n=n + k) for k in range(paragraphs))
        full = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if paragraphs else ""
        items.append(
            f"<item><title>Flood reaches district {n}</title><link>https://wire.example/news/{n}</link>"
            f'<guid isPermaLink="false">wire-{n}</guid><dc:creator>Staff</dc:creator><category>World</category>'
            f"<pubDate>Mon, 18 Nov 2024 {n % 24:02}:{n % 60:02}:00 GMT</pubDate><description>{summary}</description>"
            f"{full}</item>\n"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title>'
        f"<link>https://wire.example/</link><language>en</language>{''.join(items)}</channel></rss>"
    ).encode()


def speed(folder: Path) -> None:
    """Print how much faster than feedparser documents are read, by how much is made of them.

    feedparser sanitises and reads dates while it parses. Ours does so once an entry is known to be new: "read" is all
    that is done with a body before; "known again" has all of its entries compared with those of the last body, as
    happens to nearly all at each poll; "sanitised" is what feedparser gives; "articles" is that with plain text,
    languages and keys, for entries that are all new.
    """
    feed = Feed(url="https://wire.example/rss")
    marks: dict[bytes, bytes] = {}

    def known_again(body: bytes) -> object:
        return parse_feed(body, "", feed, NOW, known=marks[body])

    def articles(body: bytes) -> object:
        read = parse_feed(body, "", feed, NOW)
        marks[body] = read.seen
        return read

    readers: dict[str, Callable[[bytes], object]] = {
        "feedparser": lambda body: feedparser.parse(io.BytesIO(body)),
        "fastfeedparser": fastfeedparser.parse,
        "ours: articles": articles,
        "sanitised": as_feedparser,
        "known again": known_again,
        "read": parse_raw,
    }
    sets = {
        "100 entries, summaries": [wire(100, 0)],
        "100 entries, full text": [wire(100, 12)],
        "both together": [wire(100, 0), wire(100, 12)],
        "the suites' files": [body for bodies in documents(folder).values() for body in bodies],
    }
    print(f"\n{'times as fast as feedparser':28}" + "".join(f"{name:>19}" for name in readers))
    for name, bodies in sets.items():
        times = {reader: min(_timed(read, bodies) for _ in range(ROUNDS)) for reader, read in readers.items()}
        base = times["feedparser"]
        print(f"{name:28}" + "".join(f"{base / taken:>8.1f} ({taken * 1000:5.1f} ms)" for taken in times.values()))


def as_feedparser(body: bytes) -> None:
    """Read a body and do to its entries what feedparser does: sanitise all markup, read dates, make links whole."""
    feed = parse_raw(body)
    base = http_url(feed.link, "")
    for item in feed.items:
        for markup in (item.title, item.summary, item.content):
            sanitized(markup, base)
        for date in (item.published, item.updated):
            if date:
                parse_date(date, NOW)
        http_url(item.link, base)


def _timed(read: Callable[[bytes], object], bodies: Sequence[bytes]) -> float:
    began = process_time()
    for body in bodies:
        try:
            read(body)
        except (ParseError, ValueError, KeyError):  # documents that are no feeds on purpose
            continue
    return process_time() - began


if __name__ == "__main__":
    main()
