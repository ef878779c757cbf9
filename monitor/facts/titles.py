"""What a person is: the words around the name, and the gender they show."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from monitor.facts.reading import Reading
from monitor.facts.words import words

if TYPE_CHECKING:
    from monitor.facts.nlp import Token

_RANK = (
    r"(?:Vice |Deputy |Acting |Former |Interim |Assistant |Associate |Chief |Senior |First |Prime |Foreign "
    r"|Defen[cs]e |Finance |Interior "
    r"|Health |Justice |Energy |Trade |Education |Home |Press |Attorney |Police |Fire |Executive |Managing |Det |Ch "
    r"|Supreme |National Security |Crown )*"
)
_TITLE_WORD = (
    r"(?:President|Premier|Minister|Chancellor|Secretary(?: of State| of Defen[cs]e|[ -]General)?|General"
    r"|Governor|Gov\.|Senator|Sen\.|Sens\."
    r"|Congress(?:man|woman)|Rep\.|Representative|Mayor|Ambassador|Judge|Justice|Prosecutor|Commissioner"
    r"|Director|Chief|Sheriff|Colonel|Col\.?"
    r"|Major|Maj\.?|Captain|Capt\.?|Cmdr\.?|Commander|Lieutenant|Lt\.?|Sergeant|Sgt\.?|Gen\.?|Adm\.?|Admiral"
    r"|Brigadier|Brig\.?|Marshal|King"
    r"|Queen|Prince|Princess|Pope"
    r"|Cardinal|Archbishop|Bishop|Rabbi|Imam|Ayatollah|Sheikh|Emir|Sultan|Professor|Prof\.|Dr\.?|Doctor|CEO|CFO"
    r"|COO|Chair(?:man|woman)?"
    r"|Spokes(?:man|woman|person)|Speaker|Leader|Coach|Envoy|Adviser|Advisor|MP|Sir|Dame|Lord|Lady|Mr\.?|Mrs\.?"
    r"|Ms\.?|Miss|Officer|Inspector"
    r"|Superintendent|Supt\.?|Insp\.?|Detective|Det\.?|Cllr|Founder|Analyst|Economist)"
)
_BEFORE = re.compile(rf"\b((?:{_RANK}{_TITLE_WORD} )+)$", re.IGNORECASE)
NAMED = re.compile(
    rf"\b({_RANK}{_TITLE_WORD}) (?!(?:{_TITLE_WORD}) )((?:[A-Z][\w'’-]+|[A-Z]\.)(?: (?:(?:de|da|del|van|von|bin|al"
    rf"|el|der|den) )*(?:[A-Z][\w'’-]+|[A-Z]\.)){{1,2}})"
    r"(?! (?:of|for|and [A-Z]))"
)
"""A title before two or three capitalised words: a person the model may have missed."""
_RANKED = re.compile(r"^(?:(?:Maj|Brig|Lt|Gen|Col|Capt|Sgt|Adm|Cmdr|Det|Supt|Insp|Cllr)\.? (?:Ch\.? )?)+(?=[A-Z])")
_LEADING = re.compile(rf"^(?:{_RANK}{_TITLE_WORD} )+")
_ROLE = (
    r"(?:president|prime minister|minister|secretary|spokes(?:man|woman|person)|chief executive(?: officer)?"
    r"|chief|director(?: general)?|head|leader|chair(?:man|woman)?"
    r"|governor|mayor|senator|lawmaker|analyst|professor|researcher|expert|economist|lawyer|attorney|prosecutor"
    r"|commander|commissioner|ambassador"
    r"|envoy|adviser|advisor|founder|co-founder|manager|coach|captain|fellow|editor|correspondent|scientist"
    r"|doctor|physician|epidemiologist"
    r"|strategist|officer|judge|resident|owner|partner|general secretary|official|representative|coordinator"
    r"|deputy|member|candidate|king|queen)"
)
_APPOSED = re.compile(
    rf"^,? ?\(?(?:who (?:is|was) |now )?(?:an? |the )?((?:[\w'-]+ ){{0,4}}?{_ROLE}\b)(?: (?:of|at|for|with|from"
    rf"|to) (?:the )?"
    r"((?:[A-Z][\w.&'-]*|of|for|and|on|the|in)(?: (?:[A-Z][\w.&'-]*|of|for|and|on|the|in))*))?",
)
_FROM = re.compile(
    r"^ (?:from|of|at|with) (?:the )?([A-Z][\w.&'-]*(?: (?:[A-Z][\w.&'-]*|of|for|and|on|the|in|against))*)"
)
_LEADER = re.compile(rf"([A-Z][\w.-]*(?: [A-Z][\w.-]*)*)'s? ((?:[\w-]+ ){{0,2}}{_ROLE}),? $")
_INITIALS = re.compile(r"(?:[A-Z]\.)+$")
_COURTESY = re.compile(r"^(?:mr|mrs|ms|miss|dr|sir|dame|lord|lady)\.?$", re.IGNORECASE)
_TRAILING_SMALL = re.compile(r"(?: (?:of|for|and|on|the|in|against))+$")
_FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Queen|Princess|Dame|Lady|[Ss]pokeswoman|[Cc]ongresswoman|[Cc]hairwoman|actress|mother"
    r"|wife|daughter)\b"
)
_MALE = re.compile(
    r"\b(?:Mr|King|Prince|Sir|Lord|Pope|[Ss]pokesman|[Cc]ongressman|[Cc]hairman|actor|father|husband|son)\b"
)
_FEMALE_NAMES = words(
    "Mary Anna Anne Maria Elena Olena Olga Natalia Svetlana Tatiana Yulia Julia Emma Sarah Sara Laura Lisa"
    " Linda Karen Susan Nancy Betty Sandra Jennifer Jessica Ashley Emily Elizabeth Catherine Katherine Kate"
    " Helen Rachel Rebecca Hannah Hillary Michelle Melania Angela Christine Margaret Barbara Patricia Deborah"
    " Donna Carol Ruth Sharon Amy Kelly Nicole Stephanie Victoria Alice Jane Joan Fatima Aisha Amina Leila Layla"
    " Yasmin Priya Mei Yuki Sofia Isabel Carmen Ana Lucia Gabriela Valentina Camila Jill Nikki Elise Theresa Liz"
    " Jacinda Sanna Mette Kaja Ursula Giorgia Claudia Marine Annalena Kamala Ingrid Astrid Kirsten Birgit Heike"
    " Sabine Petra Monika Katarina Ewa Agnieszka Magdalena Zuzana Ilona Katalin Chiara Francesca Paola Silvia"
    " Beatriz Pilar Dolores Mariana Fernanda Juliana Aline Sophie Camille Amelie Chantal Nathalie Isabelle Brigitte"
    " Oksana Iryna Larysa Viktoria Ekaterina Galina Lyudmila Ludmila Marina Irina Zainab Khadija Nour Rania Samira"
    " Noor Shirin Parisa Meena Sunita Lakshmi Anjali Deepika Aung Yoko Akiko Naomi Sakura Grace Joyce Wanjiru"
    " Chidinma Ngozi Adaeze Amara Thandi Zanele Lindiwe Heather Julie Diane Janet Judy Joanna Joanne Fiona Gillian"
    " Hazel Heidi Holly Ivy Lucy Molly Nora Olivia Pamela Paula Penny Rita Rosa Rose Sally Sheila Stella Tracy Wendy"
    " Yvonne Zoe Abigail Alison Bridget Caroline Charlotte Clare Claire Daisy Eleanor Ella Frances Gemma Georgia"
    " Harriet Irene Josephine Kathleen Lauren Louise Lydia Martha Miriam Natalie Nina Phoebe Rosemary Ruby Sophia"
    " Sylvia Tara Vera Veronica Vivian"
)
_MALE_NAMES = words(
    "John James Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony"
    " Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan"
    " Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank"
    " Alexander Raymond Patrick Jack Dennis Jerry Peter Henry Adam Nathan Carlos Juan Jose Luis Miguel Pedro"
    " Diego Ahmed Mohammed Muhammad Ali Omar Hassan Ibrahim Yusuf Ivan Vladimir Sergei Dmitry Dmytro Andriy"
    " Oleksandr Mykhailo Serhiy Volodymyr Viktor Boris Igor Oleg Jean Pierre Emmanuel Hans Klaus Friedrich Raj"
    " Amit Sanjay Hiroshi Kenji Joe Jim Bill Bob Tom Tim Mike Steve Dave Dan Ben Sam Max Simon Martin Philip Ian"
    " Neil Graham Colin Tony Rishi Keir Nigel Jake Lloyd Lars Olaf Sven Bjorn Erik Anders Jens Henrik Mikael Jonas"
    " Magnus Nils Gunnar Wolfgang Jürgen Jörg Dieter Günter Helmut Stefan Thorsten Uwe Matthias Andreas Christian"
    " Markus Tobias Giovanni Giuseppe Luca Marco Matteo Paolo Roberto Sergio Alessandro Francesco Lorenzo Antonio"
    " Javier Fernando Rafael Manuel Alejandro Francisco Jorge Ricardo Eduardo Andres Pablo Hugo Mario Gabriel Mateo"
    " Santiago Jacques Louis Philippe Nicolas Laurent Olivier Bruno Gilles Alain Didier Guillaume Andrzej Piotr Pawel"
    " Jan Tomasz Krzysztof Marek Donald Zoltan Laszlo Istvan Gabor Petr Pavel Jiri Vaclav Milos Aleksandar Nikola"
    " Slobodan Yuri Nikolai Alexei Aleksei Mikhail Anatoly Konstantin Maksim Roman Vitali Vitaly Yevgeny Gennady"
    " Valery Taras Bohdan Yaroslav Petro Khalid Khaled Mustafa Mahmoud Abdul Abdullah Tariq Bilal Imran Rashid Salman"
    " Faisal Hamid Karim Jamal Samir Walid Ravi Rahul Arjun Vikram Suresh Ramesh Anil Sunil Nandalal Takeshi Shinzo"
    " Yoshihide Fumio Shigeru Ichiro Emeka Chinedu Kwame Kofi Sipho Thabo Cyril Jabu Musa Oleh Tommy Terry Trevor"
    " Stuart Russell Roger Ross Rory Rodney Ralph Norman Nathaniel Murray Mitchell Maurice Malcolm Lewis Leonard Leo"
    " Lawrence Keith Julian Jordan Joel Jeremy Harry Harold Gordon Glenn Gerald Geoffrey Fred Francis Felix Evan Ernest"
    " Elliot Edwin Duncan Douglas Dominic Derek Darren Craig Clive Clifford Clarence Chris Carl Bryan Brendan Bernard"
    " Barry Arthur Angus Alfred Albert Alex Alan Adrian Aaron Wayne Warren Walter Vincent Victor"
)
GIVEN_NAMES = _FEMALE_NAMES | _MALE_NAMES
"""First names that show a person, and mostly a gender."""


class Mentioned(Protocol):
    """Anything with a place in the text."""

    @property
    def start(self) -> int:
        """The first character."""

    @property
    def end(self) -> int:
        """The character after the last."""


def strip(name: str) -> str:
    """A person's name without the titles before it."""
    return _LEADING.sub("", name)


def is_ranked(text: str) -> bool:
    """Whether a text is a name behind a rank as it is shortened: 'Brig Gen Nabil Abdullah'."""
    return _RANKED.match(text) is not None


def is_rank(text: str) -> bool:
    """Whether a text is only the word before a title: 'Finance' of 'Finance Minister'."""
    return re.fullmatch(_RANK, f"{text} ") is not None or re.fullmatch(_TITLE_WORD, text) is not None


def of_person(reading: Reading, mentions: Sequence[Mentioned]) -> tuple[str, str]:
    """The title and the affiliation nearest to the first mention that has them; "" where there is none."""
    title = affiliation = ""
    for mention in mentions[:12]:
        # A title or an office in the paragraph above is somebody else's, and so is the place a headline ends with;
        # and the next sentence begins with no part of a body's name.
        paragraph = reading.paragraphs[reading.paragraph(mention.start)]
        ends = min(paragraph.end, reading.sentence_span(reading.sentence(mention.end - 1)).end)
        before = reading.mended[max(paragraph.start, mention.start - 90) : mention.start]
        after = reading.mended[mention.end : min(ends, mention.end + 140)]
        found, body = _before(before)
        if not found:
            found, body = _after(after)
        if not title:
            title = found
        if not affiliation:
            affiliation = body
        if title and affiliation:
            break
    return title, affiliation


def _before(before: str) -> tuple[str, str]:
    leader = _LEADER.search(before)
    if leader:
        return leader.group(2), leader.group(1)
    match = _BEFORE.search(before)
    if match is None:
        return "", ""
    words = match.group(1).split()
    while words and _COURTESY.match(words[0]):
        words.pop(0)
    title = " ".join(words)
    if not title:
        return "", ""
    left = before[: match.start()].rstrip()
    body = re.search(r"((?:[A-Z][\w.&'-]+|of|for|the)(?: (?:[A-Z][\w.&'-]+|of|for))*)$", left)
    name = body.group(1) if body and left and body.group(1)[0].isupper() else ""
    name = re.sub(r"^(?:The|But|And|In|As|When|Then|While|After|On) ?", "", name)
    if name.endswith(".") and not _INITIALS.search(name):
        name = ""
    return title, _TRAILING_SMALL.sub("", name.removesuffix("'s"))


def _after(after: str) -> tuple[str, str]:
    plain = _FROM.match(after)
    if plain and not after.startswith(" of "):
        return "", _body(plain.group(1))
    if not after.startswith(","):
        return "", ""
    match = _APPOSED.match(after)
    if match is None:
        return "", ""
    return match.group(1), _body(match.group(2) or "")


def _body(name: str) -> str:
    """The name of a body, without what stands at its end because the sentence does."""
    name = _TRAILING_SMALL.sub("", name)
    return name if _INITIALS.search(name) else name.removesuffix(".")


def gender(reading: Reading, start: int, end: int) -> str:
    """The gender the words around a name and its first name show: m, f or empty."""
    around = reading.mended[max(0, start - 30) : start]
    if _FEMALE.search(around):
        return "f"
    if _MALE.search(around):
        return "m"
    first = reading.mended[start:end].split(" ")[0]
    if first in _FEMALE_NAMES:
        return "f"
    return "m" if first in _MALE_NAMES else ""


def is_person_noun(token: "Token") -> bool:
    """Whether a common noun names a person by role: 'spokesperson', 'insider'."""
    return token.lemma_.lower() in PERSON_NOUNS or bool(
        re.search(r"(?:man|woman|person|ist|ologist|worker)$", token.lemma_.lower())
    )


PERSON_NOUNS = words(
    "official officer spokesperson spokesman spokeswoman source insider diplomat analyst expert lawmaker"
    " minister senator governor leader aide adviser advisor commander soldier witness resident survivor victim"
    " suspect teacher doctor nurse lawyer attorney prosecutor judge investigator detective researcher scientist"
    " professor economist author editor reporter journalist critic supporter opponent activist campaigner owner"
    " founder executive chief director manager employee worker driver pilot passenger student parent mother"
    " father son daughter wife husband friend neighbor neighbour relative president chancellor king queen prince"
    " candidate voter protester coach player captain man woman boy girl person someone whistleblower informant"
    " veteran general colonel ambassador envoy mayor secretary speaker chairman chairwoman people delegate"
    " representative boss farmer trader investor strategist consultant"
)
