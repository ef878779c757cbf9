"""The notices by which an article says that it or an earlier one was wrong, or is taken back, in several languages."""

import re

_PIECE = r"(?:article|story|report|piece|item|column|interview|dispatch|text|version|headline)"

CORRECTION = re.compile(
    rf"""(?ix)
    (?:^|[\s(\[\-–—"“])
    (?:correct(?:ed|ion|ions|s)?(?:\s+(?:version|copy))?\s*(?=[-:–—)\]])
    |^\W*corrections?(?:\s+(?:and|&)\s+clarifications?)?\W*$
    |correction\s+(?:to|appended)\b
    |corrects\s+(?:to|the|that|period|name|number|figure|spelling|attribution|date|headline|paragraph|lead|year|amount|price
      |title|company|quote|spell|day|age|first|last|march|item|\w+\s+\d+)
    |company\s+corrects\b|refile\s*[-:–—]|errat(?:um|a)\b|clarification\b|clarifies\s+that\b.{{0,60}}$
    |(?:an?\s+|the\s+)?(?:earlier|previous|first|original)\s+version\s+of\s+(?:this|the|our)\s+{_PIECE}
    |in\s+an\s+earlier\s+(?:version|report)\s+we\b
    |(?:this|the|our)\s+{_PIECE}\s+(?:has\s+been|was)\s+(?:\w+\s+)?(?:corrected|amended)
    |(?:this|the|our)\s+{_PIECE}\s+(?:has\s+been|was)\s+(?:updated|edited|changed|revised)\s+to\s+(?:correct|fix|clarify|reflect)
    |{_PIECE}\s+of\s+this\s+{_PIECE}\s+(?:has\s+been|was)\s+(?:changed|corrected|amended)
    |we\s+(?:have\s+)?(?:corrected|amended)\s+(?:the|this|our)\b
    |we\s+(?:wrongly|incorrectly|mistakenly|erroneously)\b
    |{_PIECE}\b[^.]{{0,50}}\s(?:(?:incorrectly|wrongly|mistakenly|erroneously)\s+\w+|misstated|misspel(?:led|t)|misidentified|misnamed
      |misquoted)
    |(?:because\s+of|due\s+to|owing\s+to)\s+an?\s+(?:editing|reporting|production|transcription|agency)\s+error
    |not\s+(?:[^.]|\.\d){{1,60}}?\bas\s+(?:we\s+(?:\w+\s+)?(?:wrote|reported|said|stated|published)|(?:previously|earlier|first|originally|wrongly)
      \s+(?:reported|stated|written|published)|(?:reported|stated)\s+(?:earlier|previously|in\s+an\s+earlier))
    |we\s+(?:apologi[sz]e|regret|are\s+sorry)\s+(?:for\s+)?(?:the|this|our|any)\s+(?:error|mistake)s?
    |editor'?s\s+note\s*:.{{0,80}}(?:correct|error|earlier\s+version)
    |(?:korrektur|berichtigung|richtigstellung|rectificatif|erratum|correction|fe\s+de\s+erratas?|fe\s+de\s+errores|rectificaci[óo]n
      |correcci[óo]n|corre[çc][ãa]o|errata|rettifica|исправление|уточнение|поправка|виправлення|уточнення)\s*[:–—-])
    """
)
RETRACTION = re.compile(
    rf"""(?ix)
    (?:^|[\s(\[\-–—"“])
    (?:retract(?:ed|ion)\s*(?=[-:–—)\]])|retraction\b
    |(?:we|has|have|had|was|were|is|are)\s+(?:been\s+)?(?:retract(?:ed|ing)?|withdr(?:awn|awing|ew))\s+(?:this|the|its|our|an?)
      \s+{_PIECE}
    |(?:this|the|our|its)\s+{_PIECE}\b[^.']{{0,40}}\s(?:retracted|withdrawn)\s*(?:[.:;,)]|$)
    |^\W*(?:advisory|note|kill|attention)\b[^.]{{0,60}}\bwithdrawn
    |kill\s+(?:notice|advisory)|{_PIECE}\s+(?:withdrawn|removed|retracted)\s*[:–—-]
    |withdr(?:aws|ew)\s+(?:its|the|our)\s+{_PIECE}\b
    |(?:this|the|our)\s+{_PIECE}\s+(?:has\s+been|was)\s+(?:removed|deleted|taken\s+down)\b
    |please\s+disregard
    |(?:widerruf|zurückgezogen|retractaci[óo]n|rétractation|опровержение|спростування|материал\s+отозван|матеріал\s+відкликано)\s*[:–—-])
    """
)

_HINTS = """
corre incorr rettifica retract rétract widerruf withdr clarif version amend chang wrong mistak misst missp misid misna
misqu erro errat refil note disregard kill remov delet sorry regret apolog wrot stat publish origin previou korrekt
bericht richtig rectif исправ уточн поправ виправ опроверж спростув отозв видклик zurück
"""
HINTS = tuple(_HINTS.split())
"""How a stem begins without which no sentence is a notice."""

PHRASE = " as we "
"""Words of which none has such a stem, in a notice."""
