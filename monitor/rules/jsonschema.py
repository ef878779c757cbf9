"""The JSON Schema of a rule file, made from the keys the reader knows, for editors that complete and check YAML."""

from typing import Any, Final, get_args

from monitor.model.article import FullText
from monitor.model.facts import CueClass, EntityType, Polarity, SourceType
from monitor.model.rule import Digest, Severity, Updates
from monitor.rules.conditions import ATTRIBUTE_KEYS, CONDITION_KEYS, DEFAULT_DISTANCE
from monitor.rules.factual import CLAIM_KEYS, ENTITY_KEYS, EVENT_KEYS, PLACE_KEYS, QUOTE_KEYS
from monitor.rules.query import MAX_DISTANCE
from monitor.rules.schedule import ACTIVE_KEYS
from monitor.rules.schema import ARTICLE_KEYS, DEFAULT_KEYS, FILE_KEYS, RULE_KEYS, TEST_KEYS
from monitor.rules.syntax import FIELDS
from monitor.rules.trends import EDIT_KINDS, FIRST_SEEN_KEYS, FLATLINE_KEYS, SEEN_KINDS, SPIKE_KEYS

Schema = dict[str, Any]

# Values are text to the reader whatever YAML makes of them, so an editor must not ask for more.
_TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
_TEXTS: Final[Schema] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_NAME: Final[Schema] = {"type": "string"}
_TERMS: Final[Schema] = {"$ref": "#/$defs/terms"}
_OFF: Final[Schema] = {"enum": ["off", False]}
_DAY: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _one_of(words: tuple[str | bool, ...], *, several: bool = False) -> Schema:
    one: Schema = {"enum": list(words)}
    return {"anyOf": [one, {"type": "array", "items": one}]} if several else one


def _mapping(keys: tuple[str, ...], values: dict[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": {key: values[key] for key in keys}}


_ACTIVE: Final = {
    "hours": _TEXTS | {"description": "07:00-22:00, or a list of such stretches."},
    "days": _TEXTS | {"description": "mon-fri, or a list of days."},
    "zone": {"type": "string", "description": "Time zone, such as Europe/Kyiv."},
}
_ENTITY: Final = {
    "name": _TEXTS | {"description": "One of these names, or a $name; * stands for anything."},
    "type": _one_of((*get_args(EntityType), *map(str.lower, get_args(EntityType))), several=True)
    | {"description": "Of one of these types."},
}
_PLACE: Final = {
    "country": _TEXTS | {"description": "Two-letter country codes."},
    "center": {"description": "Latitude, longitude in degrees.", "type": ["string", "array"]},
    "radius": {"type": "string", "pattern": r"^\d+(\.\d+)? ?(km|mi)$", "description": "How far from it: 50km."},
}
_EVENT: Final = {
    "actor": _TEXTS | {"description": "Who acts."},
    "action": _TEXTS | {"description": "The type of the event, or its verb."},
    "object": _TEXTS | {"description": "To whom or what."},
    "polarity": _one_of(get_args(Polarity)) | {"description": "negative is what did not happen."},
}
_QUOTE: Final = {"speaker": _TEXTS | {"description": "Who is quoted."}}
_CLAIM: Final = {
    "source": _TEXTS | {"description": "Who says so."},
    "type": _one_of(get_args(SourceType), several=True) | {"description": "What kind of source it is."},
    "cue": _one_of(get_args(CueClass), several=True) | {"description": "How it is said."},
}


_SPIKE: Final = {
    "factor": {"type": "number", "exclusiveMinimum": 1, "description": "How many times as often as usual."},
    "within": _NAME | {"description": "The time in which articles are counted: 6h."},
    "least": _whole(1, 100_000) | {"description": "Fewer articles are never a spike.", "default": 3},
    "over": _NAME | {"description": "The time before that tells what is usual.", "default": "7d"},
}
_FIRST_SEEN: Final = {
    "of": _one_of((*SEEN_KINDS, *map(str.lower, SEEN_KINDS)), several=True) | {"description": "What must be new."},
    "learn": _NAME | {"description": "So long everything counts as known: 3d."},
}
_FLATLINE: Final = {
    "after": _NAME | {"description": "How long nothing has matched."},
    "only": {"enum": [True, False], "description": "Articles that match raise no alert.", "default": False},
}
_SEEN: Final = _one_of((*SEEN_KINDS, *map(str.lower, SEEN_KINDS)), several=True)


def _or_names(mapping: Schema) -> Schema:
    return {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}, mapping]}


_VALUES: Final[dict[str, Schema]] = {
    "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "description": "Names it everywhere."},
    "name": _TEXT | {"description": "What the alert card calls it."},
    "description": _TEXT | {"description": "For the next person who reads the file."},
    "severity": _one_of(tuple(Severity)) | {"description": "How much a match matters.", "default": "medium"},
    "channel": {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]}
    | {"description": 'Where alerts go, one or a list; quote names with #: "#ukraine".'},
    "labels": _TEXTS | {"description": "Words to sort rules by."},
    "max_age": {"type": "string", "pattern": r"^\d", "description": "Older articles do not alert: 90m, 7d."}
    | {"default": "48h"},
    "full_text": {"enum": [*FullText, False]}
    | {"description": "Read the page where a feed gives a summary: of matched articles, or always."},
    "start": _DAY | {"description": "First day the rule is in force."},
    "end": _DAY | {"description": "Last day the rule is in force."},
    "active": {"anyOf": [_TEXTS, _mapping(ACTIVE_KEYS, _ACTIVE)], "description": "When the rule is in force."},
    "mention": {"type": "string", "description": 'Whom alerts call: "@here", or an id.'},
    "owner": _TEXT | {"description": "Who answers for the rule."},
    "runbook": {"type": "string", "pattern": "^https?://", "description": "A link to what to do when it fires."},
    "throttle": {"type": ["string", "boolean"], "description": "At most so many alerts: 5 per 1h."}
    | {"default": "off"},
    "digest": {"enum": [*Digest, False]} | {"description": "Gather alerts once an hour or a day.", "default": "off"},
    "updates": {"enum": [*Updates, False]}
    | {"description": "Which news of a story that has alerted alert again.", "default": "all"},
    "frequency": {"type": ["string", "boolean"], "description": "Independent outlets within a time: 3 outlets in 2h."},
    "spike": {"anyOf": [{"type": ["string", "boolean"]}, _mapping(SPIKE_KEYS, _SPIKE)]}
    | {"description": "Articles come so many times as often as usual: 3x in 6h."},
    "first_seen": {"anyOf": [_SEEN, _OFF, _mapping(FIRST_SEEN_KEYS, _FIRST_SEEN)]}
    | {"description": "The article has a name or term the rule never met before: person, org, term."},
    "flatline": {
        "anyOf": [{"type": ["string", "boolean"]}, _mapping(FLATLINE_KEYS, _FLATLINE)],
        "description": "Alert once nothing has matched for so long: 24h.",
    },
    "edited": {"anyOf": [_one_of((*EDIT_KINDS, True), several=True), _OFF]}
    | {"description": "The article is an edit, a correction or a withdrawal of what was told."},
    "enabled": {"enum": [True, False], "description": "false keeps the rule without using it.", "default": True},
    "all": _TERMS | {"description": "Every entry holds."},
    "any": _TERMS | {"description": "At least one entry holds."},
    "none": _TERMS | {"description": "No entry holds."},
    "at_least": {"type": "integer", "minimum": 1, "description": "So many entries of `of` hold."},
    "of": _TERMS | {"description": "The entries `at_least` counts."},
    "near": _TERMS | {"description": "All entries stand close together."},
    "within": _whole(0, MAX_DISTANCE)
    | {"description": "Words between the entries of `near`.", "default": DEFAULT_DISTANCE},
    "ordered": {"type": "boolean", "description": "The entries of `near` stand in this order.", "default": False},
    "same_sentence": _TERMS | {"description": "One sentence makes all entries hold."},
    "same_paragraph": _TERMS | {"description": "One paragraph makes all entries hold."},
    "query": {"type": "string", "description": '(missil* OR drone*) AND Kursk NEAR/5 "North Korean*" NOT film'},
    "in": _one_of(tuple(FIELDS), several=True) | {"description": "Fields the words beside it are looked for in."},
    "min_count": {"type": "integer", "minimum": 1, "description": "How often the words of `any` are found."},
    "min_score": _whole(1, 100) | {"description": "How much the article is about these words."},
    "url": _TEXTS | {"description": "The address contains one of these."},
    "author": _TEXTS | {"description": "An author's name contains one of these."},
    "source": _TEXTS | {"description": "The feed's address contains one of these."},
    "outlet": _TEXTS | {"description": "The outlet is one of these."},
    "group": _TEXTS | {"description": "The feed's group is one of these."},
    "lang": _TEXTS | {"description": "The language is one of these: en, uk."},
    "country": _TEXTS | {"description": "The outlet's country is one of these: UA, GB."},
    "category": _TEXTS | {"description": "A category is one of these."},
    "entity": _or_names(_mapping(ENTITY_KEYS, _ENTITY)) | {"description": "Names such an entity."},
    "place": _or_names(_mapping(PLACE_KEYS, _PLACE)) | {"description": "Names a place there."},
    "event": _or_names(_mapping(EVENT_KEYS, _EVENT)) | {"description": "Tells of such an act."},
    "quantity": {"type": "string", "description": "Has such a number: casualties >= 10"},
    "quote": _or_names(_mapping(QUOTE_KEYS, _QUOTE)) | {"description": "Quotes such a speaker."},
    "claim": _or_names(_mapping(CLAIM_KEYS, _CLAIM)) | {"description": "Reports a claim of such a source."},
}  # fmt: skip


def rule_file_schema() -> Schema:
    """JSON Schema (2020-12) of a rule file."""
    names: Schema = {"type": "object", "additionalProperties": {"$ref": "#/$defs/spellings"}}
    article = {key: _VALUES[key] for key in ATTRIBUTE_KEYS} | {
        "title": _TEXT | {"description": "The headline."},
        "text": _TEXT | {"description": "The text; a blank line divides paragraphs."},
        "finds": _TEXTS | {"description": "Words that must be among those found."},
        "facts": _TEXTS | {"description": "What must be among the facts: a name, 12 killed, 2024-11-17."},
    }
    example: Schema = {"anyOf": [_TEXT, _mapping(ARTICLE_KEYS, article)]}
    examples: Schema = {"anyOf": [example, {"type": "array", "items": example}]}
    must = {"match": "Sentences or articles the rule must match.", "no_match": "Those it must not match."}
    tests = _mapping(TEST_KEYS, {key: examples | {"description": must[key]} for key in TEST_KEYS})
    tests["description"] = "Examples that prove the rule."
    rule = _mapping(RULE_KEYS, _VALUES | {"tests": tests}) | {"required": ["id"]}
    file: dict[str, Schema] = {
        "defaults": _mapping(DEFAULT_KEYS, _VALUES) | {"description": "Set for all rules of the file."},
        "aliases": names | {"description": "Names for lists of spellings, for this file."},
        "vocabulary": names | {"description": "Names for lists of spellings, for all files of the folder."},
        "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "description": "The list of rules."},
    }
    entry: Schema = {"anyOf": [_TEXT, {"$ref": "#/$defs/condition"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Watch rules",
        **_mapping(FILE_KEYS, file),
        "$defs": {
            "rule": rule,
            "condition": _mapping(CONDITION_KEYS, _VALUES) | {"minProperties": 1},
            "terms": {"anyOf": [entry, {"type": "array", "items": entry, "minItems": 1}]},
            "spellings": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
        },
    }
