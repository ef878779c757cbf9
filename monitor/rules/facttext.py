"""What the facts of an article say, as texts, for tests that expect some."""

from collections.abc import Iterator

from monitor.model.facts import Facts


def says(facts: Facts, words: str) -> bool:
    """Whether some fact is called so, has that value, or says it; case and spacing don't matter."""
    wanted = _plain(words)
    return any(wanted == _plain(name) for name in _names(facts)) or any(
        wanted in _plain(text) for text in _statements(facts)
    )


def _names(facts: Facts) -> Iterator[str]:
    for entity in facts.entities:
        yield from (entity.canonical, entity.text, *entity.aliases)
    for time in facts.times:
        yield from (time.text, time.value)
    for quantity in facts.quantities:
        yield from (
            quantity.text,
            f"{quantity.value:g} {quantity.of}".strip(),
            f"{quantity.value:g} {quantity.unit}".strip(),
        )


def _statements(facts: Facts) -> Iterator[str]:
    yield from (event.text for event in facts.events)
    yield from (claim.text for claim in facts.claims)
    yield from (quote.text for quote in facts.quotes)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
