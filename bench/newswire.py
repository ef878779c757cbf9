"""Real newswire stories and rules about what is in them, for the benchmarks."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from monitor.model.article import Article
from monitor.model.rule import AllOf, AnyOf, Condition, NoneOf, Rule, Term

_DOCUMENT = re.compile(r"<REUTERS .*?</REUTERS>", re.DOTALL)
_NUMBER = re.compile(r'NEWID="(\d+)"')
_DATE = re.compile(r"<DATE>\s*(\d+-[A-Z]+-\d+ [\d:]+)")
_STORY = re.compile(r"<TEXT[^>]*>(.*?)</TEXT>", re.DOTALL)
_TITLE = re.compile(r"<TITLE>(.*?)</TITLE>", re.DOTALL)
_BODY = re.compile(r"<BODY>(.*?)</BODY>", re.DOTALL)
_PARAGRAPH = re.compile(r"\n(?= {4})")
_WORD = re.compile(r"[A-Za-z]+")
_FETCHED = datetime(2024, 11, 18, tzinfo=UTC)
_COMMON = 0.02
"""A word in more than this share of the stories is not what people watch for alone."""


def stories(folder: Path, least_words: int = 250) -> list[Article]:
    """The longer stories of the folder's SGML files, as articles with paragraphs."""
    found: list[Article] = []
    for path in sorted(folder.glob("*.sgm")):
        for story in _STORY.findall(path.read_text("latin-1")):
            title, body = _TITLE.search(story), _BODY.search(story)
            if not title or not body:
                continue
            text = _PARAGRAPH.sub("\n\n", html.unescape(body[1])).replace("\x03", "").strip()
            if len(text.split()) >= least_words:
                headline = " ".join(html.unescape(title[1]).split())
                found.append(Article("bench", str(len(found)), headline, text, _FETCHED))
    return found


def wire(folder: Path) -> list[Article]:
    """Every story of the folder's SGML files in order of time, also those of a headline alone; keys are R1, ..."""
    found: list[Article] = []
    for path in sorted(folder.glob("*.sgm")):
        for document in _DOCUMENT.findall(path.read_text("latin-1")):
            number, date, title, body = (p.search(document) for p in (_NUMBER, _DATE, _TITLE, _BODY))
            if not number or not date or not title:
                continue
            time = datetime.strptime(date[1].title(), "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
            text = _PARAGRAPH.sub("\n\n", html.unescape(body[1])).replace("\x03", "").strip() if body else ""
            headline = " ".join(html.unescape(title[1]).split())
            found.append(Article("wire", f"R{number[1]}", headline, text, time, time, lang="en", outlet="wire"))
    return sorted(found, key=lambda article: (article.time, int(article.key[1:])))


class Terms:
    """Words and phrases that occur in the stories: one to three words, beginning and ending with one of substance."""

    def __init__(self, told: Sequence[Article], random: Random) -> None:
        self._random = random
        self._texts = [[word.lower() for word in _WORD.findall(article.text)] for article in told]
        share = Counter(word for words in self._texts for word in set(words))
        self._words = sorted(word for word, n in share.items() if len(word) > 3 and n < _COMMON * len(told))

    def one(self) -> Term:
        length = self._random.choice((1, 1, 2, 2, 3))
        if length == 1:
            return Term(self._random.choice(self._words))
        while True:
            words = self._random.choice(self._texts)
            start = self._random.randrange(len(words) - length)
            phrase = words[start : start + length]
            if min(len(phrase[0]), len(phrase[-1])) > 3:
                return Term(" ".join(phrase))

    def any_of(self, least: int, most: int) -> AnyOf:
        return AnyOf(tuple(self.one() for _ in range(self._random.randint(least, most))))


def phrases(told: Sequence[Article], count: int) -> list[Rule]:
    """Rules of one term each."""
    terms = Terms(told, Random(count))
    return [Rule(f"p{number}", "", terms.one()) for number in range(count)]


def booleans(told: Sequence[Article], count: int) -> list[Rule]:
    """Rules as an analyst writes them: a subject in several spellings, a matter, and what it must not be about."""
    random = Random(count)
    terms = Terms(told, random)

    def parts() -> Iterator[Condition]:
        yield terms.any_of(1, 4)
        yield terms.any_of(2, 5)
        if random.random() < 0.3:
            yield terms.any_of(1, 3)
        if random.random() < 0.5:
            yield NoneOf((terms.one(),))

    return [Rule(f"b{number}", "", AllOf(tuple(parts()))) for number in range(count)]
