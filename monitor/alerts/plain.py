"""A card as plain text, for mail and everything else that shows no more than that."""

from monitor.alerts.text import clean
from monitor.alerts.times import stamp
from monitor.model.alert import AlertKind, Card


def subject(card: Card) -> str:
    """One line that tells the alert: "HIGH Missiles: Biden lets Ukraine use ...", updates and corrections named."""
    kind = "" if card.kind is AlertKind.FIRST else f"{card.kind.value} · "
    names = "" if card.kind is AlertKind.DIGEST else f" {', '.join(map(clean, card.rules))}"
    return f"{kind}{card.severity.value.upper()}{names}: {clean(card.headline)}"


def body(card: Card) -> str:
    """The card's lines in reading order, without the subject's."""
    source = [clean(card.outlet), stamp(card.published) if card.published else "", clean(card.also)]
    lines = [" · ".join(part for part in source if part), clean(card.url)]
    lines += [f"New: {clean(change)}" for change in card.changes]
    lines += [f"Because: {clean(line)}" for line in card.because]
    lines += [f"Disputed: {clean(line)}" for line in card.disputes]
    for item in card.items:
        told = " · ".join(part for part in (clean(item.outlet), ", ".join(map(clean, item.rules)), item.note) if part)
        lines += ["", f"{item.severity.value.upper()} {clean(item.headline)}", told, clean(item.url)]
    if card.facts:
        lines.append("")
    lines += [
        f"{fact.label}: {clean(fact.text)}" + (f" — {clean(fact.attribution)}" if fact.attribution else "")
        for fact in card.facts
    ]
    lines += ["", *(f"Why: {clean(excerpt.text)}" for excerpt in card.why)] if card.why else []
    lines += [f"Matched: {clean(', '.join(card.terms))}"] if card.terms else []
    lines += [f"Owner: {clean(owner)}" for owner in card.owners]
    lines += [f"Runbook: {clean(link)}" for link in card.runbooks]
    lines += [f"Note: {clean(note)}" for note in card.notes]
    text = "\n".join(lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text
