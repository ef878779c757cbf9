"""Conditions on where an article comes from."""

from monitor.matching.names import contains, same
from monitor.model.article import Article
from monitor.model.rule import Attribute, AttributeName


def attribute_values(condition: Attribute, article: Article) -> tuple[str, ...]:
    """What the article has under the attribute's name."""
    values: dict[AttributeName, tuple[str, ...]] = {
        "url": (article.url,),
        "author": article.authors,
        "source": (article.source,),
        "outlet": (article.outlet,),
        "group": (article.group,),
        "lang": (article.lang.partition("-")[0],),
        "country": (article.country,),
        "category": article.categories,
    }
    return tuple(filter(None, values[condition.name]))


def attribute_holds(condition: Attribute, article: Article) -> bool:
    """Whether the article has one of the values."""
    has = attribute_values(condition, article)
    if condition.name == "lang":
        return not has or any(same(value.partition("-")[0], has[0]) for value in condition.values)
    compare = contains if condition.name in {"url", "author", "source"} else same
    return any(compare(value, one) for value in condition.values for one in has)
