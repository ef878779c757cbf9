"""Verbs and nouns of action: their types, and which make what hangs on them planned, possible, asked for or undone."""

from monitor.facts.words import words

_TYPES: dict[str, str] = {
    "attack": (
        "attack strike bomb bombard shell hit target raid shoot fire launch invade assault storm ambush stab"
        " intercept repel capture ram kidnap abduct hijack"
    ),
    "kill": "kill murder assassinate execute slay massacre",
    "die": "die perish drown",
    "injure": "injure wound hurt maim hospitalize hospitalise",
    "destroy": "destroy damage demolish collapse burn wreck level sink explode crash derail erupt",
    "permit": (
        "allow permit authorize authorise approve let clear greenlight grant license enable legalize"
        " legalise okay sanction"
    ),
    "stop": (
        "ban prohibit block bar forbid prevent stop halt suspend discourage deter dissuade cancel veto"
        " postpone delay close shut"
    ),
    "move": (
        "send deploy move arrive leave enter travel flee withdraw evacuate station advance retreat return"
        " cross transfer deport ship"
    ),
    "agree": "agree sign ratify settle reach negotiate pass adopt endorse accept",
    "rescue": "rescue save",
    "meet": "meet visit host summon",
    "win": "elect win defeat lose beat draw qualify vote",
    "office": "appoint resign quit dismiss oust nominate sack step name hire promote replace inaugurate",
    "justice": (
        "arrest detain charge indict sentence convict jail acquit sue fine extradite imprison rule overturn"
        " uphold investigate search seize accuse free release pardon clear prosecute"
    ),
    "give": "give provide supply deliver donate fund offer lend transfer award pay",
    "trade": "buy acquire sell merge purchase invest export import raise cut slash hike",
    "change": (
        "rise fall grow drop increase decrease decline jump surge plunge tumble climb soar slip shrink gain"
        " double triple slow slide rebound recover downgrade upgrade"
    ),
    "use": "use employ deploy test",
    "find": "discover find detect identify uncover",
    "protest": "protest demonstrate rally strike riot march",
    "threaten": "threaten vow pledge promise",
    "demand": "demand urge order call request",
    "tell": (
        "announce warn condemn criticize criticise blame praise reject deny confirm declare admit apologize apologise"
    ),
}
TYPE_OF = {verb: kind for kind, verbs in reversed(_TYPES.items()) for verb in verbs.split()}

PHRASAL = {
    phrase: kind
    for kind, phrases in {
        "attack": "shoot down|gun down|lash out|open fire",
        "destroy": "blow up|burn down|break up|set off|go off",
        "stop": "call off|shut down|turn back|turn away|break off|hold up|hold back|cut off|lock down|pull out",
        "office": "step down|stand down|step aside|take over",
        "justice": "lock up|turn in",
        "move": "set off|set out|pull back|fly in|fly out|move in|move out",
        "give": "hand over|hand out|give back|pay out",
        "permit": "wave through",
        "change": "go up|go down",
        "agree": "sign off",
        "tell": "turn down|rule out|play down|own up|speak out",
        "protest": "walk out|take up",
        "use": "use up",
        "trade": "sell off|buy up|buy out|write off|write down",
        "find": "turn up|dig up",
    }.items()
    for phrase in phrases.split("|")
}
"""Verbs whose particle makes another act of them."""

NOUNS = {
    noun: kind
    for kind, nouns in {
        "attack": (
            "attack strike airstrike bombing bombardment shelling raid shooting invasion assault offensive"
            " incursion stabbing ambush blast retaliation"
        ),
        "destroy": "explosion crash fire collapse derailment earthquake flood eruption hurricane",
        "permit": "authorization authorisation approval permission",
        "stop": "ban suspension closure cancellation ceasefire embargo blockade",
        "move": "deployment withdrawal evacuation arrival departure retreat",
        "kill": "killing murder assassination massacre",
        "die": "death",
        "justice": "arrest detention conviction indictment trial sentencing",
        "office": "resignation appointment dismissal nomination",
        "win": "victory defeat election",
        "trade": "acquisition takeover merger purchase sale",
        "protest": "protest demonstration rally riot",
        "meet": "summit meeting",
    }.items()
    for noun in nouns.split()
}

LIGHT_VERBS = words("give grant get receive carry conduct make launch mount stage issue win obtain")
PERMISSION_NOUNS = words(
    "light permission approval authorization authorisation go-ahead nod clearance consent blessing licence"
    " license green"
)

OBJECT_CONTROL = words(
    "allow permit authorize authorise let enable encourage urge ask tell order force compel persuade convince"
    " press require instruct warn invite help advise teach want expect get cause lead prompt request beg implore"
    " call push inspire empower approve clear direct pressure command motivate entitle oblige tempt challenge"
    " hire pay train"
)
REQUESTING = words(
    "ask urge demand order request require press beg implore call push advise instruct recommend tell invite"
    " encourage direct command pressure suggest propose insist recommend advise appeal plead lobby petition campaign"
)
PERMITTING = words("allow permit let authorize authorise enable approve clear entitle free empower")
PLANNING = words(
    "want plan intend prepare aim seek hope expect decide agree vow pledge promise threaten set schedule"
    " propose offer consider mull commit wish look need choose opt volunteer arrange mean swear poise slate due"
    " resolve involve entail vote"
)
WANTING = words("want like need wish prefer")
"""Verbs that ask somebody else to do what they want done."""
ATTEMPTING = words("try attempt struggle strive fight compete")
SEEMING = words(
    "seem appear suspect believe think allege accuse rumor rumour presume assume claim report say estimate tend charge"
)
FAILING = words("fail refuse decline neglect avoid forget forgo omit hesitate resist abstain refrain")
PREVENTING = words(
    "prevent stop block bar ban prohibit keep discourage deter dissuade forbid hinder exclude disqualify"
    " restrain halt cease quit refrain abstain"
)
AIMED = words(
    "suspect charge convict arrest fine acquit warn deter talk punish forgive sue investigate jail sanction force"
    " sentence imprison sack dismiss suspend expel reprimand discipline censure detain prosecute reward"
)
"""Verbs whose object is the one who does what follows 'of', 'for', 'from' or 'into'."""

OPPOSING = words("oppose resist reject")
FAVOURING = words("favour favor support back advocate")
"""Verbs of what others should do or not do: 'most oppose sending arms'."""
FACTUAL = words(
    "begin start continue manage help proceed go come keep happen force cause make lead get learn remember use"
    " rush hurry resume"
)

PLAN_NOUNS = words(
    "plan decision offer threat proposal intention promise pledge effort attempt bid aim goal move readiness"
    " commitment agreement deal preparation"
)
CHARGE_NOUNS = words(
    "accusation allegation claim suggestion report rumour rumor charge notion idea assertion speculation insinuation"
)
UPON_CLAIMS = words(
    "make face drop hear settle win lose investigate probe study review receive raise repeat level lodge admit spread"
    " report reopen open launch begin lead end close file bring handle weigh answer fight quash overturn"
)
"""What is done to claims and inquiries: 'after facing claims' tells an act, 'after bullying claims' does not."""
ROW_NOUNS = words("row scandal probe inquiry case trial fear suspicion investigation plot threat scare conviction")
OPEN_NOUNS = words(
    "possibility risk prospect fear likelihood hope speculation allegation suspicion claim rumor rumour accusation"
    " doubt question chance danger"
)
PROOF_NOUNS = words("evidence proof sign indication suggestion word report confirmation guarantee assurance certainty")
"""Nouns that leave open what hangs on them where there is none: 'no evidence that'."""
TRUE_ADJECTIVES = words("true correct accurate right")
UNTRUE_ADJECTIVES = words("false untrue wrong incorrect fabricated inaccurate")
OPEN_ADJECTIVES = words(
    "possible likely conceivable plausible probable unclear uncertain unsure unknown doubtful debatable questionable"
)
CONDITIONS = words("provided providing supposing assuming")
REJECTING = words("reject deny dismiss refute dispute rebut denounce rubbish")
FACTIVE = words("know realise realize regret forget mention mind care matter notice remember like hide")
"""Verbs whose content stands also when they are negated: 'did not know that'."""
REQUEST_NOUNS = words("request call demand order appeal plea petition recommendation obligation instruction")
NEED_NOUNS = words("need obligation duty requirement call")
ABILITY_NOUNS = words(
    "ability right permission chance opportunity authority power license licence capacity authorization"
    " authorisation approval way reason freedom light nod go-ahead clearance"
)

FIGURES = words(
    "loss profit revenue earning earnings sale income result turnover surplus deficit rise fall increase decrease drop"
    " gain growth decline jump case death"
)
GOING = words(
    "go come fly rush head drive sail take bring carry spread drift extend climb walk run fall travel migrate relocate"
    " commute divert reroute lead fire launch stretch hurry dash return migrate arrive deliver pull"
)
"""Verbs after which 'to' leads to a place, beside those of moving."""
CAUSING = words("have get want see like need order keep leave prefer demand wish")
"""Verbs that have something done: 'wants them prosecuted'."""
PLACES = words(
    "province region city town village district area country state county capital island suburb neighbourhood"
    " neighborhood place square street border coast valley mountain port site"
)
BEFALLING = words(
    "kill murder injure wound arrest jail imprison detain convict indict kidnap abduct evacuate rescue displace destroy"
    " execute assassinate behead hospitalise hospitalize deport extradite acquit exonerate oust expel sack slay name"
)
"""Verbs that always have an object: without one in the past tense they are passives whose auxiliary is left out."""
SELF_MADE = words(
    "die rise fall go come win lose begin start happen return resign collapse say tell sink crash rally surge plunge"
    " jump slip slide soar grow drop climb stall fail agree meet vote arrive leave remain stay live work talk speak"
    " erupt explode burn drown perish retire quit flee escape vanish disappear emerge appear end close open survive"
    " lie collide clash skid falter cheat know matter weep cry swear pray compete retreat advance backtrack"
    " decline refuse try play draw score sing react respond apologise apologize protest march strike become be have do"
)
"""Verbs that titles use in the past without meaning that it was done to the subject: 'Singer died', 'Talks failed'."""
PAST_ONLY = words(
    "knew fell took gave saw did went wrote broke chose drove ate flew forgot froze hid rode rose shook spoke stole"
    " swore threw wore drew blew grew sang sank swam began drank rang ran came became bit lay tore bore woke was were"
)
"""Pasts that no participle is like: what 'stole' is told in the active, also where titles leave words out."""
MEANS = words(
    "boat plane train car bus helicopter air sea land road rail foot hand mistake accident email mail phone post text"
    " letter video law force fire chance default design proxy lot vote decree consensus surprise gunfire ambulance"
    " truck ship ferry satellite telephone"
)
"""Nouns that after 'by' tell the way something was done."""
POSSIBLE_AUX = words("may might could can")
WEAK_ADVERBS = words(
    "possibly perhaps maybe likely probably allegedly reportedly apparently purportedly potentially supposedly"
    " seemingly presumably"
)
PLACE_PREPOSITIONS = words(
    "in at near inside within outside across throughout around off over into to from on through toward towards between"
)
DENIED_THINGS = words(
    "wrongdoing involvement responsibility guilt knowledge charge allegation accusation claim report blame liability"
    " fault comment"
)
"""What those deny who are accused of something."""
