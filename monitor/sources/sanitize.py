"""Markup made safe to show: an allow-list of elements and attributes, http(s) links, nothing active."""

import re
from contextlib import suppress
from functools import lru_cache
from typing import Literal

import nh3

MAX_HTML = 200_000
# The cleaner's time grows with the square of the depth, or worse.
_MAX_DEPTH = 100
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Elements that hold nothing, or end where the next of their kind begins.
_FLAT = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "rp", "rt",
}  # fmt: skip
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "time": {"datetime"}, "*": {"lang", "dir"}}
_DROPPED = {"script", "style", "template", "iframe", "object", "applet", "noscript", "svg", "math", "form", "head"}


def sanitized(markup: str, base: str = "") -> str:
    """The markup with only harmless elements left; "" where there is no markup in it, or it is nested without end.

    Args:
        markup: untrusted, of any size; what is longer than can be kept is cut before it is read.
        base: what relative links in it resolve against; without one they are dropped.
    """
    markup = markup[: 2 * MAX_HTML]
    if "<" not in markup or (markup.count("<") > _MAX_DEPTH and _depth(markup) > _MAX_DEPTH):
        return ""
    return _cleaner(base).clean(markup)[:MAX_HTML]


def _depth(markup: str) -> int:
    """How deeply elements are nested at most, in the reading that makes most of what is not closed."""
    open_now: dict[str, int] = {}
    depth = deepest = 0
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        if name in _FLAT:
            continue
        if not tag[1]:
            open_now[name] = open_now.get(name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_now.get(name):
            open_now[name] -= 1
            depth -= 1
    return deepest


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
