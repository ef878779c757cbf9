"""Markup made safe to show: an allow-list of elements and attributes, http(s) links, nothing active."""

from contextlib import suppress
from functools import lru_cache
from typing import Literal

import nh3

MAX_HTML = 200_000
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "time": {"datetime"}, "*": {"lang", "dir"}}
_DROPPED = {"script", "style", "template", "iframe", "object", "applet", "noscript", "svg", "math", "form", "head"}


def sanitized(markup: str, base: str = "") -> str:
    """The markup with only harmless elements left; "" where there is no markup in it.

    Args:
        markup: untrusted, of any size; what is longer than can be kept is cut before it is read.
        base: what relative links in it resolve against; without one they are dropped.
    """
    if "<" not in markup:
        return ""
    return _cleaner(base).clean(markup[: 2 * MAX_HTML])[:MAX_HTML]


@lru_cache(maxsize=256)
def _cleaner(base: str) -> nh3.Cleaner:
    if base.startswith("http"):
        with suppress(ValueError):  # no URL after all
            return _made(("rewrite_with_base", base))
    return _made("deny")


def _made(relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
        url_relative=relative,
    )
