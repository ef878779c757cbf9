"""Known names: the shipped lists and the user's own, and where they stand in a text."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from monitor.errors import ConfigError
from monitor.model.facts import EntityType, Geo

SHIPPED = Path(__file__).with_name("gazetteers")
_SECTIONS: dict[str, EntityType] = {
    "people": "PERSON",
    "organisations": "ORG",
    "metonyms": "ORG",
    "weapons": "WEAPON",
    "diseases": "DISEASE",
    "ships": "SHIP",
    "units": "UNIT",
    "countries": "GPE",
    "cities": "GPE",
    "regions": "GPE",
    "areas": "LOC",
    "facilities": "FAC",
}
_RUN = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{4,}")
_CYRILLIC_ENDING = "аеєиіїйоуьыэюя"
_GEO = re.compile(r"([A-Z]{2}) (-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)")
_CAPITAL = re.compile(r"(.+?) (-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)")
_PLURAL_TYPES = frozenset({"WEAPON", "NORP"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One known thing.

    Attributes:
        name: its canonical name.
        acronym: its short form, "" for none.
        geo: where it is, for places.
        stands_for: the country a capital or a seat of power stands for as an actor.
        always_stands: it is a seat (Kremlin), never only a place.
        affiliation: a person's country or body, a demonym's country.
        gender: "m", "f" or "".

    """

    name: str
    type: EntityType
    acronym: str = ""
    geo: Geo | None = None
    stands_for: str = ""
    always_stands: bool = False
    title: str = ""
    affiliation: str = ""
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A known name in the text, [start, end)."""

    start: int
    end: int
    entry: Entry
    weak: bool


class Gazetteer:
    """All known names, looked up by the word they start with."""

    def __init__(self, named: Mapping[str, tuple[Entry, bool]]) -> None:
        self._by_word: dict[str, list[tuple[str, Entry, bool]]] = {}
        self._stems: dict[str, list[tuple[str, Entry]]] = {}
        self.entries: dict[str, Entry] = {}
        self.words: dict[str, str] = {}
        for name, (entry, weak) in named.items():
            first = _RUN.search(name)
            if first is None:
                continue
            self.entries.setdefault(entry.name, entry)
            self._by_word.setdefault(first.group(), []).append((name[first.start() :], entry, weak))
            if _CYRILLIC.fullmatch(name):
                stem = name.rstrip(_CYRILLIC_ENDING)
                self._stems.setdefault(stem[:3], []).append((stem, entry))
            for run in _RUN.findall(name):
                if len(run) > 2 and not run.islower():
                    self.words.setdefault(run.upper(), run)
        for names in self._by_word.values():
            names.sort(key=lambda item: (-len(item[0]), item[0]))

    def named(self, name: str) -> Entry | None:
        """What a name or any of its other names stands for."""
        hit = next(self.find(name), None)
        return hit.entry if hit is not None and (hit.start, hit.end) == (0, len(name)) else None

    def find(self, mended: str) -> Iterator[Hit]:
        """Known names from left to right, the longest at each place."""
        resume = 0
        for run in _RUN.finditer(mended):
            if run.start() < resume:
                continue
            hit = self._at(mended, run.start(), run.group())
            if hit is not None:
                resume = hit.end
                yield hit

    def _at(self, mended: str, start: int, word: str) -> Hit | None:
        for name, entry, weak in self._by_word.get(word, ()):
            end = _ends(mended, start, name, plural=entry.type in _PLURAL_TYPES)
            if end:
                return Hit(start, end, entry, weak)
        if word.isupper() and len(word) > 3 and not word.isascii():
            # 'КИЇВ' in a dateline
            for name, entry, weak in self._by_word.get(word.capitalize(), ()):
                if name == word.capitalize():
                    return Hit(start, start + len(word), entry, weak)
        if entry_end := self._plural(mended, start, word):
            return entry_end
        for stem, entry in self._stems.get(word[:3], ()):
            if word.startswith(stem) and len(word) - len(stem) <= 3:
                return Hit(start, start + len(word), entry, weak=True)
        return None

    def _plural(self, mended: str, start: int, word: str) -> Hit | None:
        """'Ukrainians', 'ATACMs': the plural of a one-word name."""
        if not word.endswith("s"):
            return None
        for name, entry, weak in self._by_word.get(word[:-1], ()):
            if name == word[:-1] and entry.type in _PLURAL_TYPES and not mended[start + len(word) :][:1].isalnum():
                return Hit(start, start + len(word), entry, weak)
        return None


def _ends(mended: str, start: int, name: str, *, plural: bool) -> int:
    if not mended.startswith(name, start):
        return 0
    end = start + len(name)
    if plural and mended[end : end + 1] == "s":
        end += 1
    return 0 if mended[end : end + 1].isalnum() else end


@functools.lru_cache(maxsize=4)
def load(extra: tuple[Path, ...] = ()) -> Gazetteer:
    """The shipped lists and the user's files, which win where names collide.

    Raises:
        ConfigError: a file cannot be read or has an unknown section or a malformed line.

    """
    named: dict[str, tuple[Entry, bool]] = {}
    for path in [*sorted(SHIPPED.glob("*.yaml")), *extra]:
        for section, lines in _sections(path).items():
            for name, line in lines.items():
                for alias, entry, weak in _entries(section, name, line, path):
                    known = named.get(alias)
                    if known is None or path in extra or (known[1] and not weak):
                        named[alias] = (entry, weak)
    return Gazetteer(named)


def _sections(path: Path) -> dict[str, dict[str, str]]:
    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as problem:
        raise ConfigError(f"gazetteer {path} cannot be read: {' '.join(str(problem).split())[:300]}") from problem
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ConfigError(f"gazetteer {path}: write sections such as 'people:' with one 'name: details' line each")
    for section, lines in raw.items():
        if section not in _SECTIONS or not isinstance(lines, dict):
            raise ConfigError(f"gazetteer {path}: unknown section {section!r}; use one of {', '.join(_SECTIONS)}")
    return {
        section: {str(name): "" if line is None else str(line) for name, line in lines.items()}
        for section, lines in raw.items()
    }


def _parts(line: str, count: int) -> list[str]:
    parts = [part.strip() for part in line.split(";", count - 1)]
    return parts + [""] * (count - len(parts))


def _list(part: str) -> list[str]:
    return [item.strip() for item in part.split(",") if item.strip()]


def _entries(section: str, name: str, line: str, path: Path) -> Iterator[tuple[str, Entry, bool]]:
    kind = _SECTIONS[section]
    if section == "countries":
        yield from _country(name, line, path)
    elif section in {"cities", "regions", "areas", "facilities"}:
        where, others = _parts(line, 2)
        precision = {"cities": "city", "facilities": "point"}.get(section, "region")
        entry = Entry(name, kind, geo=_geo(where, precision, name, path))
        for alias in [name, *_list(others)]:
            yield alias, entry, False
    elif section == "people":
        about, others = _parts(line, 2)
        gender, title, affiliation = [*(part.strip() for part in about.split(",")), "", "", ""][:3]
        entry = Entry(name, kind, gender=gender, title=title, affiliation=affiliation)
        for alias in [name, *_list(others)]:
            yield alias, entry, " " not in alias
    elif section == "metonyms":
        country, others = _parts(line, 2)
        entry = Entry(name, kind, stands_for=country, always_stands=True)
        for alias in [name, *_list(others)]:
            yield alias, entry, False
    else:
        short, others = _parts(line, 2)
        entry = Entry(name, kind, acronym=short)
        for alias in [name, *([short] if short else []), *_list(others)]:
            yield alias, entry, False


def _country(name: str, line: str, path: Path) -> Iterator[tuple[str, Entry, bool]]:
    where, demonyms, capital, others = _parts(line, 4)
    entry = Entry(name, "GPE", geo=_geo(where, "country", name, path))
    for alias in [name, *_list(others)]:
        yield alias, entry, False
    for demonym in _list(demonyms):
        yield demonym, Entry(demonym, "NORP", affiliation=name), True
    if capital:
        match = _CAPITAL.fullmatch(capital)
        if match is None or entry.geo is None:
            raise ConfigError(f"gazetteer {path}: {name}: write the capital as 'Kyiv 50.45 30.52', not {capital!r}")
        city, lat, lon = match.groups()
        seat = Entry(city, "GPE", geo=Geo(float(lat), float(lon), entry.geo.country, "city"), stands_for=name)
        for alias in [city, *_CAPITAL_NAMES.get(city, ())]:
            yield alias, seat, False


_CAPITAL_NAMES: dict[str, tuple[str, ...]] = {
    "Kyiv": ("Kiev", "Київ", "Киев", "Києві", "Києва"),
    "Moscow": ("Москва", "Москві", "Москве", "Москви", "Москвы"),
    "Washington": ("Washington, D.C.", "Washington DC", "Washington, DC", "Washington D.C."),
    "Tbilisi": ("Tiflis",),
    "Astana": ("Nur-Sultan",),
    "Yerevan": ("Erevan",),
    "Brasilia": ("Brasília",),
    "Bogota": ("Bogotá",),
    "Sanaa": ("Sana'a",),
    "Minsk": ("Мінськ", "Минск"),
    "Warsaw": ("Варшава",),
}


def _geo(where: str, precision: str, name: str, path: Path) -> Geo:
    match = _GEO.fullmatch(where)
    if match is None:
        raise ConfigError(f"gazetteer {path}: {name}: write the place as 'UA 50.45 30.52', not {where!r}")
    country, lat, lon = match.groups()
    if precision not in {"point", "city", "region", "country"}:
        raise ConfigError(f"gazetteer {path}: {name}: unknown precision {precision}")
    return Geo(float(lat), float(lon), "" if country == "XX" else country, precision)  # type: ignore[arg-type]


def paths(extra: Sequence[Path]) -> tuple[Path, ...]:
    """The user's files in a hashable form, for `load`."""
    return tuple(Path(path) for path in extra)
