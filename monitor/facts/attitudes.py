"""Words by which somebody judges, wants or speaks of a thing without saying what is so: verbs, nouns and adjectives."""

from monitor.facts.words import words
from monitor.model.facts import CueClass

PREDICATING = words("blame accuse describe call label brand liken characterize characterise dub question")
"""Reactions that say something of their object: who is accused of a thing is said to have done it."""

REACTIONS = PREDICATING | words(
    "criticize criticise thank praise condemn welcome slam blast mock endorse denounce hail applaud apologize apologise"
    " congratulate ridicule deride decry lambast lambaste bash tout laud commend chide rebuke scold assail hammer"
    " downplay tease vilify disparage berate cheer mourn salute extol scorn trash censure deplore despise detest loathe"
    " admire savage skewer rip shame roast revile repudiate belittle insult champion lampoon"
)
"""Verbs of praise and blame: in 'for doing a thing' after them, their object does it."""

ATTITUDES = (REACTIONS - PREDICATING) | words(
    "support back oppose defend attack discuss cite reference quote express voice embrace recognise recognize ignore"
    " challenge encourage promote protest boo bemoan boycott portray paint depict view see favor favour prefer like"
    " dislike love hate admire trust distrust resist advocate target insult belittle shun rebuff snub resent deplore"
    " regret pitch offer echo bill compare contrast list heckle jeer demonise demonize denigrate malign smear taunt"
    " chastise castigate excoriate admonish reprimand fault credit exaggerate answer debate debunk contest"
    " retweet cast name identify tackle remember share regard want"
    " reject reaffirm affirm discount discredit eschew envision envisage overstate"
    " recite respect spurn uphold value worship idolize preach propose predict assess appreciate bless condone"
    " forgive excuse dread reiterate rebut contradict criticise liken"
)
"""Verbs whose object somebody judges, sides with, speaks of or puts forward; only a person or body can."""

BLOWS = words(
    "attack target defend hammer blast rip savage skewer roast slam assail trash bash hit assault shot launch"
)
"""Verbs and nouns of words that are as often of weapons: only a named person deals them in words."""

INTENTIONS = words(
    "want plan intend seek aim refuse decline wish prefer like love hope choose opt decide resolve offer agree"
    " hesitate volunteer"
)
"""Verbs whose infinitive is what somebody wants, is about to do, or will not do."""

TALKING = words(
    "speak talk refer point respond reply joke brag boast complain opine elaborate testify allude inquire apologise"
    " apologize"
)
"""Verbs of talking that give no content but what it is about."""

PREPOSITIONAL: dict[str, frozenset[str]] = {
    "call": words("for on"),
    "refer": words("to"),
    "point": words("to"),
    "respond": words("to"),
    "speak": words("about of against"),
    "talk": words("about of"),
    "complain": words("about of"),
    "warn": words("of about against"),
    "ask": words("about for"),
    "press": words("for on about"),
    "question": words("about"),
    "quiz": words("about on"),
    "worry": words("about over"),
    "hint": words("at"),
    "object": words("to"),
    "agree": words("with"),
    "disagree": words("with"),
    "comment": words("on"),
    "insist": words("on"),
    "write": words("about"),
    "joke": words("about"),
    "brag": words("about"),
    "boast": words("about of"),
    "focus": words("on"),
    "weigh": words("in on"),
    "campaign": words("for against"),
    "argue": words("for against"),
    "advocate": words("for"),
    "rail": words("against"),
    "lash": words("at"),
    "swing": words("at"),
    "side": words("with"),
    "approve": words("of"),
    "disapprove": words("of"),
    "think": words("of about"),
    "hope": words("for"),
    "opine": words("on about"),
    "elaborate": words("on"),
    "speculate": words("about on"),
    "inquire": words("about"),
    "allude": words("to"),
    "react": words("to"),
    "reply": words("to"),
    "believe": words("in"),
    "decide": words("on"),
    "dream": words("of about"),
    "testify": words("about"),
    "tweet": words("about"),
    "apologize": words("for to"),
    "apologise": words("for to"),
    "cheer": words("for"),
    "plead": words("for"),
    "appeal": words("for to"),
    "rule": words("on"),
    "commit": words("to"),
    "tout": words("as"),
    "remark": words("on"),
}
"""Cues whose content may follow a preposition: 'spoke about the war'."""

ABOUT: dict[str, frozenset[str]] = {
    **dict.fromkeys(words("support endorsement praise admiration enthusiasm sympathy"), words("for of")),
    **dict.fromkeys(words("criticism condemnation rejection denunciation defense defence"), words("of")),
    **dict.fromkeys(words("mention approval"), words("of")),
    **dict.fromkeys(words("opposition objection response reaction commitment resistance"), words("to")),
    **dict.fromkeys(words("comment remark statement view opinion position thought"), words("on about")),
    **dict.fromkeys(words("concern worry doubt question complaint allegation skepticism"), words("about over of")),
    **dict.fromkeys(words("call demand plea appeal push hope preference"), words("for")),
    **dict.fromkeys(words("attack"), words("on against")),
    **dict.fromkeys(words("swipe shot jab dig aim"), words("at")),
    **dict.fromkeys(words("issue"), words("with")),
    **dict.fromkeys(words("stance stand"), words("on against for")),
    **dict.fromkeys(words("argument pitch"), words("for against")),
    **dict.fromkeys(words("accusation warning fear announcement threat admission"), words("of")),
    **dict.fromkeys(words("plan proposal promise pledge vow refusal offer threat decision desire bid"), words("to")),
}
"""Nouns of saying or holding, and the words that lead to what it is about: 'their support for', 'his refusal to'."""

ADJECTIVES: dict[str, CueClass] = {
    **dict.fromkeys(words("aware confident sure certain convinced hopeful optimistic pessimistic doubtful"), "believe"),
    **dict.fromkeys(words("skeptical sceptical unsure uncertain afraid fearful worried concerned"), "believe"),
    **dict.fromkeys(words("critical supportive proud ashamed angry furious outraged upset happy glad"), "react"),
    **dict.fromkeys(words("pleased grateful thankful sorry disappointed dismayed frustrated excited sad"), "react"),
    **dict.fromkeys(words("dismissive disdainful wary tired fond appreciative embarrassed shocked"), "react"),
    **dict.fromkeys(words("surprised amazed appalled opposed alarmed impressed interested adamant"), "react"),
    **dict.fromkeys(words("willing unwilling eager keen reluctant determined inclined hesitant"), "intend"),
}
"""Adjectives by which somebody holds, judges or wants what follows: 'confident that', 'critical of', 'unwilling to'."""
