"""Other programs that do a part of the same, run on the same text where they are installed."""

from collections.abc import Callable, Iterator

from bench.facts.report import Skipped
from monitor.facts import nlp
from monitor.model.facts import Span

Parts = tuple[tuple[Span, ...], tuple[Span, ...], tuple[Span, ...]]
"""Content, source and cue of one statement."""


def textacy_quotations() -> Callable[[str], Iterator[Parts]]:
    """textacy's direct quotations over the same model.

    Raises:
        Skipped: it is not installed.

    """
    try:
        from textacy.extract.triples import direct_quotations  # noqa: PLC0415 - may not be there
    except ImportError as problem:
        raise Skipped(f"not installed ({problem})") from problem
    import spacy  # noqa: PLC0415 - only with the peer

    language = spacy.load(nlp.load("auto", "en").name)

    def found(text: str) -> Iterator[Parts]:
        try:
            for quotation in direct_quotations(language(text)):
                content = quotation.content
                yield (
                    (Span(content.start_char, content.end_char),),
                    tuple(Span(token.idx, token.idx + len(token)) for token in quotation.speaker),
                    tuple(Span(token.idx, token.idx + len(token)) for token in quotation.cue),
                )
        except ValueError:  # it refuses a text whose quotation marks do not pair
            return

    return found
