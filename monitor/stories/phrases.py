"""The set phrases of news and of its pages: notices, stances, background, furniture (English)."""

import re

FURNITURE = re.compile(
    r"""(?ix)
    ^\W*(?:read\s+(?:more|also|next|the\s+full)|see\s+also|related(?:\s+(?:stories|articles|coverage))?\b
    |more\s+on\s+this
    |(?:last\s+)?(?:updated|modified)\b.{0,40}(?:\bago|\d{1,2}[:.]\d\d.{0,20}|\d{4})\W*$
    |sign\s+up\s+(?:for|to|here)|subscribe\b|advertisement\b|story\s+continues|follow\s+us|share\s+(?:this|on)
    |click\s+here
    |download\s+(?:our|the)\s+app|(?:©|copyright)|all\s+rights\s+reserved|\(?(?:additional\s+)?(?:reporting
    |editing|writing)\s+by\b
    |this\s+(?:article|story|content)\s+is\s+(?:only\s+)?(?:for
    |available\s+(?:only\s+)?to)\s+(?:our\s+)?(?:subscribers|members)
    |(?:to\s+)?continue\s+reading|already\s+a\s+subscriber|log\s+in\s+to|register\s+(?:now|for\s+free)
    |(?:please\s+)?enable\s+(?:java\s*script|cookies)|we\s+use\s+cookies|the\s+post\s.+appeared\s+first\s+on
    |get\s+(?:the|our)\s+.{0,40}newsletter|get\s+daily\s+updates|thank\s+you\s+for\s+subscrib|media\s+playback
    |enlarge\s+this\s+image
    |(?:hide|toggle)\s+caption|\(photo\b|\([^)]{2,60}(?:via\s+ap|/ap|/reuters|/afp|getty)[^)]{0,30}\)\W*$
    |what\s+you\s+(?:can|need\s+to)\s+do\s+next|listen\s+to\s+(?:this|our)|watch\s*:|photo(?:graph)?s?\s*:
    |image\s+(?:source|credit|caption)
    |join\s+the\s+conversation|comments?\s*\(\d+\)|support\s+our\s+journalism|you\s+have\s+\d+\s+free\s+articles?)
    """
)
"""A paragraph that belongs to the page, not to the report."""

_STANCE_HINTS = """
den refut reject dismiss fals untru fak baseles fabricat happen confirm acknowledg admit verif official спрост запереч
опроверг отрица dement bestreit bestritt desm nieg neg dément пидтверд подтверд bestätig
"""
STANCE_HINTS = tuple(_STANCE_HINTS.split())
"""How a stem begins without which no sentence denies or confirms, "no such attack" apart."""

DENIAL = re.compile(
    r"(?i)\b(?:спростува\w+|запереч\w+|опроверг\w+|отрица\w+|dementier\w*|bestreite\w*|bestritt\w*|desm(?:iente|intió|entiu)|"
    r"niega|negó|negou|dément\w*|den(?:y|ies|ied|ying)|denial|refut(?:e|es|ed)|rejects?\s+(?:the\s+)?(?:claims?|reports?|"
    r"allegations?|accusations?)|"
    r"rejected\s+(?:the\s+|those\s+|any\s+)?(?:claims?|reports?|allegations?|accusations?|suggestions?)|"
    r"dismiss(?:es|ed)\s+(?:the\s+)?"
    r"(?:claims?|reports?|allegations?|accusations?|suggestions?|as\s+)|(?:is|are|was|were)\s+(?:false|untrue|"
    r"fake|baseless|fabricated)|"
    r"no\s+such\s+(?:attack|order|decision|incident|strike|plan)|did\s+not\s+happen)\b"
)
CONFIRMATION = re.compile(
    r"(?i)\b(?:підтверд\w+|подтверд\w+|bestätig\w+|confirm(?:s|ed|ing|ation)?|acknowledg(?:e|es|ed)|admit(?:s|ted)?|verified|officially\s+announced?)\b"
)
NOT_CONFIRMED = re.compile(
    r"(?i)\b(?:not|n't|never|yet\s+to|unable\s+to|could\s+not|declin\w+\s+to|refus\w+\s+to|neither|"
    r"un)\s*(?:be\s+|been\s+|independently\s+|immediately\s+)*"
    r"(?:confirm|verif|acknowledg|admit|den(?:y|ied))"
)
BACKGROUND = re.compile(
    r"(?i)\b(?:since\s+(?:the|its|his|her|russia|\d{4}|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|last)|"
    r"last\s+(?:year|month|week|summer|winter|spring|autumn|fall|decade)|in\s+(?:19|20)\d\d|years?\s+ago|"
    r"months?\s+ago|weeks?\s+ago|previous(?:ly)?|"
    r"history|historically|record|a\s+similar|another\s+(?:attack|strike|incident|crash)|"
    r"in\s+recent\s+(?:years|months|weeks)|so\s+far\s+this\s+year|"
    r"earlier\s+this\s+(?:year|month)|war\s+began|ever\b|annually|every\s+year|each\s+year)"
)
LOOKS_BACK = re.compile(
    r"(?i)\b(?:tolls?|(?:number|count)\s+of\s+(?:people|those|dead|victims|deaths|injured|missing|survivors)|"
    r"(?:more|new|further|last|final|second|third|fourth|fifth|\w+\s+more)\s+(?:bod(?:y|ies)|victims?|deaths?)|"
    r"(?:dies?|died|succumb\w*)\s+(?:\w+\s+){0,3}(?:wounds|injuries|hospital|after)|bring(?:s|ing)\s+the\s+\w+|"
    r"(?:rise|rises|rose|risen|climbs?|climbed|jumps?|jumped)\s+(?:to|by|from)|(?:days?|weeks?|hours|months?)\s+(?:after|before|since)|"
    r"(?:that|which|who|where|in\s+which)\s+(?:\w+\s+){0,4}(?:killed|died|injured|wounded|left)\b|"
    r"\w+day['’]s|last\s+(?:week|month)['’]s)\b"
)
"""What a follow-up says and a first report of an event does not."""

AGAIN = re.compile(
    r"(?i)\b(?:second|third|fourth|another|new|fresh)\s+(?:\w+[ -]){0,2}(?:quakes?|earthquakes?|tremors?|attacks?|"
    r"strikes?|raids?|blasts?|explosions?|shelling|bombings?|shootings?|storms?|floods?|fires?|accidents?|crash(?:es)?|collapses?)\b"
)
"""What the report of the next event of a kind says, though it looks back at the one before."""

FIRST_TIME = re.compile(r"(?i)\bfor\s+(?:the|a)\s+first\s+time\b|\bfirst[- ]ever\b")
REVISED = re.compile(
    r"(?i)\b(?:зрос\w+|збільш\w+|возрос\w+|вырос\w+|увелич\w+|stieg\w*|gestiegen|sub(?:e|ió)|aument\w+|asciend\w+|"
    r"alourdi\w*|ris(?:e|es|en|ing)|rose|climb(?:s|ed)?|jump(?:s|ed)?|increas(?:e|es|ed)|grow[ns]?|grew|"
    r"revis(?:e|es|ed)|updat(?:e|es|ed)|now\b|up\s+from|"
    r"down\s+from|lower(?:s|ed)|raised?|correct(?:s|ed)|instead\s+of|rather\s+than|initially|"
    r"earlier\s+(?:toll|figure|count|estimate)|passes|tops|reach(?:es|ed))"
)
NOT_THAT = re.compile(r"(?i)\bnot\s+(?:the\s+)?[$€£]?\d|\b(?:instead\s+of|rather\s+than|from|against)\b")
LOWERED = re.compile(r"(?i)\bdown from\b|\blower|\brevis|\bcorrect|\binstead of\b|\brather than\b|\bnot\b")
