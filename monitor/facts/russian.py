"""Names in Russian text by the small news model of the Natasha project, where its package is installed.

Only the weights it carries are used, with the libraries that run them: slovnet and navec.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_EMBEDDINGS = ("data", "emb", "navec_news_v1_1B_250K_300d_100q.tar")
_MODEL = ("data", "model", "slovnet_ner_news_v1.tar")


class RussianNames:
    """Finds persons, places and organisations.

    Raises:
        ImportError: the libraries are not installed.
        OSError: the weights cannot be read.

    """

    def __init__(self, folder: Path) -> None:
        from navec import Navec  # noqa: PLC0415 - an extra
        from slovnet import NER  # noqa: PLC0415 - an extra

        self._ner: Any = NER.load(str(folder.joinpath(*_MODEL)))
        self._ner.navec(Navec.load(str(folder.joinpath(*_EMBEDDINGS))))

    def find(self, sentence: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and kind (PER, LOC, ORG) of the names of one sentence."""
        for span in self._ner(sentence).spans:
            yield span.start, span.stop, span.type


def folder() -> Path | None:
    """Where the package with the weights is installed, None where it is not; it is not imported."""
    found = importlib.util.find_spec("natasha")
    if found is None or not found.submodule_search_locations:
        return None
    place = Path(found.submodule_search_locations[0])
    return place if place.joinpath(*_MODEL).is_file() else None
