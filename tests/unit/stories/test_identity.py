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


_HOSTS = st.sampled_from(["example.org", "news.example.co.uk", "bücher.example", "192.0.2.7", "[2001:db8::1]"])
_NAMES = st.text("ab1-%2F~é ./;=", min_size=1, max_size=12)
_PARTS = st.sampled_from(["amp", "print", "index.html", "..", ".", "", "a.amp", "b.amp.html", "c-print.html"])
_PATHS = st.lists(st.one_of(_NAMES, _PARTS), max_size=5).map("/".join)
_QUERIES = st.lists(
    st.tuples(st.sampled_from(["id", "p", "ref", "utm_source", "amp", "sid", "print", "q"]), _NAMES), max_size=4
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
_FRAGMENTS = st.sampled_from(["", "#comments", "#!/news/1", "#/news/2", "#!%2Fa"])


@given(st.sampled_from(["", "m.", "www.", "amp.", "www2."]), _HOSTS, _PATHS, _QUERIES, _FRAGMENTS)
def test_a_canonical_address_is_its_own(prefix, host, path, query, fragment):
    before = "" if host[0] in "1[" else prefix
    found = canonical_url(f"http://{before}{host}/{path}?{query}{fragment}")
    assert found == "" or canonical_url(f"https://{found}") == found


_DRESSES = st.lists(
    st.sampled_from([
        lambda url: url.replace("https:", "http:", 1),
        lambda url: url.replace("//", "//www.", 1),
        lambda url: url.replace("//", "//m.", 1),
        lambda url: url.replace("//", "//amp.", 1),
        lambda url: url.replace("//", "//reader@", 1) if "@" not in url else url,
        lambda url: f"{url}&utm_medium=email&gclid=7",
        lambda url: f"{url}&ref=feed",
        lambda url: url.replace("?", "/?", 1),
        lambda url: url.replace("?", "/amp?", 1),
        lambda url: url.replace("?", "?fbclid=a&", 1),
        lambda url: url if "#" in url else f"{url}#top",
    ]),
    max_size=4,
)  # fmt: skip


@given(st.integers(1, 99), st.integers(1, 99), _DRESSES, _DRESSES)
def test_however_it_is_dressed_an_address_is_one_page_and_no_other(one, other, dress, other_dress):
    first, second = (f"https://example.org/a-{n}/story?id={n % 7}" for n in (one, other))
    for change in dress:
        first = change(first) if "#" not in first else first
    for change in other_dress:
        second = change(second) if "#" not in second else second
    assert (canonical_url(first) == canonical_url(second)) == (one == other)
