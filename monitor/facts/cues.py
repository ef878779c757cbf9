"""Words that attribute: which verbs, nouns and phrases tell that somebody says, holds, asks or denies something."""

from monitor.facts.words import words
from monitor.model.facts import CueClass

_VERBS: dict[CueClass, frozenset[str]] = {
    "say": words(
        "say tell state add note mention announce declare explain comment remark respond reply answer write tweet"
        " post confirm reveal disclose acknowledge admit concede claim argue insist maintain assert contend stress"
        " emphasise emphasize point observe recall recount suggest warn caution joke quip shout testify reiterate"
        " repeat continue conclude affirm allege inform remind complain boast lament propose elaborate clarify"
        " indicate signal outline assure reassure hint imply exclaim proclaim retort counter opine muse confide gush"
        " rant ask wonder question brag chime relay interject profess attest vouch posit underline underscore"
        " highlight message email cite rule bark snap roar thunder interrupt lecture speculate reason stipulate sigh"
        " yell reckon theorize quote confess echo chant scream mutter whisper cry hear accept"
    ),
    "believe": words(
        "believe think consider feel hope fear doubt suspect worry assume view regard agree disagree understand"
        " realize realise recognise recognize prefer wish dream favor favour imagine guess suppose"
        " presume figure judge fret"
    ),
    "deny": words("deny dismiss reject refute dispute disavow rebut"),
    "predict": words("predict forecast estimate project anticipate expect foresee"),
    "promise": words("promise pledge vow swear threaten guarantee commit"),
    "demand": words("demand urge request plead beg recommend advise implore call press exhort instruct"),
    "report": words("report find show conclude indicate discover determine document detail"),
}
CLASS_OF: dict[str, CueClass] = {verb: kind for kind, verbs in _VERBS.items() for verb in sorted(verbs)}
SPEECH = _VERBS["say"] | _VERBS["deny"] | words("report predict vow pledge promise")
SURE = words(
    "say tell state add note announce declare explain write tweet confirm claim argue insist maintain assert"
    " contend stress emphasize emphasise warn caution acknowledge admit concede allege believe think predict"
    " reply respond continue testify mention suggest rule"
)
"""Cues that are nearly always speech or thought, even with little around them."""

ADDING = words("add cite note stress continue conclude explain point emphasize emphasise reiterate mention observe")
"""Participles by which whoever speaks goes on speaking: '..., adding that ...'."""

INFINITIVE = words(
    "promise pledge vow threaten swear hope wish expect refuse decline offer prefer agree claim demand ask"
    " plead commit decide propose plan intend profess guarantee"
)
"""Cues whose content may be 'to do something'."""

ADDRESSED = words(
    "urge ask advise warn request beg implore call press exhort instruct order recommend remind tell encourage"
    " invite caution assure persuade convince inform"
)
"""Cues that may name who is spoken to as the object, before the content."""

OBJECT = words(
    "announce confirm deny dismiss refute dispute demand predict forecast acknowledge admit promise pledge"
    " claim reveal disclose propose suggest mention recommend emphasize emphasise stress highlight underline"
    " underscore expect fear allege request estimate recall outline detail reiterate guarantee favor favour"
    " prefer question anticipate foresee explain note signal declare describe disavow document recount tweet report"
    " assert argue write concede conclude vow urge repeat show indicate find"
)
"""Cues whose content may be a plain object: 'denied the charges'."""

RAISING = words("expect believe think say report allege understand estimate know rumor rumour consider")
"""Cues that may leave out who says so: 'is believed to have fled'."""

NOUNS: dict[str, CueClass] = {
    "claim": "say",
    "statement": "say",
    "allegation": "say",
    "accusation": "say",
    "assertion": "say",
    "warning": "say",
    "comment": "say",
    "remark": "say",
    "suggestion": "say",
    "announcement": "say",
    "argument": "say",
    "admission": "say",
    "insistence": "say",
    "belief": "believe",
    "view": "believe",
    "opinion": "believe",
    "fear": "believe",
    "hope": "believe",
    "concern": "believe",
    "suspicion": "believe",
    "conviction": "believe",
    "feeling": "believe",
    "idea": "believe",
    "denial": "deny",
    "prediction": "predict",
    "forecast": "predict",
    "expectation": "predict",
    "estimate": "predict",
    "promise": "promise",
    "pledge": "promise",
    "vow": "promise",
    "threat": "promise",
    "demand": "demand",
    "call": "demand",
    "request": "demand",
    "report": "report",
    "finding": "report",
    "conclusion": "report",
    "evidence": "report",
    "rumor": "report",
    "rumour": "report",
    "speculation": "report",
    "sign": "report",
}

REPORTED_ADVERBS = words("reportedly allegedly purportedly supposedly apparently")
"""Adverbs by which the article leaves the truth to somebody it does not name."""

DOCUMENTS = words(
    "poll survey report study statement document analysis data figure record email letter memo filing lawsuit"
    " indictment article story book paper review research investigation audit transcript court ruling tweet post"
    " complaint affidavit website newspaper magazine official authority government ministry agency company"
    " police media source expert analyst scientist researcher critic group people voter team campaign department"
    " administration state union party firm bank institute organization organisation army military committee"
    " leader resident witness family lawyer prosecutor speech address editorial column ad advertisement bulletin"
    " communique release headline message note billboard banner platform manifesto decree law treaty"
)
"""Things and bodies that speak."""

ANONYMOUS = words(
    "official source insider spokesperson spokesman spokeswoman diplomat aide witness resident person people"
    " analyst expert critic observer adviser advisor lawmaker soldier officer lawyer investigator relative"
    " neighbor neighbour scientist researcher trader investor worker employee survivor supporter opponent"
    " activist economist prosecutor man woman voter doctor somebody someone reporter journalist student teacher"
    " parent leader politician senator minister member commander"
)
COLLECTIVE = words(
    "ministry government department police army military media outlet agency newspaper report study poll survey"
    " company firm court administration campaign committee commission council team group bank authority state"
    " union party office statement navy force bloc news channel television magazine organization organisation"
    " institute regulator watchdog embassy association network site document data family community country"
    " nation public world allies many others some most prosecutor website service"
)
REPORTERS = words(
    "reporter journalist audience crowd lawmaker senator parliament court conference meeting panel network"
    " newspaper agency"
)
"""To whom things are told so that they reach the article."""

UNSAID = frozenset(
    words(
        "say confirm disclose specify announce reveal indicate mention report acknowledge admit explain clarify state"
        " detail tell comment"
    )
)
"""Negated, these leave open what they are about: 'officials did not confirm that ...' is nobody's claim."""
CHANNELS = words(
    "statement interview speech address tweet post briefing conference email letter report television tv radio"
    " telegram facebook twitter x video testimony remarks hearing article note message court memo filing"
    " reporters journalists lawmakers call debate rally show reporter journalist lawmaker remark evidence proof"
)
"""What or whom a thing is said in or to: 'said in a statement that ...', 'told reporters that ...'."""
ACTS = CHANNELS | NOUNS.keys() | words("decision ruling verdict judgment judgement move step attack rebuke response")
"""What the act of saying itself is called: '..., the court ruled, in a decision that ...'."""
VENUES = words(
    "interview statement speech post tweet briefing conference broadcast episode page editorial op-ed appearance"
    " podcast video blog column newsletter address letter email memo twitter facebook instagram telegram"
)
"""Where a thing is said, after what is said: '... in an interview', 'on his Facebook page'."""
WITHHELD = words("disclose reveal specify detail comment")
"""Cues that, negated, tell what somebody keeps back: 'did not disclose the price'."""
ANIMATE = words("acknowledge admit accuse blame urge pledge vow")
"""Cues that only a person or body can be the subject of, whatever it is called."""
ANSWERS = words("answer reply response message point position advice theory explanation word")
"""Nouns for what somebody says, beside those that hold a clause of their own: 'his answer was that ...'."""
UNDONE = words("decline refuse fail hesitate forget neglect")
"""Verbs whose infinitive is not done: who declined to say whether it rained has said nothing."""
