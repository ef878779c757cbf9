"""From a decision to the card a person reads: everything chosen and worded here, nothing formatted for a channel."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from monitor.alerts.keyfacts import attribution, key_facts
from monitor.alerts.passages import passages, terms
from monitor.alerts.text import clean, cut, first_sentence
from monitor.model.alert import AlertDecision, AlertKind, Card, Excerpt, Reason
from monitor.model.article import Article
from monitor.model.facts import Facts, Span
from monitor.model.rule import Match, Rule
from monitor.model.story import Change, StoryDecision

HEADLINE = 200
_CHANGE = 280
_CHANGES = 6
_DISPUTES = 3
_OUTLETS = 4
# A passage with so large a share of its words in one line of the card is told by it.
_SAME_WORDS = 0.8
# In a thread the reader knows the story already: what is new counts, and who says so.
_UPDATE_FACTS = 3

_SAY_SO = {"correction": ("correct",), "retraction": ("retract", "withdrawn")}
_FLAGS = {"published_in_future": "the outlet dates this article in the future"}


def render(
    article: Article,
    decision: AlertDecision,
    matches: Sequence[Match],
    rules: Mapping[str, Rule],
    story: StoryDecision,
    *,
    facts: Facts | None,
    outlets: Sequence[str] = (),
    copies: int = 0,
    wire: str = "",
    disputes: Sequence[str] = (),
) -> Card:
    """The card of one decision.

    Of the article's matches those of the decision's rules are shown. Facts are None where they could not be
    extracted, and the card says so. `outlets` are the others that report the story independently, `copies` counts
    reports that only repeat another's text, and `wire` is whose, where most of them say so. `disputes` are what the
    article and other reports say against each other.
    """
    shown = sorted(
        (match for match in matches if match.rule_id in decision.rules),
        key=lambda match: decision.rules.index(match.rule_id),
    )
    headline = _headline(article)
    update = decision.kind in (AlertKind.UPDATE, AlertKind.CORRECTION)
    lines = key_facts(facts, headline, _focus(article, shown)) if facts else ()
    return Card(
        severity=decision.severity,
        kind=decision.kind or AlertKind.FIRST,
        rules=tuple(_rule_name(rules, rule_id) for rule_id in decision.rules),
        headline=headline,
        url=_web_address(article.url),
        outlet=cut(clean(article.outlet), 80),
        published=article.published,
        facts=lines[:_UPDATE_FACTS] if update else lines,
        why=_untold(passages(article, shown, most=1 if update else 3), (headline, *(line.text for line in lines))),
        terms=tuple(cut(clean(term), 60) for term in terms(shown)),
        changes=_changes(decision, story, facts, headline) if update else (),
        also=reported_by(outlets, copies, article.outlet, wire),
        notes=_notes(article, facts),
        mentions=_each(rules[name].mention for name in decision.rules if name in rules),
        owners=_each(clean(rules[name].owner) for name in decision.rules if name in rules),
        because=tuple(cut(clean(line), HEADLINE) for line in decision.because),
        disputes=tuple(cut(clean(line), _CHANGE) for line in disputes[-_DISPUTES:]) if update else (),
        runbooks=_each(_web_address(rules[name].runbook) for name in decision.rules if name in rules),
    )


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _untold(excerpts: Sequence[Excerpt], told: Sequence[str]) -> tuple[Excerpt, ...]:
    """The passages that the card does not tell already; reading one twice costs seconds and says nothing."""
    known = [set(_words(line)) for line in told]
    return tuple(
        excerpt
        for excerpt in excerpts
        if not any(
            len(words & line) >= _SAME_WORDS * len(words) for line in known for words in [set(_words(excerpt.text))]
        )
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _headline(article: Article) -> str:
    words = clean(article.title) or first_sentence(article.text)
    return cut(words, HEADLINE) or article.url or "(an article without words)"


def _rule_name(rules: Mapping[str, Rule], rule_id: str) -> str:
    return clean(rules[rule_id].name) or rule_id if rule_id in rules else rule_id


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _focus(article: Article, matches: Sequence[Match]) -> tuple[Span, ...]:
    """Where the hits stand in `Article.document`."""
    behind_title = len(article.document) - len(article.text)
    spots = (
        Span(hit.start, hit.end) if hit.field == "title" else Span(hit.start + behind_title, hit.end + behind_title)
        for match in matches
        for hit in match.hits[:100]
    )
    return tuple(spots)


def _changes(decision: AlertDecision, story: StoryDecision, facts: Facts | None, headline: str) -> tuple[str, ...]:
    """What is new, one line each; the headline says by itself what only repeats it."""
    if decision.reason is Reason.SEVERITY_ROSE:
        return (f"Severity is now {decision.severity}",)
    told = dict.fromkeys(_change(change, facts) for change in story.changes)
    lines = [line for line in told if _words(line) != _words(headline)] or list(told)
    more = len(lines) - _CHANGES
    kept = tuple(lines[:_CHANGES])
    return (*kept, f"and {more} more") if more > 0 else kept


def _change(change: Change, facts: Facts | None) -> str:
    """'killed: 12 → 17' for a number, the sentence for anything else; who says so where that isn't in it."""
    told = cut(clean(change.text), _CHANGE)
    if change.kind == "number" and change.after:
        values = f"{change.before} → {change.after}" if change.before else change.after
        told = clean(f"{change.about}: {values}" if change.about else values)
    credit = _credit(change, facts)
    if credit and credit.casefold() not in told.casefold() and not _names_source(told, credit):
        told = f"{told}, {credit}"
    label = {"correction": "Corrected: ", "retraction": "Withdrawn: "}.get(change.kind, "")
    # A title that says so itself: "Correction: Fire killed 14, not 41".
    return told if told.casefold().startswith(_SAY_SO.get(change.kind, ())) else label + told


def _credit(change: Change, facts: Facts | None) -> str:
    """The attribution of the change, found where its words stand in the article."""
    if facts is None or not change.text:
        return ""
    start = facts.text.find(change.text)
    if start < 0:
        return ""
    within = change.text.find(change.after) if change.after else -1
    if within >= 0:
        return attribution(facts, Span(start + within, start + within + len(change.after)))
    return attribution(facts, Span(start, start + len(change.text)))


def _names_source(told: str, credit: str) -> bool:
    """Whether the sentence names its source itself: 'according to X' adds nothing to 'X said ...'."""
    _, _, source = credit.partition(" by " if " by " in credit else " to ")
    return bool(source) and source.casefold() in told.casefold()


def reported_by(outlets: Sequence[str], copies: int, first: str = "", wire: str = "") -> str:
    """Who reports it besides the `first`, "" for nobody.

    'also Reuters, AFP and 2 more (5 independent outlets); 3 copies of AP'.
    """
    others = list(dict.fromkeys(name for name in map(clean, outlets) if name and name != clean(first)))
    named = ", ".join(cut(name, 40) for name in others[:_OUTLETS])
    if len(others) > _OUTLETS:
        named += f" and {len(others) - _OUTLETS} more"
    if len(others) > 1:
        named += f" ({len(others) + 1} independent outlets)"
    counted = f"{copies} {'copy' if copies == 1 else 'copies'}" if copies > 0 else ""
    if counted and wire:
        counted += f" of {wire}"
    return "; ".join(part for part in (f"also {named}" if named else "", counted) if part)


def _notes(article: Article, facts: Facts | None) -> tuple[str, ...]:
    notes = [text for flag, text in _FLAGS.items() if flag in article.flags]
    if facts is None:
        return (*notes, "key facts were not analysed")
    if 0 < facts.analysed < len(facts.text):
        notes.append(f"key facts are from the first {facts.analysed:,} of {len(facts.text):,} characters")
    return (*notes, *(cut(clean(note), 160) for note in facts.notes[:3]))
