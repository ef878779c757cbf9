"""The names that files share: every `vocabulary:` of a folder put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.errors import RuleError
from monitor.model.rule import AnyOf
from monitor.rules.aliases import Spelling, spell_out
from monitor.rules.schema import Draft

MAX_NAMES = 20_000
"""Names shared among the files of a folder."""
_KEY = b"vocabulary"


@dataclass(frozen=True, slots=True)
class SharedName:
    """A name some file defines under `vocabulary`.

    Attributes:
        uses: the names it is made of.
    """

    name: str
    file: str
    line: int
    terms: AnyOf
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The shared names as they hold now.

    Attributes:
        errors: mistakes by file; such a file's names are those of its last good version.
    """

    names: Mapping[str, SharedName] = field(default_factory=dict)
    errors: Mapping[str, tuple[RuleError, ...]] = field(default_factory=dict)

    @property
    def terms(self) -> dict[str, AnyOf]:
        """What each name stands for."""
        return {name: shared.terms for name, shared in self.names.items()}


def shares_names(content: bytes) -> bool:
    """Whether a file may have a `vocabulary:`; quick, and never wrong when it says no."""
    return _KEY in content


def gather(contents: Mapping[str, bytes], good: Mapping[str, bytes]) -> Vocabulary:
    """Put the names of all files together.

    A file whose names cannot be used, since they are written wrongly, unknown, in a circle or taken already, counts
    with its last good version; one that has none is left out.

    Args:
        contents: the files that may share names, by path, in the order that decides who was first.
        good: their last good versions.
    """
    errors: dict[str, tuple[RuleError, ...]] = {}
    while True:
        # Mistakes are noted while names are spelled out, so each attempt begins with fresh drafts.
        drafts = {
            file: Draft(content if file not in errors else good[file], file)
            for file, content in contents.items()
            if file not in errors or file in good
        }
        names = _spelled(drafts)
        wrong = [file for file, draft in drafts.items() if draft.errors and file not in errors]
        if not wrong:
            # A last good version may fail beside the others as they are now; what it still can say, counts.
            return Vocabulary(names, errors)
        errors.update((file, tuple(drafts[file].errors)) for file in wrong)


def _spelled(drafts: Mapping[str, Draft]) -> dict[str, SharedName]:
    spellings: dict[str, Spelling] = {}
    owners: dict[str, str] = {}
    for file, draft in drafts.items():
        for name, spelling in draft.vocabulary.items():
            if name in spellings:
                first = f"{owners[name]}:{spellings[name].line}"
                spelling.fail(f"the name ${name} is defined in {first} already; keep one of them")
            elif len(spellings) >= MAX_NAMES:
                spelling.fail(f"more than {MAX_NAMES:,} names are shared; write some under `aliases:` in their file")
            else:
                spellings[name] = spelling
                owners[name] = file
    return {
        name: SharedName(name, owners[name], spellings[name].line, terms, frozenset(spellings[name].uses))
        for name, terms in spell_out(spellings).items()
    }
