"""What the grouping knows about words: which say little, which name an act, and what their base forms are."""

from functools import lru_cache

from monitor.stories.languages import ACTS

_ENGLISH = """
a about above across after again against all almost along already also although always am among an and another
any are aren around as at away back be became because become been before began behind being below between both
but by came can cannot come could couldn day days did didn do does doesn doing don done down due during each
early either end even ever every few first following for former found four from further gave get give given go
going gone got had hadn has hasn have haven having he her here hers herself him himself his how however i if in
including into is isn it its itself just keep kept know known last late later least less let like likely ll long
made make makes many may me mean meanwhile might month months more most mr mrs ms much must my myself near need
never new next no nor not now of off often old on once one only onto or other others our out over own part per
place put quite rather re really right s said same saw say saying says second see seen several she should
shouldn since six so some still such t take taken than that the their them themselves then there these they
thing things third this those though three through time to today together told too took toward towards two under
until up upon us use used using ve very via vs want was wasn way we week weeks well went were weren what when where
whether which while who whole whom whose why will with within without won would wouldn yesterday yet you your
yours year years according added adding amid statement reported report reports reporting news spokesman
spokeswoman spokesperson people person man men woman women group called call set number five ten hundred
thousand million billion monday tuesday wednesday thursday friday saturday sunday january february march april
june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue
wed thu fri sat sun morning afternoon evening night hour hours minute minutes earlier ago tomorrow
"""
_OTHER_LATIN = """
der die das und den von zu mit sich des auf für ist im dem nicht ein eine als auch es werden aus er hat dass sie
nach wird bei einer um sind noch wie einem über einen zum war haben nur oder aber vor zur bis mehr durch le la
les de du un une et est en que qui dans pour pas au sur ne se ce il sont aux par avec plus ont son mais comme ou
si leur elle été cette ses être fait à el los las y del una con por para como más pero sus al lo fue este ha o
está han entre di che e non da sono della dei nel alla più anche het een van ik te dat op aan met voor maar om
hem dan zou wat mijn bij
"""
_CYRILLIC = """
и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня
еще нет о из ему теперь когда даже ну вдруг ли если уже или ни быть был него до вас нибудь опять уж вам сказал
это эти та і й що як від про це також який яка які з із при для після
"""
STOP = frozenset((_ENGLISH + _OTHER_LATIN + _CYRILLIC).split())
"""Words that carry no subject, in the languages most feeds are written in (English by far the fullest)."""

_COMMON = """
government official officials minister ministry president state country city police public company national
world area members leader leaders plan support work show high market home house case change service political
international security help family life local center central department authority agency north south east west
percent report media social video story image photo read information comment interview issue problem question
power early large major main good big small great open start run expected point number service council general
"""
COMMON = frozenset(_COMMON.split())
"""News furniture: words so common that a fresh index should not take them for rare."""

_ACTIONS = """
attack: attack strike shell bomb raid assault bombard barrage ambush blast explode explosion detonate hit slam
launch: launch
abduct: abduct abduction kidnap hostage seize
kill: kill dead die death slay slain fatal murder casualty toll deadly
injure: injure wound hurt injury
arrest: arrest detain detention custody apprehend suspect
charge: charge indict accuse prosecute lawsuit sue
sentence: sentence convict conviction jail imprison verdict guilty acquit
resign: resign resignation quit oust sack depose topple abdicate dismiss dismissal
appoint: appoint nominate inaugurate swear succeed successor replace replacement
elect: elect vote ballot election referendum recount
approve: approve approval authorise authorize permission ratify greenlight allow permit
reject: reject refuse veto block rebuff overturn annul quash rescind scrap
ban: ban prohibit suspend suspension halt pause restrict restriction
sanction: sanction embargo tariff
agree: agree agreement deal sign pact accord ceasefire truce settle settlement
strike_work: walkout picket union
reopen: reopen resume restore recover regain
lose: lose loss silent
order: order instruct
appeal: appeal retrial
expel: expel expulsion deport bar
break: break violate violation breach
fail: fail failure foil thwart avert
close: close shut closure shutdown
evacuate: evacuate evacuation flee
rescue: rescue retrieve
search: search missing recorder
release: release free
seize: capture confiscate impound
collapse: collapse crash derail capsize sink
recall: recall withdraw withdrawal abandon shelve backtrack
declare: declare declaration emergency
investigate: investigate investigation probe inquiry
vaccinate: vaccinate vaccine vaccination jab
quarantine: quarantine isolate lockdown
deploy: deploy deployment reinforce mobilise mobilize
retaliate: retaliate retaliation retaliatory vow threaten warn warning
doctrine: nuclear
buy: acquire acquisition takeover merger buy bid
bankrupt: bankrupt bankruptcy insolvency layoff layoffs
protest: protest rally demonstrate demonstration riot
apologise: apologise apologize apology
return: return
discover: identify identification
deny: deny denial dispute refute
confirm: confirm confirmation acknowledge admit
extend: extend extension postpone delay cancel widen expand
rate: hike cut raise slash
win: win victory defeat beat concede
accept: accept consent plead
bury: funeral bury burial mourn
blame: blame cause fault
sabotage: sabotage
claim: responsibility
pay: compensate compensation fine penalty damages
testify: testify testimony trial hearing
block: blockade
surrender: surrender
escape: escape
propose: propose proposal offer
impose: impose
lift: lift ease
sell: sell sale
pledge: pledge donate
spread: spread
restart: restart
"""
_FORMS = {
    "struck": "strike", "shot": "shoot", "died": "dead", "dies": "dead", "dying": "dead", "slain": "slain",
    "fled": "flee", "fleeing": "flee", "sank": "sink", "sunk": "sink", "swore": "swear", "sworn": "swear", "won": "win",
    "withdrew": "withdraw", "withdrawn": "withdraw", "lost": "lose", "broke": "break", "broken": "break",
    "sought": "seek", "overthrew": "overthrow", "overthrown": "overthrow", "recaptured": "recapture",
    "froze": "freeze", "lay": "lay", "bought": "buy", "sued": "sue", "suing": "sue", "hit": "hit",
    "casualties": "casualty", "injuries": "injury", "fatalities": "fatal", "fatality": "fatal", "deaths": "death",
    "men": "man", "women": "woman", "children": "child", "people": "people", "said": "say", "told": "tell",
    "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall", "led": "lead", "sent": "send", "held": "hold",
    "shut": "shut", "beaten": "beat", "ukrainian": "ukraine", "ukrainians": "ukraine", "russian": "russia",
    "russians": "russia", "korean": "korea", "koreans": "korea", "american": "us", "americans": "us",
    "chinese": "china", "german": "germany", "germans": "germany", "israeli": "israel", "israelis": "israel",
    "british": "britain",
    "uk": "britain", "french": "france", "iranian": "iran", "turkish": "turkey", "spanish": "spain", "italian": "italy",
    "japanese": "japan", "indian": "india", "indians": "india", "canadian": "canada", "australian": "australia",
    "mexican": "mexico", "brazilian": "brazil", "syrian": "syria", "polish": "poland", "greek": "greece",
    "egyptian": "egypt", "nigerian": "nigeria", "kenyan": "kenya", "pakistani": "pakistan", "afghan": "afghanistan",
    "haitian": "haiti", "lebanese": "lebanon", "palestinian": "palestine", "palestinians": "palestine",
    "kiev": "kyiv", "zelenskyy": "zelensky", "zelenskiy": "zelensky", "usa": "us",
    "kilometre": "km", "kilometer": "km", "kilometres": "km", "kilometers": "km", "program": "programme",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The base form of a folded word: a light English stemmer (inflections only) with the irregular forms of news.

    Follows Harman's s-stemmer for plurals ("How effective is suffixing?", 1991), with -ed and -ing added; words of
    other languages mostly pass through, the same way each time.
    """
    if word in _FORMS:
        return _FORMS[word]
    n = len(word)
    if n <= 3 or not word.isascii():
        return _slavic(word) if n > 3 and "\u0400" <= word[0] <= "\u04ff" else word
    if word.endswith("ies") and n > 4:
        word = word[:-3] + "y"
    elif word.endswith("sses") or (word.endswith("es") and word[-3] in "xzh" and n > 4):
        word = word[:-2]
    elif word.endswith("s") and word[-2] not in "usi":
        word = word[:-1]
    elif word.endswith("ied") and n > 4:
        return word[:-3] + "y"
    for tail in ("ing", "ed"):
        if word.endswith(tail) and len(word) - len(tail) >= 3 and any(c in "aeiouy" for c in word[: -len(tail)]):
            word = word[: -len(tail)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _slavic(word: str) -> str:
    """The base of a Russian or Ukrainian word, in letters that both languages have: case endings are cut off."""
    word = word.translate(_ONE_SPELLING)
    for ending in _CASE_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_ONE_SPELLING = str.maketrans(dict(zip("іїєґёыэй", "ииегеиеи", strict=True)) | dict.fromkeys("ьъ'’ʼ", ""))
_ENDINGS = """
иями ями ами ого его ому ему ими ею ою ах ях ам ям ом ем им их ую юю ая яя ое ее ие ия ию ии ои еи а я о е и у ю
"""
_CASE_ENDINGS = sorted(_ENDINGS.split(), key=len, reverse=True)

COMMON_STEMS = frozenset(stem(word) for word in COMMON)

ACTIONS = {
    stem(word): name
    for line in _ACTIONS.strip().splitlines()
    for name, words in [line.split(":")]
    for word in words.split()
} | {stem(word): name for word, name in ACTS.items()}
"""Stem -> the class of act the word names; synonyms share a class, so that a rewrite brings no new act."""

WEEKDAYS = {
    name: day
    for day, names in enumerate((
        "monday montag lundi lunes понедельник понедiлок", "tuesday dienstag mardi martes вторник вівторок",
        "wednesday mittwoch mercredi miércoles среду середу", "thursday donnerstag jeudi jueves четверг четвер",
        "friday freitag vendredi viernes пятницу пʼятницю", "saturday samstag samedi sábado субботу суботу",
        "sunday sonntag dimanche domingo воскресенье неділю",
    ))
    for name in names.split()
}  # fmt: skip
MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
