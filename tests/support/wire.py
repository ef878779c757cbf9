"""A made-up stream of news for end-to-end runs: first reports, copies, updates, and what no rule should catch."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2024, 11, 18, 6, tzinfo=UTC)
TOWNS = (
    "Belrast", "Corvale", "Dunmere", "Eastwick", "Farrow", "Glenholt", "Harnsted", "Ilmouth", "Jarrow Bay", "Kestrin",
    "Lanport", "Mosley", "Northam", "Oakhaven", "Pellworth", "Quarrin", "Redmarsh", "Stellan", "Thornby", "Ulverton",
    "Vastra", "Westerly", "Yarrowdale", "Zellin",
)  # fmt: skip
EVENTS = (
    ("an explosion", "warehouse", "injured", "fire crews", "stored paint and solvents"),
    ("a train derailment", "freight yard", "injured", "rail inspectors", "carried grain from the coast"),
    ("a bridge collapse", "river crossing", "missing", "divers", "was closed to lorries last year"),
    ("a chemical leak", "bottling plant", "treated in hospital", "engineers", "makes cleaning products"),
    ("a landslide", "quarry road", "trapped", "rescue teams", "had been soaked by a week of rain"),
    ("a roof collapse", "sports hall", "hurt", "building surveyors", "was full for a school tournament"),
)
OUTLETS = ("Harbour Wire", "The Corvale Echo", "Northern Ledger", "Tideline News", "Daily Compass")

WATCHED = ("explosion", "derailment", "bridge collapse", "chemical leak", "landslide", "roof collapse")
CHANNELS = tuple(term.replace(" ", "-") for term in WATCHED)


def rules() -> str:
    """One rule for each kind of accident, each with a channel of its own."""
    listed = "".join(
        f"""
  - id: {channel}
    name: {term.capitalize()}
    severity: high
    channel: "#{channel}"
    any: ["{term}"]
    tests:
      match: ["Police reported a {term} in the port."]
      no_match: ["The council met on Monday."]
"""
        for term, channel in zip(WATCHED, CHANNELS, strict=True)
    )
    return f"rules:{listed}"


def articles(stories: int = 40, seed: int = 7) -> Iterator[dict[str, str]]:
    """Five articles a story: report, copy, update with new numbers, unrelated news, and the copy of the update."""
    rng = random.Random(seed)
    moment = START
    for number in range(stories):
        town = TOWNS[number % len(TOWNS)] + (" Bridge" if number >= len(TOWNS) else "")
        what, where, hurt, who, detail = EVENTS[number % len(EVENTS)]
        first = rng.randint(3, 9)
        later = first + rng.randint(4, 11)
        officer = f"{rng.choice(('Mara', 'Ivo', 'Selma', 'Tomas'))} {rng.choice(('Lind', 'Okoro', 'Varga', 'Haas'))}"
        report = (
            f"{what.capitalize()} at a {where} in {town} left {first} people {hurt} on Monday, police said.\n\n"
            f"The {where}, which {detail}, was sealed off while {who} searched the site. "
            f"Witnesses in {town} described dust over the streets and long queues on every road out of town.\n\n"
            f'"We are still counting," police spokesperson {officer} said. The cause was not yet known.'
        )
        update = (
            f"The number of people {hurt} after {what} at a {where} in {town} has risen to {later}, police said "
            f"on Monday evening, up from {first} earlier in the day.\n\n"
            f"{officer}, a police spokesperson, said {who} would work through the night in {town} and that the "
            f"{where} would stay closed for a week. Prosecutors have opened an inquiry."
        )
        quiet = (
            f"The library in {town} will open its new reading room next spring, the council decided after a long "
            f"debate about chairs. Member {officer} called it the best vote of the year."
        )
        outlet, other = rng.sample(OUTLETS, 2)
        for kind, title, text, source in (
            ("report", f"{what.capitalize()} in {town} leaves {first} {hurt}", report, outlet),
            ("copy", f"{what.capitalize()} in {town}: {first} people {hurt}", report, other),
            ("update", f"{town}: number of people {hurt} rises to {later}", update, outlet),
            ("quiet", f"{town} to open a reading room", quiet, other),
            ("echo", f"{town}: {later} people {hurt}", update, other),
        ):
            moment += timedelta(minutes=rng.randint(1, 9))
            yield {
                "id": f"{number:03}-{kind}",
                "title": title,
                "text": text,
                "published": moment.isoformat(),
                "source": source,
                "url": f"https://{source.lower().replace(' ', '')}.example/{number}-{kind}",
                "lang": "en",
            }


def write(folder: Path, files: int = 20) -> int:
    """Write rules and seeds of a whole run below the folder; how many articles there are."""
    (folder / "rules").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "rules" / "accidents.yaml").write_text(rules())
    stream = list(articles())
    share = -(-len(stream) // files)
    for part in range(files):
        lines = (json.dumps(entry) for entry in stream[part * share : (part + 1) * share])
        (folder / "seeds" / f"{part:02}.jsonl").write_text("\n".join(lines) + "\n")
    return len(stream)
