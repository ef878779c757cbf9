"""The grouping on public material nobody here wrote; thresholds are chosen on the project's own stream, not on this."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from monitor.stories.grouping import Grouper
from tests.unit.stories.stream import make


def test_events_of_the_public_set_are_found_without_false_merges(shared_data):
    """Articles without a text or dated far from their event are left out: the set has articles dated years late."""
    rows = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((shared_data / "stories").glob("*.json"))]
    rows = [
        (datetime.fromisoformat(r["date_publish"]).replace(tzinfo=UTC), r) for r in rows if len(r["text"] or "") >= 200
    ]
    by_event = defaultdict(list)
    for time, row in rows:
        by_event[row["newsCluster"]["EventId"]].append(time)
    middle = {event: sorted(times)[len(times) // 2] for event, times in by_event.items()}
    rows = [(t, r) for t, r in rows if abs(t - middle[r["newsCluster"]["EventId"]]) < timedelta(days=6)]
    rows.sort(key=lambda pair: (pair[0], pair[1]["dId"]))
    grouper, labels = Grouper(), []
    for time, row in rows:
        article = make(row["source_domain"], row["dId"], row["title"] or "", row["text"], time)
        decision = grouper.decide(article)
        grouper.admit(article, decision)
        labels.append((row["newsCluster"]["EventId"], decision.story_id))
    pairs = [(a[0] == b[0], a[1] == b[1]) for n, a in enumerate(labels) for b in labels[:n]]
    together = sum(same for same, _ in pairs)
    merged = sum(found for _, found in pairs)
    right = sum(same and found for same, found in pairs)
    assert right / merged >= 0.96
    assert 2 * right / (together + merged) >= 0.93
