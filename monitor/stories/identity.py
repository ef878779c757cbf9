"""Which web addresses are one page: the canonical form of a URL."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

MAX_URL = 4096

_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok _ga
    _gl _hsenc _hsmi vero_id vero_conv oly_anon_id oly_enc_id wickedid s_cid cmpid cmpref icid ito ns_campaign
    ns_mchannel ns_source ns_linkname ns_fee at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4
    at_link_id at_link_type at_link_origin at_ptr_name at_format at_bbc_team traffic_source ref ref_src ref_url
    referrer refsrc source src smid smtyp partner ocid cvid ftag ftcamp ncid xtor wt.mc_id wt_mc mbid soc_src
    soc_trk guccounter guce_referrer guce_referrer_sig feature share shared sharetype reflink mod taid tpcc rss
    feed output amp outputtype amp_js_v amp_gsa usqp sr_share spm wprov __twitter_impression __source utm
    feedtype feedname
    """.casefold().split()
)
_TRACKING_PREFIXES = ("utm_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "fb_", "ga_", "stm_", "vero_", "trk_", "sc_")
_MOBILE_HOSTS = frozenset({"www", "m", "mobile", "amp", "mobil", "touch", "wap"})
_WWW_NUMBERED = re.compile(r"^www\d+$")
_AMP_TAIL = re.compile(r"(?:/amp|\.amp|/amp\.html|/platform/amp)$", re.IGNORECASE)
_INDEX_TAIL = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_CACHE = re.compile(r"\.cdn\.ampproject\.org$")
_AMP_CACHE_PATH = re.compile(r"^/(?:c|v|a)/(?:s/)?(?P<rest>.+)$")
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "gob", "gouv"})


def canonical_url(url: str) -> str:
    """The form under which two addresses of one page are equal, without the scheme: "example.org/path?id=3".

    Scheme, user, default port, `www.`, mobile and AMP hosts and paths, fragment, trailing slash and tracking parameters
    do not count; every other query parameter does, in any order. "" for what is not an http(s) address, and for one
    that names a site rather than a page of it.
    """
    if len(url) > MAX_URL:
        return ""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".").lower()
    if _AMP_CACHE.search(host) and (cached := _AMP_CACHE_PATH.match(parts.path)):
        return canonical_url(f"https://{cached['rest']}" + (f"?{parts.query}" if parts.query else ""))
    host = _plain_host(host)
    path = _plain_path(parts.path)
    query = urlencode(sorted((k, v) for k, v in _pairs(parts.query) if not _is_tracking(k)))
    if path in {"", "/"} and not query:
        return ""
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    return f"{where}{path}" + (f"?{query}" if query else "")


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
    path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    path = re.sub(r"/{2,}", "/", path)
    if path.startswith("/amp/"):
        path = path[4:]
    path = _INDEX_TAIL.sub("/", path)
    path = _AMP_TAIL.sub("", path.rstrip("/"))
    return path.rstrip("/")


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=64)
    except ValueError:
        return [("", query)]


def _is_tracking(name: str) -> bool:
    name = name.casefold()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
