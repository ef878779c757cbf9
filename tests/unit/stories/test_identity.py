from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.identity import canonical_url
from tests.unit.stories.stream import load

PAGES = load("urls.yaml")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[0])
def test_addresses_of_one_page_are_one(page):
    assert len({canonical_url(url) for url in page}) == 1


def test_other_pages_are_others():
    for one, other in combinations(PAGES, 2):
        assert canonical_url(one[0]) != canonical_url(other[0])


NO_PAGES = """
https://example.org
http://www.example.org/
mailto:a@example.org
ftp://example.org/a
https://[
https://example.org:99999/a
/news/a
"""


@pytest.mark.parametrize("url", ["", "https://example.org/" + "a" * 5000, *NO_PAGES.split()])
def test_what_names_no_page_has_no_canonical_form(url):
    assert canonical_url(url) == ""


@given(st.text(max_size=200))
def test_any_text_is_survived_and_the_result_is_stable(text):
    for url in (text, f"https://example.org/{text}"):
        found = canonical_url(url)
        assert found == "" or canonical_url(f"https://{found}") == found
