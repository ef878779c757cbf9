"""From an article's words to the rules that hold for it. Pure: no clock, no files, no shared state."""

from monitor.matching.explain import Explained, explain, render
from monitor.matching.matcher import Matcher

__all__ = ["Explained", "Matcher", "explain", "render"]
