"""The extractor, loaded once for all tests of this package."""

import pytest

from monitor.facts.extract import Extractor


@pytest.fixture(scope="session")
def extractor():
    return Extractor()
