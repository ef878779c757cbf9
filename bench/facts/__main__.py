"""Every kind of key fact measured against annotations, in one table each, with the list of errors.

    python -m bench.facts [SECTION ...] [--data FOLDER] [--errors FILE]

Without sections all of them run. The folder holds public benchmark data (attribution/polnear, dates, places);
without `--data` it is taken from BENCH_DATA, or is ../shared/data beside the checkout. A section whose data or peer is
not there is skipped with the reason. `--errors` writes every miss and every falsehood, one a line.
"""

import argparse
import os
from pathlib import Path
from time import perf_counter

from bench.facts import dates, gold, hostile, places, polnear, speed
from bench.facts.report import Context, Section, Skipped, printed
from monitor.facts.extract import Extractor

CHECKOUT = Path(__file__).resolve().parents[2]
SECTIONS: dict[str, Section] = {
    "polnear-train": polnear.train,
    "polnear-dev": polnear.dev,
    "gold": gold.measure,
    "dates": dates.measure,
    "places": places.measure,
    "speed": speed.measure,
    "hostile": hostile.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.facts", description=__doc__.partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("BENCH_DATA") or CHECKOUT.parent / "shared" / "data"),
        help="folder of the public benchmark data",
    )
    parser.add_argument("--errors", type=Path, help="file to write the list of errors to")
    options = parser.parse_args()
    unknown = sorted(set(options.sections) - set(SECTIONS))
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    context = Context(options.data, Extractor())
    errors: list[str] = []
    for name in options.sections or SECTIONS:
        started = perf_counter()
        try:
            result = SECTIONS[name](context)
        except Skipped as reason:
            print(f"{name}: skipped, {reason}\n", flush=True)
            continue
        print("\n".join(printed(table) for table in result.tables))
        print(f"  {len(result.errors)} errors, {perf_counter() - started:.0f} s\n", flush=True)
        errors.extend(f"{name}\t{error}" for error in result.errors)
    if options.errors:
        options.errors.write_text("".join(f"{line}\n" for line in errors), encoding="utf-8")
        print(f"{len(errors)} errors in {options.errors}")
    elif errors:
        print("The errors one by one: --errors FILE")


if __name__ == "__main__":
    main()
