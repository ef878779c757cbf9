"""What the grouping is measured against: single-pass TF-IDF at its best threshold, and MinHash LSH alone."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from monitor.model.article import Article

_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
THRESHOLDS = tuple(round(0.08 + 0.02 * n, 2) for n in range(40))


def tfidf_sweep(articles: Sequence[Article]) -> dict[float, list[int]]:
    """Labels at every threshold; the likest earlier article is looked up once."""
    vectors = tfidf(articles)
    likest: list[tuple[float, int]] = []
    for n, vector in enumerate(vectors):
        likest.append(max(((cosine(vector, vectors[m]), m) for m in range(n)), default=(0.0, -1)))
    found = {}
    for threshold in THRESHOLDS:
        labels: list[int] = []
        for n, (likeness, at) in enumerate(likest):
            labels.append(labels[at] if likeness >= threshold else n)
        found[threshold] = labels
    return found


def tfidf(articles: Sequence[Article]) -> list[dict[str, float]]:
    """Vectors of length 1, with document frequencies of the whole set (more than an online peer could know)."""
    counts = [Counter(w.lower() for w in _WORD.findall(a.document)) for a in articles]
    seen = Counter(word for count in counts for word in count)
    vectors = []
    for count in counts:
        vector = {w: (1 + math.log(n)) * math.log(1 + len(articles) / seen[w]) for w, n in count.items()}
        length = math.sqrt(sum(v * v for v in vector.values())) or 1.0
        vectors.append({w: v / length for w, v in vector.items()})
    return vectors


def cosine(one: dict[str, float], other: dict[str, float]) -> float:
    """Of two vectors of length 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(v * other[w] for w, v in one.items() if w in other)


def minhash_labels(articles: Sequence[Article], threshold: float = 0.5) -> list[int] | None:
    """Story numbers from datasketch's MinHashLSH over four-word shingles; None where it is not installed."""
    try:
        from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - of the bench extra
    except ImportError:
        return None
    index = MinHashLSH(threshold=threshold, num_perm=128)
    sketches, labels = [], []
    for n, article in enumerate(articles):
        words = [w.lower() for w in _WORD.findall(article.document)]
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(words[i : i + 4]).encode() for i in range(max(1, len(words) - 3))])
        near = [int(key) for key in index.query(sketch)]
        likest = max(near, key=lambda m: (sketch.jaccard(sketches[m]), -m), default=-1)
        labels.append(labels[likest] if likest >= 0 else n)
        sketches.append(sketch)
        index.insert(str(n), sketch)
    return labels
