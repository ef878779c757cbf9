"""What sort of page an article is, where it is not a report: a list of headlines or pictures, or a paywall's stub."""

import re
from collections.abc import Callable, Collection, Sequence

ROUNDUP = re.compile(
    r"""(?ix)
    \b(?:morning|evening|daily|weekly|nightly|weekend|midday|lunchtime)\s+(?:news\s+)?(?:briefing|brief|digest
    |roundup|round-up|bulletin|headlines|newsletter|wrap)
    |\b(?:news|world|business|sports?)\s+(?:in\s+brief|roundup|round-up|digest|briefs|summary)\b|^\s*(?:top
    |today's|the\s+day's|key)\s+(?:news\s+)?(?:stories|headlines|news)
    |\b(?:photos?|pictures?|images?)\s+of\s+the\s+(?:day|week)|\bin\s+(?:pictures|photos)\b|\bphoto\s+gallery\b
    |^\W*(?:the\s+)?(?:\d+|five|six|seven|ten)\s+(?:things|stories|headlines)\s+(?:to|you|we)\b|\bwhat\s+to\s+(?:watch
    |know)\s+(?:this|today)
    |\bfront\s+pages?\b.*\b(?:today|papers)|\bpapers?\s+(?:review|reviewed)\b|\bon\s+this\s+day\b|\b(?:crossword
    |horoscope|quiz)\b
    |\b(?:what|how)\s+the\s+papers\b|\b(?:\w+day|week|morning|evening|today|day)['’]s\s+(?:top\s+)?(?:headlines|papers
    |front\s+pages|news)\b|\bnews\s+(?:recap|at\s+a\s+glance)\b|\bwhat\s+you\s+(?:may\s+have\s+)?missed\b
    |\bnewsletter\s*$|\bpresseschau\b|\brevue\s+de\s+presse\b
    """
)
"""A title of a list of headlines or pictures: it belongs to no single story."""


_ENUMERATION = re.compile(r":[^,:]{3,60}(?:,[^,:]{3,60}){2,}$|\b\w+(?:, \w+){2,} and (?:other|more)\b", re.IGNORECASE)
"""A title that counts up what follows: "Morning briefing: bridge arrest, cholera, port strike"."""

_BULLET = re.compile(r"\s*(?:[-•*▪–]|\d{1,2}[.)])\s+\S")
_MANY_TOPICS, _APART, _NAMED = 4, 0.75, 0.75
"""So many sentences, of which so many share no word with any other and so many name something, are of several things:
of 8,000 reports of a newswire one in 400 is like that."""

_PAYWALL = tuple(
    re.compile(rf"(?i)\b(?:{words})")
    for words in (
        r"subscri|member(?:s|ship)\b|premium\b|abonn|suscri|подпис|підпис",
        r"log\s?in\b|sign\s(?:in|up)\b|regist(?:er|rier)|account\b|anmelden|connectez|iniciar\s+sesi",
        (
            r"(?:continue|keep|finish|go\s+on|free|full|unlimited|rest\s+of)\b[^.]{0,40}(?:read|article|story|access)"
            r"|read\b[^.]{0,30}\b(?:everything|more|on|all)\b|weiterlesen|lire\s+la\s+suite"
        ),
        (
            r"free\s+(?:trial|articles?|reading)|half\s+price|(?:per|a)\s+(?:week|month)\b|for\s+(?:one|three|\d+)\s+months?"
            r"|\bplans?\b|cancel|this\s+month\b|limit\b|offer\b"
        ),
        r"cookies|javascript|ad\s?blocker|your\s+browser",
    )
)
_STUB_WORDS, _STUB_HINTS = 80, 2
_HEADLINE = 4, 16
"""Words of a headline, at least and at most."""


def is_roundup(
    title: str,
    text: str,
    about: Collection[str],
    words: Sequence[Collection[str]],
    names: Sequence[Collection[str]],
) -> bool:
    """Whether it belongs to no single story: by its title, its layout, or because its sentences have nothing in common.

    Args:
        title: of the article.
        text: of the article.
        about: stems of the title.
        words: stems of each sentence.
        names: the proper names among them.
    """
    return bool(ROUNDUP.search(title)) or _is_list(text) or _is_of_several_things(title, about, words, names)


def is_stub(text: str, told: Callable[[], bool]) -> bool:
    """Whether a short text only asks for a subscription.

    Args:
        text: without the page's furniture, where anything else is left.
        told: whether it has a word of what its title is about.
    """
    if len(text) > 12 * _STUB_WORDS or len(text.split()) > _STUB_WORDS or told():
        return False
    return sum(bool(hint.search(text)) for hint in _PAYWALL) >= _STUB_HINTS


def _is_list(text: str) -> bool:
    """Most lines are bullets or numbered headlines, or headlines that end without a stop."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 5:
        return False
    return sum(bool(_BULLET.match(line)) or _is_headline(line.split()) for line in lines) >= 0.7 * len(lines)


def _is_headline(words: Sequence[str]) -> bool:
    """Neither a row of a table, which has more numbers, nor a wrapped line, which seldom begins with a capital."""
    said = sum(word[0].isalpha() for word in words) >= 0.7 * len(words)
    return said and _HEADLINE[0] <= len(words) <= _HEADLINE[1] and words[0][0].isupper() and words[-1][-1].isalnum()


def _is_of_several_things(
    title: str, about: Collection[str], words: Sequence[Collection[str]], names: Sequence[Collection[str]]
) -> bool:
    kept = [(frozenset(w), frozenset(n)) for w, n in zip(words, names, strict=True) if len(w) >= 3]
    count = len(kept)
    if count < 3 or count > 30 or (count < _MANY_TOPICS and not _ENUMERATION.search(title)):
        return False
    # A report's title repeats its first sentences; a list's names nothing of what it lists, or one word of each part.
    told = sum(not w.isdisjoint(about) for w, _ in kept)
    if 0 < told < 3 or sum(bool(n) for _, n in kept) < _NAMED * count:
        return False
    apart = sum(not any(w & kept[m][0] for m in range(count) if m != n) for n, (w, _) in enumerate(kept))
    return apart >= _APART * count and not any(kept[a][1] & kept[b][1] for a in range(count) for b in range(a))
