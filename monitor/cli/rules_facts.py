"""The facts of articles, for the commands that try rules; extracted only where a rule asks for some."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model.article import Article
    from monitor.model.facts import Facts
    from monitor.model.rule import Rule
    from monitor.rules.testing import FactsOf


def facts_of(rules: "Iterable[Rule]", chosen: "Settings") -> "FactsOf":
    """Tells the facts of an article; None where no rule asks for any, so that loading a model is for nothing."""
    from monitor.rules.testing import asks_for_facts

    if not any(map(asks_for_facts, rules)):
        return lambda _: None
    from monitor.facts.extract import Extractor

    extractor = Extractor(chosen.facts.model, chosen.paths.gazetteer_files)

    def extract(article: "Article") -> "Facts":
        return extractor.extract(article.document, article.time, article.lang, title_length=len(article.title))

    return extract
