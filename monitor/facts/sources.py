"""Who says it: the subject of a cue wherever it stands, named, anonymous, collective or a resolved pronoun."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.facts import cues
from monitor.facts.entities import Names
from monitor.facts.pronouns import PRONOUNS, Antecedents
from monitor.facts.reading import FINITE, Reading, chars, phrase
from monitor.facts.titles import is_person_noun
from monitor.facts.voice import is_passive
from monitor.facts.words import words
from monitor.model.facts import Arg, Claim, SourceType, Span

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

SELF = frozenset(
    {
        "i",
        "we",
        "you",
        "who",
        "that",
        "which",
        "me",
        "us",
        "my",
        "our",
        "one",
        "anyone",
        "everyone",
        "nobody",
        "everybody",
    }
)

_TOLD = frozenset({"tell", "inform", "assure", "remind"})
_SHARES = words("half third quarter fifth tenth majority minority plurality")
_COUNTED = words("percent majority minority half third quarter others many some most few both all")


@dataclass(frozen=True, slots=True)
class Sources:
    """Finds the sources of one document; `found` are the claims so far, for who was speaking last."""

    reading: Reading
    names: Names
    antecedents: Antecedents
    found: Sequence[Claim]

    def can_speak(self, source: "Token") -> bool:
        """Whether a noun is somebody or something that says or holds things."""
        entity = self.names.at(source)
        if entity is not None:
            return entity.type in {"PERSON", "ORG", "GPE", "NORP"}
        if source.lower_ in PRONOUNS | {"who", "i", "we", "you"}:
            return source.lower_ not in {"it", "its"}
        return (
            is_person_noun(source)
            or source.lemma_.lower() in cues.DOCUMENTS | cues.COLLECTIVE | cues.ANONYMOUS
            or _is_counted(source)
            or any(c.dep_ == "relcl" and any(g.lower_ == "who" for g in c.children) for c in source.children)
        )

    def is_person(self, source: "Token") -> bool:
        """Whether it is a named person, or a pronoun for one."""
        entity = self.names.at(source)
        return source.lower_ in {"he", "she", "who"} or (entity is not None and entity.type == "PERSON")

    def is_document(self, source: "Token") -> bool:
        """Whether it is a report, poll or body without a name."""
        return source.lemma_.lower() in cues.DOCUMENTS and self.names.at(source) is None

    def source(self, verb: "Token") -> tuple["Token | None", bool]:
        """Who speaks, and whether the verb is passive."""
        passive = any(child.dep_ in {"auxpass", "nsubjpass"} for child in verb.children)
        passive = passive or (verb.idx < self.reading.title_length and is_passive(verb))
        if passive or (verb.tag_ == "VBN" and verb.dep_ in {"acl", "advcl"} and not _has_auxiliary(verb)):
            agent = next(
                (g for child in verb.children if child.dep_ == "agent" for g in child.children if g.dep_ == "pobj"),
                None,
            )
            return agent, True
        found, passive = self._governing(verb)
        return (found, passive) if found is not None else (self.adjacent(verb), False)

    def adjacent(self, verb: "Token") -> "Token | None":
        """The name right before a finite verb, where the parser gave the verb no subject."""
        if verb.tag_ not in FINITE or verb.dep_ in {"conj", "amod", "compound"}:
            return None
        place = verb.i - 1
        while place > verb.sent.start and (
            self.reading.doc[place].dep_ in {"aux", "advmod", "neg"} or self.reading.doc[place].text == ","
        ):
            place -= 1
        before = self.reading.doc[place]
        if before.text == ")":
            # A party and state may stand in brackets after the name.
            tokens = self.reading.doc[max(verb.sent.start, place - 6) : place]
            opened = next((t.i for t in reversed(tokens) if t.text == "("), 0)
            before = self.reading.doc[max(opened - 1, 0)]
        if before.i < verb.sent.start or before.pos_ not in {"PROPN", "NOUN"} or self.names.at(before) is None:
            return None
        # 'Lee, founder of the firm, said'
        described = next((t for t in (before, *before.ancestors) if t.dep_ == "appos" and t.i < verb.i), None)
        if described is not None and described.i != before.i and self.names.at(described.head) is not None:
            return described.head
        return before

    def _before_who(self, who: "Token") -> "Token | None":
        """In 'talks with Assad, who said' the person right before, where the clause hangs on a thing."""
        if who.lower_ != "who" or who.i < 2:
            return None
        before = who.nbor(-1) if who.nbor(-1).text != "," else who.nbor(-2)
        entity = self.names.at(before)
        named = entity is not None and entity.type == "PERSON"
        return before if before.dep_ == "pobj" and (named or is_person_noun(before)) else None

    def _governing(self, verb: "Token") -> tuple["Token | None", bool]:  # noqa: PLR0911 - a cascade of rules
        """The subject of the verb, or of the one it is joined to or hangs on."""
        current, steps = verb, 0
        while steps < 6:
            subjects = [child for child in current.children if child.dep_ in {"nsubj", "csubj"}]
            own = min(subjects, key=lambda child: abs(child.i - current.i), default=None)
            if own is not None:
                beside = self._before_who(own)
                if beside is not None and current.dep_ == "relcl" and not is_person_noun(current.head):
                    return beside, False
                if own.lower_ in {"who", "which", "that"} and current.dep_ == "relcl":
                    return current.head, False
                return own, False
            if steps == 0 and (inverted := self._inverted(verb)) is not None:
                return inverted, False
            if current.dep_ in {"acl", "relcl"} and current.head.pos_ in {"NOUN", "PROPN", "PRON"}:
                return current.head, False
            above = self._above(current)
            if above is None:
                return None, False
            if steps == 0 and self._goes_on(verb, above):
                above = above.head
            blamed = self._spoken_of(current)
            if blamed is not None:
                return blamed, False
            passive_head = next((child for child in above.children if child.dep_ == "nsubjpass"), None)
            if passive_head is not None and current.dep_ in {"conj", "advcl", "xcomp", "pcomp"}:
                return passive_head, False
            current, steps = above, steps + 1
        return None, False

    def _goes_on(self, verb: "Token", above: "Token") -> bool:
        """'Lee said the firm lost money, adding that ...': the parser hangs on the content what the speaker adds."""
        if verb.tag_ != "VBG" or verb.dep_ not in {"advcl", "acl"} or above.dep_ != "ccomp" or above.head.i > above.i:
            return False
        if above.head.lemma_.lower() not in cues.CLASS_OF:
            return False
        subject = next((child for child in above.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
        return verb.lemma_.lower() in cues.ADDING or subject is None or not self.can_speak(subject)

    def _spoken_of(self, verb: "Token") -> "Token | None":
        """'quoted her as saying', 'criticised him for saying': the object of the verb above is who says it."""
        if verb.dep_ != "pcomp" or verb.head.lower_ not in {"as", "for", "of", "from"}:
            return None
        return next((child for child in verb.head.head.children if child.dep_ in {"dobj", "nsubjpass"}), None)

    def _above(self, verb: "Token") -> "Token | None":
        """The verb whose subject is this one's too: joined by 'and', 'by saying', or where the parser lost it."""
        if verb.head.i == verb.i:
            return None
        if verb.dep_ == "pcomp" and verb.head.dep_ == "prep":
            return verb.head.head if verb.head.head.pos_ in {"VERB", "AUX"} else None
        # 'are likely to say': the adjective stands between
        likely = verb.dep_ == "xcomp" and verb.head.dep_ == "acomp"
        above = verb.head.head if likely else verb.head
        if verb.dep_ in {"conj", "advcl", "xcomp", "parataxis", "dep"} and above.pos_ in {"VERB", "AUX"}:
            return above
        if verb.dep_ == "conj" and verb.tag_ in FINITE:
            return next((t for t in verb.ancestors if t.pos_ == "VERB" and t.i < verb.i), None)
        if verb.tag_ == "VBG" and verb.i > verb.sent.start and self.reading.doc[verb.i - 1].text == ",":
            return next((t for t in verb.ancestors if t.pos_ == "VERB" and t.i < verb.i), None)
        return None

    def _inverted(self, verb: "Token") -> "Token | None":
        """'..." said Smith', where the parser often calls Smith an object."""
        following = self.reading.doc[verb.i + 1] if verb.i + 1 < len(self.reading.doc) else None
        if following is None or verb.lemma_ not in cues.SPEECH | cues.SURE or verb.i == 0 or verb.tag_ == "VBG":
            return None
        if verb.lemma_ in _TOLD:
            # what stands after it is whom it was told
            return None
        previous = self.reading.doc[verb.i - 1]
        opens = verb.i == verb.sent.start and any(t.text == ":" for t in self.reading.doc[verb.i : verb.i + 10])
        if not opens and previous.text not in {",", "”", '"', "’", "»", "?", "!"}:
            return None
        return next(
            (
                child
                for child in verb.children
                if child.i > verb.i
                and child.dep_ in {"dobj", "npadvmod", "oprd", "dep", "attr"}
                and child.pos_ in {"PROPN", "NOUN", "PRON"}
            ),
            None,
        )

    def source_arg(self, source: "Token | None", cue: "Token", span: Span | None) -> tuple[Arg | None, SourceType]:  # noqa: PLR0911 - a cascade of rules
        """The source as a role filler, and what kind of source it is."""
        if source is None:
            return None, "anonymous"
        span = _unquoted(self.reading, self.names.widened(span or chars(self.reading, *phrase(source))))
        text = self.reading.text[span.start : span.end]
        entity = self.names.at(source)
        if entity is not None:
            return Arg(text, span, entity.canonical), "named"
        if source.lower_ in PRONOUNS:
            index = self._resolved(source, cue)
            if index is None:
                return Arg(text, span), "pronoun"
            return Arg(text, span, self.names.entities[index].canonical), "named"
        if source.lower_ in SELF:
            return Arg(text, span), "pronoun"
        index = self.antecedents.resolve(source)
        if index is not None:
            return Arg(text, span, self.names.entities[index].canonical), "named"
        inner = self._named_inside(source)
        if inner is not None:
            return Arg(text, span, inner), "named"
        lemma = source.lemma_.lower()
        if lemma == "source" and any(c.lower_ in {"news", "media"} for c in source.children):
            return Arg(text, span), "collective"
        if lemma in cues.COLLECTIVE or (lemma in cues.DOCUMENTS and lemma not in cues.ANONYMOUS):
            return Arg(text, span), "collective"
        return Arg(text, span), "anonymous"

    def _named_inside(self, source: "Token") -> str | None:
        """'the spokesman, John Kirby': a person in apposition names the source."""
        for child in source.children:
            if child.dep_ in {"appos", "compound"}:
                entity = self.names.at(child)
                if entity is not None and entity.type == "PERSON":
                    return entity.canonical
        return None

    def _resolved(self, pronoun: "Token", cue: "Token") -> int | None:
        """The last speaker goes on speaking where gender allows and nobody else came between; else salience decides."""
        index = self.antecedents.resolve(pronoun)
        if index is not None or pronoun.lower_ not in {"he", "she"}:
            return index
        here = self.reading.sentence(cue.idx)
        for claim in reversed(self.found):
            if here - claim.sentence > 3:
                return None
            if claim.source is not None and claim.source.entity and claim.sentence < here:
                for number, entity in enumerate(self.names.entities):
                    if entity.canonical == claim.source.entity and entity.type == "PERSON":
                        gender = self.names.genders.get(number, "")
                        return number if gender in {"", "m" if pronoun.lower_ == "he" else "f"} else None
                return None
            if claim.sentence < here and claim.source_type != "pronoun":
                return None
        return None

    def via(self, verb: "Token") -> str:
        """'told reporters', 'in a statement', 'on state television'."""
        for child in verb.children:
            if child.dep_ in {"dobj", "dative"} and (
                child.lemma_.lower() in cues.REPORTERS or (verb.lemma_ == "tell" and self.names.at(child) is not None)
            ):
                span = chars(self.reading, *phrase(child))
                return self.reading.text[span.start : span.end]
            if (
                child.dep_ == "prep"
                and child.lower_ in {"in", "on", "during", "via", "at", "to", "through"}
                and child.i > verb.i
            ):
                target = next((g for g in child.children if g.dep_ == "pobj"), None)
                if target is not None and target.lemma_.lower() in cues.CHANNELS:
                    span = chars(self.reading, child.i, phrase(target)[1])
                    return self.reading.text[span.start : span.end]
        return ""


def _has_auxiliary(verb: "Token") -> bool:
    return any(child.dep_ in {"aux", "nsubj"} for child in verb.children)


def _is_counted(source: "Token") -> bool:
    """'64 percent', 'four in 10', 'most of the voters', 'both': people asked, where they hold something."""
    return source.pos_ == "NUM" or source.lower_ in _COUNTED or source.lemma_.lower() in _SHARES


def _unquoted(reading: Reading, span: Span) -> Span:
    """Without a mark that closes a quote before it, or opens one after it: '” one resident'."""
    start, end = span.start, span.end
    text = reading.mended
    if text[start:end].count('"') % 2 or "“" not in text[start:end] or "”" not in text[start:end]:
        while start < end - 1 and (text[start] in '”"»’' or text[start].isspace()):
            start += 1
        while end > start + 1 and (text[end - 1] in '“"«' or text[end - 1].isspace()):
            end -= 1
    return Span(start, end)
