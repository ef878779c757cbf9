"""Block Kit as Slack documents it, read strictly: every field known, every limit kept.

https://docs.slack.dev/reference/block-kit
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100
# Not documented as a number, but refused by Slack as msg_blocks_too_long.
MOST_CHARACTERS = 13_200

Fields = dict[str, Callable[[Any], bool]]


def bad_blocks(blocks: Any) -> str:
    """Slack's error code for the blocks of a message, or ""."""
    if blocks is None:
        return ""
    if not isinstance(blocks, list) or len(blocks) > MOST_IN_MESSAGE:
        return "invalid_blocks_format"
    if units(json.dumps(blocks, ensure_ascii=False)) > MOST_CHARACTERS:
        return "msg_blocks_too_long"
    return "" if _all_good(blocks, _MESSAGE_BLOCKS) else "invalid_blocks"


def bad_view(view: Any) -> str:
    """What is wrong with a modal or a home tab, or ""."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return "view type is none of modal, home"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= MOST_IN_VIEW or units(json.dumps(view)) > 250_000:
        return "not 1 to 100 blocks, or too large"
    fields = _MODAL if view["type"] == "modal" else _HOME
    problems = [
        *(f"invalid block {json.dumps(block)[:500]}" for block in blocks if not _all_good([block], _VIEW_BLOCKS)),
        *(f"invalid {name}" for name, value in view.items() if name not in fields or not fields[name](value)),
    ]
    if not problems and not _all_good(blocks, _VIEW_BLOCKS):
        problems.append("block ids are not unique")
    if view["type"] == "modal" and "title" not in view:
        problems.append("a modal needs a title")
    if view["type"] == "modal" and "submit" not in view and any(block.get("type") == "input" for block in blocks):
        problems.append("input blocks need a submit button")
    return "; ".join(problems)


def units(text: str) -> int:
    """Length as Slack's clients count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The interactive elements of blocks, each with its block's id."""
    for number, block in enumerate(blocks):
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block.get("block_id", f"b{number}"), element


def _all_good(blocks: list[Any], kinds: dict[str, Fields]) -> bool:
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    return len(ids) == len(set(ids)) and all(_block(block, kinds) for block in blocks)


def _block(block: Any, kinds: dict[str, Fields]) -> bool:
    if not isinstance(block, dict) or block.get("type") not in kinds or not _known(block, kinds[block["type"]]):
        return False
    if block["type"] == "section":
        return "text" in block or "fields" in block
    if block["type"] == "input":
        return {"label", "element"} <= set(block)
    ids = [element.get("action_id") for element in block.get("elements", []) if "action_id" in element]
    return ("elements" in block or block["type"] == "divider" or "text" in block) and len(ids) == len(set(ids))


def _known(thing: Any, fields: Fields) -> bool:
    """Whether every field of a thing is one of these and right."""
    return isinstance(thing, dict) and all(
        name == "type" or (name in fields and fields[name](value)) for name, value in thing.items()
    )


def _string(longest: int, shortest: int = 1) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and shortest <= units(value) <= longest and _writable(value)


def _writable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(longest: int) -> Callable[[Any], bool]:
    fields: Fields = {"text": _string(longest), "emoji": _boolean}
    return lambda value: isinstance(value, dict) and value.get("type") == "plain_text" and _known(value, fields)


def _text(longest: int) -> Callable[[Any], bool]:
    fields: Fields = {"text": _string(longest), "verbatim": _boolean}
    plain = _plain(longest)
    return lambda value: (
        plain(value) or (isinstance(value, dict) and value.get("type") == "mrkdwn" and _known(value, fields))
    )


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _list_of(good: Callable[[Any], bool], most: int, least: int = 1) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(good, value))


def _option(value: Any) -> bool:
    fields: Fields = {"text": _text(75), "value": _string(150), "description": _plain(75)}
    return _known(value, fields) and {"text", "value"} <= set(value)


def _option_group(value: Any) -> bool:
    return _known(value, {"label": _plain(75), "options": _list_of(_option, 100)}) and set(value) == {
        "label",
        "options",
    }


def _confirm(value: Any) -> bool:
    fields: Fields = {
        "title": _plain(100),
        "text": _text(300),
        "confirm": _plain(30),
        "deny": _plain(30),
        "style": lambda style: style in ("primary", "danger"),
    }
    return _known(value, fields) and {"title", "text", "confirm", "deny"} <= set(value)


def _web_address(value: Any) -> bool:
    return _string(3_000)(value) and value.startswith(("http://", "https://"))


_ACTION: Fields = {"action_id": _string(255)}
_ELEMENTS: dict[str, tuple[Fields, set[str]]] = {
    "button": (
        _ACTION
        | {
            "text": _plain(75),
            "value": _string(2_000),
            "url": _web_address,
            "style": lambda value: value in ("primary", "danger"),
            "confirm": _confirm,
            "accessibility_label": _string(75),
        },
        {"text"},
    ),
    "static_select": (
        _ACTION
        | {
            "placeholder": _plain(150),
            "options": _list_of(_option, 100),
            "option_groups": _list_of(_option_group, 100),
            "initial_option": _option,
            "confirm": _confirm,
            "focus_on_load": _boolean,
        },
        set(),
    ),
    "overflow": (_ACTION | {"options": _list_of(_option, 5), "confirm": _confirm}, {"options"}),
    "radio_buttons": (
        _ACTION | {"options": _list_of(_option, 10), "initial_option": _option, "confirm": _confirm},
        {"options"},
    ),
}
_INPUTS: dict[str, tuple[Fields, set[str]]] = {
    **{kind: _ELEMENTS[kind] for kind in ("static_select", "radio_buttons")},
    "plain_text_input": (
        _ACTION
        | {
            "placeholder": _plain(150),
            "initial_value": _string(3_000),
            "multiline": _boolean,
            "min_length": lambda value: isinstance(value, int) and 0 <= value <= 3_000,
            "max_length": lambda value: isinstance(value, int) and 1 <= value <= 3_000,
            "focus_on_load": _boolean,
        },
        set(),
    ),
}


def _element(kinds: dict[str, tuple[Fields, set[str]]]) -> Callable[[Any], bool]:
    def good(value: Any) -> bool:
        if not isinstance(value, dict) or value.get("type") not in kinds:
            return False
        fields, needed = kinds[value["type"]]
        if value["type"] == "static_select":
            given = value.get("options") or [
                o for group in value.get("option_groups", []) for o in group.get("options", [])
            ]
            if not given or ("initial_option" in value and value["initial_option"] not in given):
                return False
        return _known(value, fields) and needed <= set(value)

    return good


def _rich(value: Any) -> bool:
    style: Fields = dict.fromkeys(("bold", "italic", "strike", "code"), _boolean)
    fields: dict[str, Fields] = {
        "text": {"text": _string(3_000), "style": lambda value: _known(value, style)},
        "link": {"url": _web_address, "text": _string(3_000), "style": lambda value: _known(value, style)},
        "user": {"user_id": _string(20)},
        "emoji": {"name": _string(100)},
    }
    if not isinstance(value, dict) or value.get("type") not in fields:
        return False
    kind = value["type"]
    needed = {"text": "text", "link": "url", "user": "user_id", "emoji": "name"}[kind]
    return _known(value, fields[kind]) and needed in value


def _rich_part(value: Any) -> bool:
    fields: dict[str, Fields] = {
        "rich_text_section": {"elements": _list_of(_rich, 10_000)},
        "rich_text_quote": {"elements": _list_of(_rich, 10_000), "border": lambda value: value in (0, 1)},
        "rich_text_preformatted": {"elements": _list_of(_rich, 10_000), "border": lambda value: value in (0, 1)},
        "rich_text_list": {
            "elements": _list_of(_rich_part, 1_000),
            "style": lambda value: value in ("bullet", "ordered"),
            "indent": lambda value: isinstance(value, int),
        },
    }
    kind = value.get("type") if isinstance(value, dict) else None
    return kind in fields and _known(value, fields[kind]) and "elements" in value


_ID: Fields = {"block_id": _string(255)}
_MESSAGE_BLOCKS: dict[str, Fields] = {
    "section": _ID
    | {
        "text": _text(3_000),
        "fields": _list_of(_text(2_000), 10),
        "accessory": _element(_ELEMENTS),
        "expand": _boolean,
    },
    "header": _ID | {"text": _plain(150)},
    "context": _ID | {"elements": _list_of(_text(3_000), 10)},
    "divider": _ID,
    "actions": _ID | {"elements": _list_of(_element(_ELEMENTS), 25)},
    "rich_text": _ID | {"elements": _list_of(_rich_part, 1_000)},
}
_VIEW_BLOCKS: dict[str, Fields] = {
    **_MESSAGE_BLOCKS,
    "input": _ID
    | {
        "label": _plain(2_000),
        "element": _element(_INPUTS),
        "hint": _plain(2_000),
        "optional": _boolean,
        "dispatch_action": _boolean,
    },
}
_HOME: Fields = {
    "type": lambda _: True,
    "blocks": lambda _: True,
    "private_metadata": _string(3_000, 0),
    "callback_id": _string(255),
    "external_id": _string(255),
}
_MODAL: Fields = _HOME | {
    "title": _plain(24),
    "submit": _plain(24),
    "close": _plain(24),
    "clear_on_close": _boolean,
    "notify_on_close": _boolean,
}
