"""The forms of an English word: `strike~` is strike, strikes, striking, struck, stricken."""

import re

_WORD = re.compile(r"[A-Za-z]{3,}|do|go")
_DOUBLING = re.compile(r"[^aeiou][aeiou][bdgklmnprt]")

# Verbs and nouns of the news whose forms follow no rule: the word, then its past forms or its plural.
_IRREGULAR = """
become became|begin began begun|bid bid|bring brought|build built|buy bought|catch caught|child children
choose chose chosen|come came|cut cut|deal dealt|die died|do did done|draw drew drawn|drive drove driven
fall fell fallen|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden|freeze froze frozen
get got gotten|give gave given|go went gone|grow grew grown|hide hid hidden|hit hit|hold held|keep kept
know knew known|lead led|leave left|lie lied|lose lost|make made|man men|mouse mice|meet met|pay paid|put put
quit quit|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|set set|shake shook shaken
shoot shot|shut shut|sink sank sunk|speak spoke spoken|spend spent|split split|spread spread|stand stood
steal stole stolen|strike struck stricken|swear swore sworn|take took taken|teach taught|tear tore torn|tell told
think thought|throw threw thrown|win won|withdraw withdrew withdrawn|woman women
write wrote written|overthrow overthrew overthrown|overtake overtook overtaken|undertake undertook undertaken
"""
_WITH_VES = ("wolf", "half", "calf", "shelf", "self", "leaf", "loaf", "thief", "knife", "wife", "life", "scarf", "hoof")
_FORMS = {words[0]: tuple(words[1:]) for line in re.split(r"[|\n]", _IRREGULAR.strip()) if (words := line.split())}


def inflections(text: str) -> tuple[str, ...]:
    """The text itself and with its last word in every other form; empty where that is no plain English word.

    Plurals and the forms of verbs, by rule and from a list of irregular ones. The rules give a few forms that no
    dictionary has (`visitted`); since nobody writes them, they find nothing.
    """
    before, _, word = text.rpartition(" ")
    if not _WORD.fullmatch(word):
        return ()
    forms = dict.fromkeys(_cased(form, word) for form in _forms(word.lower()))
    return tuple(f"{before} {form}".lstrip() for form in forms)


def _forms(word: str) -> list[str]:
    irregular = _FORMS.get(word)
    past = _past(word) if irregular is None else list(irregular)
    return [word, *_plurals(word), *past, *_with_ing(word)]


def _plurals(word: str) -> list[str]:
    plurals = [_with_s(word)]
    if word.endswith("is") and len(word) > 4:
        plurals.append(f"{word[:-2]}es")  # crises, analyses
    if word.endswith(_WITH_VES):
        plurals.append(f"{word.removesuffix('e').removesuffix('f')}ves")
    return plurals


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{word}s"


def _past(word: str) -> list[str]:
    if word.endswith("y") and word[-2] not in "aeiou":
        return [f"{word[:-1]}ied"]
    return [f"{stem}d" if stem.endswith("e") else f"{stem}ed" for stem in _stems(word)]


def _with_ing(word: str) -> list[str]:
    if word.endswith("ie"):
        return [f"{word[:-2]}ying"]
    if word.endswith("e") and word[-2] not in "eoy":
        return [f"{word[:-1]}ing"]
    return [f"{stem}ing" for stem in _stems(word)]


def _stems(word: str) -> list[str]:
    """What -ed and -ing are put to: a last consonant is doubled in `stopped` and `committed`, not in `visited`."""
    if word.endswith("ic"):
        return [word, f"{word}k"]  # panicked
    return [word, word + word[-1]] if _DOUBLING.fullmatch(word[-3:]) else [word]


def _cased(form: str, like: str) -> str:
    if like.isupper():
        return form.upper()
    return form.capitalize() if like[0].isupper() else form
