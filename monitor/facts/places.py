"""Where the named places are: coordinates and region, chosen among places of one name by what stands around them.

The table is GeoNames' populated places (CC BY 4.0), trimmed; it is asked only about names that are places already,
since 'Vladimir' and 'Reading' are towns too. Own gazetteers come first; what the article says beside the name
('Paris, Texas') comes before both.
"""

import functools
import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.facts.gazetteer import SHIPPED, Entry, Gazetteer
from monitor.facts.reading import Reading
from monitor.model.facts import Entity, Geo

_TABLE = SHIPPED / "geonames.tsv.gz"
_BESIDE = re.compile(r",? (?:in |near )?(?:the )?([A-Z][\w.'’-]*(?: (?:of |and )?[A-Z][\w.'’-]*){0,2})")
_SIDE = re.compile(r"^(?:North|South|East|West|Central|Upper|Lower|north|south|east|west|central)(?:ern)?[ -]")
_NEAR_KM = 250.0
_EARTH_KM = 6371.0
_ABBREVIATED = {
    "Ala": "Alabama",
    "Ariz": "Arizona",
    "Ark": "Arkansas",
    "Calif": "California",
    "Colo": "Colorado",
    "Conn": "Connecticut",
    "Del": "Delaware",
    "Fla": "Florida",
    "Ga": "Georgia",
    "Ill": "Illinois",
    "Ind": "Indiana",
    "Kan": "Kansas",
    "Ky": "Kentucky",
    "La": "Louisiana",
    "Md": "Maryland",
    "Mass": "Massachusetts",
    "Mich": "Michigan",
    "Minn": "Minnesota",
    "Miss": "Mississippi",
    "Mo": "Missouri",
    "Mont": "Montana",
    "Neb": "Nebraska",
    "Nev": "Nevada",
    "N.H": "New Hampshire",
    "N.J": "New Jersey",
    "N.M": "New Mexico",
    "N.Y": "New York",
    "N.C": "North Carolina",
    "N.D": "North Dakota",
    "Okla": "Oklahoma",
    "Ore": "Oregon",
    "Pa": "Pennsylvania",
    "R.I": "Rhode Island",
    "S.C": "South Carolina",
    "S.D": "South Dakota",
    "Tenn": "Tennessee",
    "Tex": "Texas",
    "Vt": "Vermont",
    "Va": "Virginia",
    "Wash": "Washington",
    "W.Va": "West Virginia",
    "Wis": "Wisconsin",
    "Wyo": "Wyoming",
    "D.C": "Washington, D.C.",
    "Ont": "Ontario",
    "Que": "Quebec",
    "B.C": "British Columbia",
    "Alta": "Alberta",
}
"""States and provinces as American newspapers shorten them; the postal codes are GeoNames' own."""
_SHARED = {"Georgia": ("US", "Georgia", 32.6, -83.4), "Washington": ("US", "Washington", 47.4, -120.4)}
"""States whose name is a country's or a capital's: the article's other places decide."""


@dataclass(frozen=True, slots=True)
class Place:
    """One populated place of the table; `thousands` is its population."""

    name: str
    country: str
    code: str
    region: str
    lat: float
    lon: float
    thousands: int

    def geo(self) -> Geo:
        """Where it is, in the form of a fact."""
        return Geo(self.lat, self.lon, self.country, "city", self.region)


@dataclass(frozen=True, slots=True)
class Table:
    """Places by name, by square degree, and the regions of countries by name and code."""

    by_name: dict[str, list[Place]]
    by_square: dict[tuple[int, int], list[Place]]
    regions: dict[str, set[tuple[str, str]]]

    def named(self, name: str) -> list[Place]:
        """All places of a name, the largest first."""
        return self.by_name.get(_plain(name), [])

    def region_at(self, geo: Geo) -> str:
        """The region of the nearest place of the same country within a hundred kilometres, "" for none."""
        low, left = math.floor(geo.lat), math.floor(geo.lon)
        near = [
            place
            for lat in (low - 1, low, low + 1)
            for lon in (left - 1, left, left + 1)
            for place in self.by_square.get((lat, lon), ())
            if place.country == geo.country
        ]
        best = min(near, key=lambda place: distance(geo.lat, geo.lon, place.lat, place.lon), default=None)
        if best is None or distance(geo.lat, geo.lon, best.lat, best.lon) > 100:
            return ""
        return best.region


@dataclass(slots=True)
class _Context:
    """What the article says of countries and regions, and the places that are settled already."""

    countries: Counter[str]
    regions: Counter[tuple[str, str]]
    settled: list[Geo]


@functools.cache
def table() -> Table:
    """The shipped table, read once."""
    regions: dict[tuple[str, str], str] = {}
    by_name: defaultdict[str, list[Place]] = defaultdict(list)
    by_square: defaultdict[tuple[int, int], list[Place]] = defaultdict(list)
    with gzip.open(_TABLE, "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if parts[0] == "region":
                regions[parts[1], parts[2]] = parts[3]
            elif len(parts) == 6:
                name, country, code, lat, lon, thousands = parts
                region = regions.get((country, code), "")
                place = Place(name, country, code, region, float(lat), float(lon), int(thousands))
                by_name[_plain(name)].append(place)
                by_square[math.floor(place.lat), math.floor(place.lon)].append(place)
    named: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for (country, code), region in regions.items():
        named[region].add((country, region))
        if country in {"US", "CA", "AU"} and code.isalpha():
            named[code].add((country, region))
    for short, name in _ABBREVIATED.items():
        named[short] |= {where for where in named.get(name, ()) if where[0] in {"US", "CA"}}
    return Table(dict(by_name), dict(by_square), dict(named))


def _plain(name: str) -> str:
    return name.casefold().replace("’", "'").replace("st. ", "saint ").replace("st ", "saint ")


def distance(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres."""
    a, b, way = math.radians(lat), math.radians(lat2), math.radians(lon2 - lon)
    inner = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(way / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(inner)))


def located(reading: Reading, entities: Sequence[Entity], gazetteer: Gazetteer) -> tuple[Entity, ...]:
    """The entities with coordinates and region for every place that can be told."""
    places = [entity for entity in entities if entity.type in {"GPE", "LOC", "FAC"}]
    if not places:
        return tuple(entities)
    known = table()
    countries = _countries(gazetteer)
    context = _context(reading, entities, countries, known)
    chosen: dict[str, Geo] = {}
    open_names = []
    for entity in places:
        beside = _told_beside(reading, entity, known, countries)
        explicit = _pick(known.named(entity.canonical), beside, context) if beside else None
        if explicit is not None:
            chosen[entity.canonical] = explicit
        elif entity.canonical in _SHARED:
            chosen[entity.canonical] = _shared(entity, beside, context)
        elif entity.geo is not None:
            chosen[entity.canonical] = _known(entity, known, context, gazetteer)
        else:
            open_names.append(entity)
            continue
        context.settled.append(chosen[entity.canonical])
    # The surest names first: what they settle helps with the rest.
    for entity in sorted(open_names, key=lambda one: len(known.named(one.canonical))):
        told = _region_named(entity, known, context, gazetteer) or _pick(known.named(entity.canonical), set(), context)
        if told is not None:
            chosen[entity.canonical] = told
            context.settled.append(told)
    return tuple(
        replace(entity, geo=chosen[entity.canonical])
        if entity.canonical in chosen and entity.type in {"GPE", "LOC", "FAC"}
        else entity
        for entity in entities
    )


@functools.lru_cache(maxsize=4)
def _countries(gazetteer: Gazetteer) -> dict[str, str]:
    """Country names and demonyms to ISO codes."""
    found = {}
    for entry in gazetteer.entries.values():
        code = _country_of(entry, gazetteer)
        if code:
            found[entry.name] = code
    return found


def _country_of(entry: Entry, gazetteer: Gazetteer) -> str:
    if entry.type == "NORP":
        country = gazetteer.entries.get(entry.affiliation)
        return country.geo.country if country is not None and country.geo is not None else ""
    return entry.geo.country if entry.geo is not None and entry.geo.precision == "country" else ""


def _context(reading: Reading, entities: Sequence[Entity], countries: dict[str, str], known: Table) -> _Context:
    context = _Context(Counter(), Counter(), [])
    for entity in entities:
        if entity.canonical not in _SHARED:
            weight = min(3, len(entity.mentions))
            for country, region in _speaks_of(entity, countries, known):
                context.countries[country] += 1 if region else weight
                if region:
                    context.regions[country, region] += weight
        if entity.type in {"GPE", "LOC"}:
            for country, region in _told_beside(reading, entity, known, countries):
                context.countries[country] += 1
                if region:
                    context.regions[country, region] += 2
    return context


def _speaks_of(entity: Entity, countries: dict[str, str], known: Table) -> set[tuple[str, str]]:
    """The countries and regions that a name of a place or a people points to."""
    if entity.canonical in countries:
        return {(countries[entity.canonical], "")}
    if entity.type == "PERSON" and entity.affiliation in countries:
        return {(countries[entity.affiliation], "")}
    if entity.geo is not None and entity.geo.country:
        return {(entity.geo.country, entity.canonical if entity.geo.precision == "region" else "")}
    if entity.type != "GPE":
        return set()
    told = {"US", "CA", "AU", "GB", "UA", "RU", "IN", "DE"}
    return {where for where in known.regions.get(entity.canonical, ()) if where[0] in told}


def _told_beside(reading: Reading, entity: Entity, known: Table, countries: dict[str, str]) -> set[tuple[str, str]]:
    """Country and region written right after the name: 'Dayton, Ohio', 'Tripoli in Libya', 'Lubbock, Tex.'."""
    found: set[tuple[str, str]] = set()
    for mention in entity.mentions[:6]:
        match = _BESIDE.match(reading.mended, mention.end)
        if match is None:
            continue
        words = match.group(1).rstrip(".").split()
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count]).rstrip(",")
            if name in known.regions:
                found |= known.regions[name]
            if name in countries:
                found.add((countries[name], ""))
            if found:
                break
    return found


def _shared(entity: Entity, beside: set[tuple[str, str]], context: _Context) -> Geo:
    country, region, lat, lon = _SHARED[entity.canonical]
    state = Geo(lat, lon, country, "region", region)
    if entity.geo is None:
        return state
    if entity.geo.country == country:
        # The capital of the same country: the name alone is the city.
        return entity.geo if not any(region == told for _, told in beside) else state
    others = context.countries - Counter({entity.geo.country: context.countries[entity.geo.country]})
    here = context.countries[entity.geo.country]
    return state if others[country] > here and others[country] >= max(others.values(), default=0) else entity.geo


def _known(entity: Entity, known: Table, context: _Context, gazetteer: Gazetteer) -> Geo:
    """An own gazetteer's place, unless the article is about the country of another one of that name."""
    if entity.geo is None:
        raise ValueError(f"{entity.canonical} has no place")
    geo = _with_region(entity.canonical, entity.geo, known)
    entry = gazetteer.entries.get(entity.canonical)
    if geo.precision != "city" or (entry is not None and entry.stands_for):
        return geo
    named = known.named(entity.canonical)
    same = [p for p in named if p.country == geo.country and distance(p.lat, p.lon, geo.lat, geo.lon) < 60]
    others = [p for p in named if p not in same]
    here = context.countries[geo.country] - 1
    best = max(others, key=lambda place: _score(place, context), default=None)
    if best is None or here > 0 or context.countries[best.country] < 2:
        return geo
    return best.geo()


def _with_region(name: str, geo: Geo, known: Table) -> Geo:
    if geo.region or geo.precision == "country" or not geo.country:
        return geo
    if geo.precision == "region":
        return replace(geo, region=name)
    same = [
        place
        for place in known.named(name)
        if place.country == geo.country and distance(geo.lat, geo.lon, place.lat, place.lon) < 60
    ]
    return replace(geo, region=same[0].region if same else known.region_at(geo))


def _region_named(entity: Entity, known: Table, context: _Context, gazetteer: Gazetteer) -> Geo | None:
    """A region the own gazetteers lack, at the middle of its places."""
    if len(entity.canonical) < 4:
        return None
    bare = _SIDE.sub("", entity.canonical)
    entry = gazetteer.entries.get(bare)
    if bare != entity.canonical and entry is not None and entry.geo is not None and not known.named(entity.canonical):
        return replace(entry.geo, precision="region", region=bare if entry.geo.precision == "region" else "")
    wheres = known.regions.get(entity.canonical) or known.regions.get(bare, set())
    if not wheres or (known.named(entity.canonical) and not any(where in context.regions for where in wheres)):
        return None
    country, region = max(wheres, key=lambda where: (context.countries[where[0]], where))
    inside = [
        place
        for places in known.by_name.values()
        for place in places
        if (place.country, place.region) == (country, region)
    ]
    if not inside or (len(wheres) > 1 and not context.countries[country]):
        return None
    lat = sum(place.lat for place in inside) / len(inside)
    lon = sum(place.lon for place in inside) / len(inside)
    return Geo(round(lat, 2), round(lon, 2), country, "region", region)


def _pick(candidates: Iterable[Place], told: set[tuple[str, str]], context: _Context) -> Geo | None:
    """The likeliest place of a name: large, in a country or region the article speaks of, near what is settled."""
    listed = list(candidates)
    if told:
        listed = [p for p in listed if (p.country, p.region) in told or (p.country, "") in told]
    best = max(listed, key=lambda place: (_score(place, context), place.thousands), default=None)
    return best.geo() if best is not None else None


def _score(place: Place, context: _Context) -> float:
    score = math.log10(place.thousands + 1)
    score += 1.5 * min(2, context.countries[place.country]) / 2
    score += 2.0 * min(2, context.regions[place.country, place.region]) / 2
    near = min(
        (
            distance(place.lat, place.lon, geo.lat, geo.lon)
            for geo in context.settled
            if geo.precision in {"city", "point"}
        ),
        default=math.inf,
    )
    return score + (1.5 * math.exp(-near / _NEAR_KM) if near < 4 * _NEAR_KM else 0.0)
