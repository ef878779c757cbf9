"""Places of the Local-Global Lexicon: English-language local news with every toponym and its coordinates.

A toponym counts as found where an entity that has coordinates stands at its place, as right where these are within
161 km (a hundred miles, the usual measure) of the annotated ones. Local news leaves out what its readers know, so that
a town is often told by the paper alone, which the extractor is not given.
"""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from bench.facts.report import Context, Result, Table
from monitor.facts.places import distance

CLOSE_KM = 161
EVERY = 3
"""Every third article is read: the whole set takes minutes and says the same."""


def measure(context: Context) -> Result:
    """Recall of toponyms, and how many of those found are where they should be."""
    there = found = right = told = extra = 0
    errors = []
    articles = ET.parse(context.folder("places", "lgl.xml")).getroot().findall("article")[::EVERY]
    for article in articles:
        text = article.findtext("text") or ""
        day = (article.findtext("dltime") or "2009-03-20")[:10]
        facts = context.extractor.extract(text, datetime.fromisoformat(day).replace(tzinfo=UTC), "en")
        placed = [(span, e) for e in facts.entities if e.geo is not None for span in e.mentions]
        marks = [_mark(toponym) for toponym in article.iter("toponym")]
        taken = {place for start, end, *_ in marks for place in range(start, end)}
        told += len(placed)
        extra += sum(not taken.intersection(range(span.start, span.end)) for span, _ in placed)
        for start, end, phrase, where in marks:
            if where is None:
                continue
            there += 1
            entity = next((e for span, e in placed if span.start < end and start < span.end), None)
            if entity is None or entity.geo is None:
                errors.append(f"missed\t{phrase}\t{text[max(0, start - 30) : end + 30]!r}")
                continue
            found += 1
            away = distance(entity.geo.lat, entity.geo.lon, *where)
            # The middle of a country is a matter of opinion.
            close = away <= CLOSE_KM or (entity.geo.precision == "country" and away < 1_500)
            right += close
            if not close:
                here = f"{entity.canonical} {entity.geo.country} {entity.geo.region}"
                errors.append(f"{away:.0f} km away\t{phrase}\t{here}\t{text[max(0, start - 30) : end + 30]!r}")
    rows = [
        ("toponyms found", found / there, there),
        ("within 161 km, of those found", right / max(1, found), found),
        ("within 161 km, of all", right / there, there),
        ("places told that are no toponym", extra / max(1, told), told),
    ]
    return Result([Table(f"places of LGL, every {EVERY}rd article", ("figure", "share", "of"), rows)], errors)


def _mark(toponym: ET.Element) -> tuple[int, int, str, tuple[float, float] | None]:
    start, end = int(toponym.findtext("start") or 0), int(toponym.findtext("end") or 0)
    lat, lon = toponym.findtext("gaztag/lat"), toponym.findtext("gaztag/lon")
    where = (float(lat), float(lon)) if lat and lon else None
    return start, end, re.sub(r"\s+", " ", toponym.findtext("phrase") or ""), where
