"""The public suites' core fields, beside feedparser; skipped where the suites are not at hand."""

from collections import Counter

import pytest

from bench.feed_readings import failures, feedparsers, ours
from bench.feed_suites import cases
from bench.feeds import SUITES

pytestmark = pytest.mark.skipif(not SUITES.is_dir(), reason=f"the public suites are not at {SUITES}")


def test_at_least_as_much_is_read_as_by_feedparser() -> None:
    passed: Counter[str] = Counter()
    for case in cases(SUITES):
        passed[case.suite] += not failures(case, ours(case))
        passed[f"{case.suite}, feedparser"] += not failures(case, feedparsers(case))
    assert passed["feedparser"] >= passed["feedparser, feedparser"]
    assert passed["gofeed"] > passed["gofeed, feedparser"]
    assert passed["feed-rs"] > passed["feed-rs, feedparser"]
