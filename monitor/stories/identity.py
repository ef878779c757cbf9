"""Which web addresses are one page: the canonical form of a URL."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

MAX_URL = 4096

_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok _ga
    _gl _hsenc _hsmi vero_id vero_conv oly_anon_id oly_enc_id wickedid s_cid cmpid cmpref icid ito ns_campaign
    ns_mchannel ns_source ns_linkname ns_fee at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4
    at_link_id at_link_type at_link_origin at_ptr_name at_format at_bbc_team traffic_source ref_src ref_url
    referrer refsrc smid smtyp ocid cvid ftag ftcamp ncid xtor wt.mc_id wt_mc mbid soc_src
    soc_trk guccounter guce_referrer guce_referrer_sig sharetype reflink taid tpcc
    outputtype amp amp_js_v amp_gsa usqp sr_share spm wprov __twitter_impression __source utm
    feedtype feedname phpsessid jsessionid cfid cftoken zanpid
    """.casefold().split()
)
_TRACKING_PREFIXES = (
    "utm_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "fb_", "ga_", "stm_", "vero_", "trk_", "sc_", "aspsessionid",
)  # fmt: skip
_PERHAPS = frozenset(
    "ref source src partner feature share shared mod rss feed output m mobile print printable".casefold().split()
)
"""Where readers come from, or how the page is shown; on some sites what it is, if the value has a number in it."""
_AN_ID = re.compile(r"(?![01]$).*\d.*|.{25,}", re.DOTALL)
_SESSION_VALUE = re.compile(r"[0-9a-z]{20,}", re.IGNORECASE)
_MOBILE_HOSTS = frozenset({"www", "m", "mobile", "amp", "mobil", "touch", "wap"})
_WWW_NUMBERED = re.compile(r"^www\d+$")
_AMP_TAIL = re.compile(r"(?:\.amp|/amp\.html)$", re.IGNORECASE)
_AMP_FILE = re.compile(r"\.amp(?=\.html?$)", re.IGNORECASE)
_PRINT_TAIL = re.compile(r"/(?:print|printable|print-version|druckversion|imprimir|imprimer)$", re.IGNORECASE)
_PRINT_FILE = re.compile(r"[._-]print(?=\.html?$)", re.IGNORECASE)
_INDEX_TAIL = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_AMP_CACHE = re.compile(r"(?:^|\.)(?:cdn\.ampproject\.org|bing-amp\.com)$")
_AMP_CACHE_PATH = re.compile(r"^/(?:c|v|a)/(?:s/)?(?P<rest>[^/].*)$")
_AMP_VIEWER = re.compile(r"^/amp/(?:s/)?(?P<rest>[^/]+\.[^/]+/.*)$")
_SEARCH_HOST = re.compile(r"^(?:google(?:\.[a-z]{2,3}){1,2}|bing\.com)$")
_ARCHIVE_PATH = re.compile(r"^/web/\d{4,14}[a-z_]*/(?P<rest>https?:/{1,2}.+)$", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "gob", "gouv"})
_DEEPEST = 4
"""So many addresses within addresses are unwrapped."""


def canonical_url(url: str) -> str:
    """The form under which two addresses of one page are equal, without the scheme: "example.org/path?id=3".

    Scheme, user, default port, `www.`, mobile, AMP and print variants, fragments, trailing slashes, sessions and
    tracking parameters do not count; every other query parameter does, in any order, and so does a fragment that is a
    path ("#!/a"). Addresses wrapped in a cache's, an archive's or a redirector's are unwrapped. "" for what is not an
    http(s) address, and for one that names a site rather than a page of it.
    """
    for _ in range(_DEEPEST):
        if len(url) > MAX_URL:
            return ""
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            return ""
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        host = _plain_host(parts.hostname.rstrip(".").lower())
        inner = _wrapped(host, parts.path, parts.query)
        if not inner:
            break
        url = inner
    path = _plain_path(parts.path)
    query = urlencode(sorted((k, v) for k, v in _pairs(parts.query) if not _is_tracking(k, v)))
    route = _route(parts.fragment)
    if path in {"", "/"} and not query and not route:
        return ""
    host = f"[{host}]" if ":" in host else host
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    return f"{where}{path}" + (f"?{query}" if query else "") + (f"#{route}" if route else "")


def _wrapped(host: str, path: str, query: str) -> str:
    """The address that this one only leads to: in an AMP cache, a web archive or behind a redirector; "" for none."""
    behind = f"?{query}" if query else ""
    if _AMP_CACHE.search(host) and (cached := _AMP_CACHE_PATH.match(path)):
        return f"https://{cached['rest']}{behind}"
    if _SEARCH_HOST.match(host) and (viewed := _AMP_VIEWER.match(path)):
        return f"https://{viewed['rest']}{behind}"
    if host == "web.archive.org" and (kept := _ARCHIVE_PATH.match(path)):
        return re.sub(r"^(https?:)/+", r"\1//", kept["rest"], flags=re.IGNORECASE) + behind
    leads = (_SEARCH_HOST.match(host) and path == "/url") or (host.endswith("facebook.com") and path == "/l.php")
    if leads:
        given = dict(_pairs(query))
        return next((given[name] for name in ("url", "q", "u") if given.get(name, "").startswith("http")), "")
    return ""


def _plain_host(host: str) -> str:
    labels = host.split(".")
    while len(labels) > _registered(labels) and (labels[0] in _MOBILE_HOSTS or _WWW_NUMBERED.match(labels[0])):
        labels = labels[1:]
    try:
        return ".".join(labels).encode("ascii").decode()
    except UnicodeEncodeError:
        try:
            return ".".join(labels).encode("idna").decode()
        except UnicodeError:
            return ".".join(labels)


def _registered(labels: list[str]) -> int:
    """How many labels the registered name has: two, or three under co.uk and its like."""
    return 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2


def _plain_path(path: str) -> str:
    segments: list[str] = []
    for segment in _PATH_SESSION.sub("", path).split("/"):
        plain = quote(unquote(segment, errors="surrogateescape"), safe=":@!$&'()*+,;=~-._", errors="surrogateescape")
        if plain == "..":
            segments[-1:] = []
        elif plain not in {"", "."}:
            segments.append(plain)
    before, path = "", "".join(f"/{segment}" for segment in segments)
    while path != before:
        before = path
        path = _without_amp(path)
        for pattern in (_INDEX_TAIL, _AMP_FILE, _AMP_TAIL, _PRINT_FILE, _PRINT_TAIL):
            path = pattern.sub("", path)
    return path


def _without_amp(path: str) -> str:
    """The path without segments that ask for the AMP variant; a page that is called so keeps its name."""
    segments = path.split("/")[1:]
    kept = [segment for segment in segments if segment.lower() != "amp"]
    if len(kept) < len(segments) and kept[-1:] == ["platform"] and segments[-1].lower() == "amp":
        kept.pop()
    return "".join(f"/{segment}" for segment in kept) or path


def _route(fragment: str) -> str:
    """A fragment that names a page of its own, as single-page sites write it: "!/a" or "/a"."""
    return quote(unquote(fragment), safe="/:@!$&'()*+,;=~-._?") if fragment.startswith(("!", "/")) else ""


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=64)
    except ValueError:
        return [("", query)]


def _is_tracking(name: str, value: str) -> bool:
    name = name.casefold()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name in {"sid", "session"}:
        return bool(_SESSION_VALUE.fullmatch(value))
    if name == "view":
        return value.casefold() in {"print", "amp", "mobile"}
    # "/show?ref=4711" may well be another page than "/show?ref=4712".
    return name in _PERHAPS and not _AN_ID.fullmatch(value)
