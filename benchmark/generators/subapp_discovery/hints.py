"""What pages, scripts, listings and documents say about where (more) documents are. Pure text."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from benchmark.generators.documents import is_openapi
from benchmark.generators.subapp_discovery import places
from benchmark.generators.subapp_discovery.found import operations

_MAX_TEXT = 4 * 1024 * 1024
_MAX_HINTS = 200
_MAX_NODES = 20_000
_MAX_EMBEDDED = 8
_STOCK_HOSTS = ("petstore.swagger.io", "petstore3.swagger.io")

# Names under which documentation tools are told their document: Swagger UI, Redoc, Scalar, RapiDoc,
# Stoplight Elements, and pages that load it themselves.
_NAMED_URL = re.compile(
    r"""(?:url|configUrl|swaggerUrl|spec-?_?url|openapi-?_?url|apiDescriptionUrl|data-url)["']?\s*"""
    r"""[:=]\s*["'`]([^"'`\s<>]{1,500})["'`]""",
    re.IGNORECASE,
)
_LOADED_URL = re.compile(
    r"""(?:fetch|Redoc\.init|axios\.get|getJSON)\(\s*["'`]([^"'`\s<>]{1,500})["'`]"""
)
_LITERAL = re.compile(r"""["'`]([^"'`\s<>{}()]{1,300}\.(?:json|ya?ml))(?:\?[^"'`\s<>]*)?["'`]""")
_LINK = re.compile(r"""(?:href|src)\s*=\s*["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
_CONFIGURATION = re.compile(
    r"""data-configuration\s*=\s*(?:"([^"]{2,2000000})"|'([^']{2,2000000})')""", re.IGNORECASE
)
_EMBEDDED = re.compile(
    r"""\{\s*["'](?:openapi|swagger)["']\s*:|["']?(?:swaggerDoc|spec|content)["']?\s*[:=]\s*(?=\{)"""
    r"""|type=["']?application/(?:json|[\w.+-]*openapi\+json)["']?[^>]{0,200}>\s*(?=\{)"""
)
_SCRIPT = re.compile(r"(swagger|initializer|init|config|openapi|redoc|docs|scalar)[^/]*\.js$", re.I)
_LIBRARY = re.compile(r"(bundle|standalone|preset|vendor|\.min\.|polyfill|jquery)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\u00([0-9a-fA-F]{2})")
_LINK_HEADER = re.compile(r"<([^<>]{1,500})>\s*((?:;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]+)\s*)*)")
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}", re.IGNORECASE)
_TEXT_URL = re.compile(r"(?:https?://[^\s<>\"')\]]{1,300}|(?<![\w/.<])/[\w.~-]+(?:/[\w.~{}-]+)*/?)")
_SERVICE_DESC = "service_desc"
_URL_KEYS = frozenset({"url", "href", "link", "location", "configurl", "spec", "docs", "openapi"})
_PREFIX_KEYS = frozenset(
    {"prefix", "mount", "mount_path", "mountpath", "path", "base_path", "basepath", "root_path"}
    | {"context_path", "contextpath", "base_url", "baseurl", "service_url", "mounted_at"}
)
_PARAMETER = re.compile(r"\{[^{}]*\}")
_CATCH_ALL = re.compile(r"\{(\w*path\w*|rest|proxy\+?|wildcard|any|tail)(:path)?\}")
_NAME_KEYS = frozenset({"name", "id", "service", "slug", "key"})


@dataclass(frozen=True, slots=True)
class Hints:
    """Absolute URLs by what they seem to be, in the order found, and documents found in the text.

    `names` are bare names of services, for listings that say no more.
    """

    documents: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    embedded: tuple[bytes, ...] = ()


class _Collector:
    def __init__(self, base: str) -> None:
        self._base = base
        self.documents: dict[str, None] = {}
        self.pages: dict[str, None] = {}
        self.listings: dict[str, None] = {}
        self.prefixes: dict[str, None] = {}

    def absolute(self, reference: str) -> str:
        try:
            url = urljoin(self._base, reference.strip())
            parts = urlsplit(url)
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or parts.hostname in _STOCK_HOSTS:
            return ""
        return url.partition("#")[0]

    def document(self, reference: str) -> None:
        url = self.absolute(reference)
        if url and not re.search(r"\.(m?js|css|html?|png|svg|ico)$", urlsplit(url).path):
            self._add(self.documents, url)

    def link(self, reference: str) -> None:
        """Sort a link by what its path looks like; below what names no file, one may be mounted."""
        url = self.absolute(reference)
        if not url:
            return
        path = urlsplit(url).path
        if places.names_document(path) or places.names_data(path):
            self._add(self.documents, url)
        elif places.names_asset(path):
            if _SCRIPT.search(path) and not _LIBRARY.search(path):
                self._add(self.pages, url)
        elif places.names_page(path):
            self._add(self.pages, url)
            self._prefixes(url, path.rstrip("/").rpartition("/")[0])
        elif places.names_listing(path):
            self._add(self.listings, url)
        else:
            self._prefixes(url, path)

    def _prefixes(self, url: str, path: str) -> None:
        segments = [segment for segment in path.partition("{")[0].split("/") if segment][:4]
        for length in range(len(segments), 0, -1):
            self._add(self.prefixes, urljoin(url, "/" + "/".join(segments[:length])))

    def _add(self, group: dict[str, None], url: str) -> None:
        if len(group) < _MAX_HINTS:
            group[url] = None

    def hints(self, names: tuple[str, ...] = (), embedded: tuple[bytes, ...] = ()) -> Hints:
        groups = (self.documents, self.pages, self.listings, self.prefixes)
        documents, pages, listings, prefixes = (tuple(group) for group in groups)
        return Hints(documents, pages, listings, prefixes, names, embedded)


# ── Pages and scripts ─────────────────────────────────────────────────────────────────────────────


def page_hints(text: str, url: str) -> Hints:
    """What an HTML page or a script at `url` refers to."""
    text = text[:_MAX_TEXT]
    plain = html.unescape(_unescaped(text))
    found = _Collector(url)
    for pattern in (_NAMED_URL, _LOADED_URL):
        for match in pattern.finditer(plain):
            found.document(match[1])
    for match in _LITERAL.finditer(plain):
        if places.names_document(urlsplit_path(match[1])):
            found.document(match[1])
    for match in _LINK.finditer(plain):
        found.link(match[1])
    embedded = list(_embedded(_unescaped(text)))
    for match in _CONFIGURATION.finditer(text):
        configuration = html.unescape(match[1] or match[2])
        embedded += _embedded(configuration)
    return found.hints(embedded=tuple(embedded[:_MAX_EMBEDDED]))


def urlsplit_path(reference: str) -> str:
    """The path of a URL reference, "" for what is none."""
    try:
        return urlsplit(reference).path
    except ValueError:
        return ""


def _unescaped(text: str) -> str:
    """Text with what JavaScript escapes most in URLs written plainly; JSON stays JSON."""
    text = text.replace("\\/", "/")
    return _ESCAPED.sub(lambda match: _character(match[1], match[0]), text)


def _character(code: str, escape: str) -> str:
    character = chr(int(code, 16))
    return character if character in "-/&=<>':" else escape


def _embedded(text: str) -> Iterator[bytes]:
    """Documents that stand in the text as JSON objects."""
    decoder = json.JSONDecoder()
    end_of_last = attempts = 0
    for match in _EMBEDDED.finditer(text):
        start = match.start() if text[match.start()] == "{" else match.end()
        if start < end_of_last or attempts >= _MAX_EMBEDDED:
            continue
        attempts += 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if is_openapi(value):
            end_of_last = end
            yield text[start:end].encode("utf-8", "replace")


# ── JSON: listings, catalogues, roots ─────────────────────────────────────────────────────────────


def json_hints(value: Any, url: str) -> Hints:
    """What a JSON answer at `url` refers to, wherever in it that stands."""
    found = _Collector(url)
    names: dict[str, None] = {}
    for key, text in _strings(value):
        lowered = key.lower().replace("-", "_")
        is_path = text.startswith(("/", "http://", "https://", "./"))
        if len(text) > 500 or any(c in text for c in ' <>"\n'):
            continue
        if lowered in (_SERVICE_DESC, "configurl") or (is_path and lowered == "openapi_url"):
            found.document(text)
        elif is_path or _refers(lowered, text):
            found.link(text)
        elif (lowered in _NAME_KEYS or not key) and _PLAIN_NAME.fullmatch(text):
            names[text] = None
    if isinstance(value, list):
        # Springfox and springdoc list their documents as objects with a bare `url`.
        for entry in value[:_MAX_HINTS]:
            if isinstance(entry, dict) and isinstance(entry.get("swaggerVersion"), str):
                found.document(str(entry.get("url") or entry.get("location") or ""))
    if isinstance(value, dict):
        urls = value.get("urls")
        for entry in (value, *(urls[:_MAX_HINTS] if isinstance(urls, list) else ())):
            if isinstance(entry, dict) and isinstance(entry.get("url"), str) and _is_config(value):
                found.document(entry["url"])
    return found.hints(names=tuple(names)[:20])


def _refers(key: str, text: str) -> bool:
    """Whether a relative text under this name is a reference."""
    if key in _PREFIX_KEYS:
        return "/" in text
    return key in _URL_KEYS and ("/" in text or "." in text)


def _is_config(value: Mapping[str, Any]) -> bool:
    """Whether an object is a configuration of Swagger UI."""
    return any(key in value for key in ("configUrl", "urls", "oauth2RedirectUrl", "validatorUrl"))


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with the name it stands under, keys that are paths included."""
    waiting: deque[tuple[str, Any]] = deque([("", value)])
    nodes = 0
    while waiting and nodes < _MAX_NODES:
        key, current = waiting.popleft()
        nodes += 1
        if isinstance(current, str):
            yield key, current
        elif isinstance(current, list):
            waiting += [(key, item) for item in current[:_MAX_HINTS]]
        elif isinstance(current, dict):
            for name, item in list(current.items())[:_MAX_HINTS]:
                if isinstance(name, str) and name.startswith("/"):
                    yield key, name
                elif isinstance(name, str) and isinstance(item, dict):
                    yield "name", name
                # RFC 9264 puts the `href` of a link into an object below its relation.
                inherits = key.replace("-", "_") == _SERVICE_DESC and name == "href"
                waiting.append((key if inherits else str(name), item))


def link_header_hints(header: str, url: str) -> Hints:
    """What a Link header refers to (RFC 8288): `service-desc` and `service-doc` of RFC 8631."""
    found = _Collector(url)
    for match in _LINK_HEADER.finditer(header[:20_000]):
        relations = re.search(r"""rel\s*=\s*["']?([^"';,]+)""", match[2], re.IGNORECASE)
        names = relations[1].lower().split() if relations else []
        if "service-desc" in names or "describedby" in names:
            found.document(match[1])
        elif any(name in ("service-doc", "api-catalog", "service") for name in names):
            found.link(match[1])
            found.pages[found.absolute(match[1])] = None
    return found.hints()


# ── Documents ─────────────────────────────────────────────────────────────────────────────────────


def document_hints(spec: Mapping[str, Any], prefix_url: str) -> Hints:
    """What a document refers to besides its own operations; `prefix_url` is where its paths begin.

    Paths that end in a catch-all parameter are the sign of a gateway: something is mounted there.
    """
    found = _Collector(prefix_url + "/")
    paths = spec.get("paths")
    templates = [path for path in paths if isinstance(path, str)] if isinstance(paths, dict) else []
    for template in templates[:2000]:
        head, _, parameter = template.partition("{")
        if _CATCH_ALL.fullmatch("{" + parameter):
            found.link(prefix_url + head.rstrip("/"))
        elif "{" not in template and isinstance(_get(paths, template), dict):
            if places.names_listing(template) and not _parameters(paths, template):
                found.listings[found.absolute(prefix_url + template)] = None
            elif places.names_page(template):
                found.pages[found.absolute(prefix_url + template)] = None
    for template in templates[:2000]:
        segments = [s for s in template.partition("{")[0].split("/")[:-1] if s][:2]
        for length in range(1, len(segments) + 1):
            found.link(prefix_url + "/" + "/".join(segments[:length]))
    for text in _prose(spec):
        for match in _TEXT_URL.finditer(text[:20_000]):
            found.link(match[0].rstrip(".,;:"))
    return found.hints()


def parameter_parents(spec: Mapping[str, Any], prefix_url: str) -> frozenset[str]:
    """Where any name of one segment is the parameter of a documented GET: nothing else is there.

    `/items/{id}` would answer to `/items/openapi.json` as well.
    """
    return frozenset(
        prefix_url + head
        for method, path, _ in operations(spec)
        if method == "GET"
        for head, _, parameter in (path.rpartition("/"),)
        if "{" not in head
        and _PARAMETER.fullmatch(parameter)
        and not _CATCH_ALL.fullmatch(parameter)
    )


def _get(paths: Any, template: str) -> Any:
    item = paths.get(template)
    return item.get("get") if isinstance(item, dict) else None


def _parameters(paths: Any, template: str) -> bool:
    """Whether the GET of a path has a required parameter."""
    listed = _get(paths, template).get("parameters")
    return any(
        isinstance(parameter, dict) and parameter.get("required") is True
        for parameter in (listed if isinstance(listed, list) else ())
    )


def _prose(spec: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a document in which addresses of other documents are told to people."""
    info, tags = spec.get("info"), spec.get("tags")
    holders: list[Any] = [info, spec.get("externalDocs")]
    for tag in tags[:_MAX_HINTS] if isinstance(tags, list) else ():
        holders += [tag, tag.get("externalDocs") if isinstance(tag, dict) else None]
    for holder in holders:
        if isinstance(holder, dict):
            yield from (v for k in ("description", "url") if isinstance(v := holder.get(k), str))
