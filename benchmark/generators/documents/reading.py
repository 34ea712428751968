"""Reads API documents: hostile bytes to plain JSON values, and what a document says of itself.

JSON and YAML are told apart by content. YAML means what the same text would mean in JSON: only
`true`, `false`, `null` and JSON numbers are not text, and every key is text. Nothing is built from
tags, aliases are shared and their expansion is bounded, and every failure is a `DocumentError`.
"""

from __future__ import annotations

import json
import math
import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from benchmark.errors import DocumentError
from benchmark.generators.documents.yaml_reader import YamlProblem, read_yaml

_OPENAPI_HINT = "an OpenAPI 3 or Swagger 2.0 document, in JSON or YAML, is needed"
_MAX_SERVERS = 50
_BOMS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the one of UTF-16
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_LONE_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_VERSION = re.compile(r"\d+(\.\d+)*")
_SERVER_VARIABLE = re.compile(r"\{([^{}]*)\}")
_UNUSABLE_IN_URL = re.compile(r"[\x00-\x20\x7f-\x9f\\{}<>\"'`|^\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """How much of a document is read before it is refused.

    `max_nodes` counts every value and key of a YAML document, `max_alias_nodes` those that its
    aliases would add if they were written out. `max_depth` bounds what later stages recurse into.
    """

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 200
    max_nodes: int = 10_000_000
    max_alias_nodes: int = 1_000_000


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────


def read_document(
    data: bytes, where: str, limits: DocumentLimits = DocumentLimits()
) -> dict[str, Any]:
    """The JSON object that `data` holds; `where` (a URL or file name) is for messages.

    Parts that YAML aliases share are shared in the result too: it must not be changed.
    Raises DocumentError for everything else, with line and column where the text has them.
    """
    document = read_value(data, where, limits)
    if not isinstance(document, dict):
        kind = "a list" if isinstance(document, list) else "a single value"
        raise DocumentError(f"{where} holds {kind}, not an OpenAPI document", _OPENAPI_HINT)
    return document


def read_value(data: bytes, where: str, limits: DocumentLimits = DocumentLimits()) -> Any:
    """As `read_document`, for a file that may hold a part of a document: any value is taken."""
    if len(data) > limits.max_bytes:
        raise DocumentError(
            f"{where} has {len(data):,} bytes, and more than {limits.max_bytes:,} are not read",
            "raise DocumentLimits.max_bytes if the document can be trusted",
        )
    text = _decode(data, where)
    start = text.lstrip()[:2000].lower()
    if not start:
        raise DocumentError(f"{where} is empty", _OPENAPI_HINT)
    if start.startswith("<"):
        kind = "an HTML page" if "<html" in start or "<!doctype html" in start else "XML"
        raise DocumentError(
            f"{where} is {kind}, not an OpenAPI document",
            "give the address of the JSON or YAML document; a sign-in may be needed to see it",
        )
    return _parse(text, where, limits)


def _decode(data: bytes, where: str) -> str:
    if data.startswith(b"\x1f\x8b"):
        raise DocumentError(f"{where} is compressed with gzip", "decompress it first")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    # JSON without a mark begins with two ASCII characters, which gives UTF-16 and UTF-32 away.
    if data[:1] == b"\x00" or data[1:2] == b"\x00":
        return data.decode(json.detect_encoding(data[:4]), errors="replace")
    # One wrong byte in a description is no reason to refuse an API.
    return data.decode("utf-8", errors="replace")


def _parse(text: str, where: str, limits: DocumentLimits) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, where, limits)
    try:
        return _parse_json(text, where, limits)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise DocumentError(
                f"{where} is JSON that ends too early, at {_place(error.lineno, error.colno)}",
                "the document was cut off; fetch it again in full",
            ) from error
        try:
            return _parse_yaml(text, where, limits)  # YAML in braces, or JSON with comments
        except DocumentError:
            raise DocumentError(
                f"{where} is not valid JSON: {error.msg} at {_place(error.lineno, error.colno)}",
                "correct the document there",
            ) from error


def _parse_json(text: str, where: str, limits: DocumentLimits) -> Any:
    try:
        try:
            value = _loads(text, int)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer with more digits than Python converts
            value = _loads(text, _bounded_integer)
    except RecursionError:
        raise _too_deep(where, limits) from None
    _check_depth(value, where, limits)
    return _without_surrogates(value) if _LONE_SURROGATE_ESCAPE.search(text) else value


def _loads(text: str, parse_int: Any) -> Any:
    # `NaN` and `Infinity` are no JSON; as text they can do no harm. Nor can a bare line break.
    return json.loads(
        text, strict=False, parse_int=parse_int, parse_float=_finite_float, parse_constant=str
    )


def _finite_float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else math.copysign(sys.float_info.max, number)


def _bounded_integer(text: str) -> int | float:
    return int(text) if len(text) < 4000 else math.copysign(sys.float_info.max, float(text))


def _parse_yaml(text: str, where: str, limits: DocumentLimits) -> Any:
    try:
        return read_yaml(
            text,
            max_depth=limits.max_depth,
            max_nodes=limits.max_nodes,
            max_alias_nodes=limits.max_alias_nodes,
        )
    except YamlProblem as problem:
        place = f" at {_place(problem.line, problem.column)}" if problem.line else ""
        raise DocumentError(f"{where} cannot be read: {problem}{place}", problem.hint) from problem


def _check_depth(value: Any, where: str, limits: DocumentLimits) -> None:
    level = [value]
    for _ in range(limits.max_depth + 1):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise _too_deep(where, limits)


def _too_deep(where: str, limits: DocumentLimits) -> DocumentError:
    return DocumentError(
        f"{where} is nested deeper than {limits.max_depth} levels",
        "no API document needs that; see DocumentLimits.max_depth",
    )


def _without_surrogates(value: Any) -> Any:
    """The same value with U+FFFD for half characters, which no output could be encoded with."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", k): _without_surrogates(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value


def _place(line: int, column: int) -> str:
    return f"line {line}, column {column}"


# ── What a document says of itself ────────────────────────────────────────────────────────────────


def is_openapi(document: object) -> bool:
    """Whether this is an OpenAPI 3 or Swagger 2.0 document, told by its version and its parts."""
    if not isinstance(document, dict) or not document_version(document):
        return False
    return any(key in document for key in ("paths", "webhooks", "components"))


def why_not_openapi(document: Mapping[str, Any]) -> str:
    """What `is_openapi` misses in a document, as a clause; "" where it misses nothing."""
    if is_openapi(document):
        return ""
    for key in ("openapi", "swagger"):
        if key in document and not document_version(document):
            kind = type(document[key]).__name__
            words = repr(document[key])[:40] if kind in ("str", "int", "float") else f"a {kind}"
            return f"its {key!r} is {words} and no version such as 3.1.0"
    return "it has no paths" if document_version(document) else "it says no version of OpenAPI"


def document_version(document: object) -> str:
    """The version of the specification that a document follows, as in "3.1.0"; "" without one."""
    if isinstance(document, dict):
        for key in ("openapi", "swagger"):
            value = document.get(key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, str) and _VERSION.match(value.strip()):
                return value.strip()
    return ""


@dataclass(frozen=True, slots=True)
class Server:
    """A place where a document says that its API answers.

    `host` is the host in lower case, with a port that is not the scheme's own, or "" where the
    document's own place is unknown. `path` is what stands before each path: "" or "/a/b".
    """

    url: str
    path: str
    host: str


def declared_servers(document: object, document_url: str) -> tuple[Server, ...]:
    """The servers that a document declares, in its order, without those that cannot be used.

    Variables take their defaults; what is relative counts from `document_url`, which may also be
    a file name. Credentials in a URL are dropped. An empty tuple means that nothing was declared.
    """
    if not isinstance(document, dict):
        return ()
    if "servers" not in document and "swagger" in document:
        return _from_urls(_swagger_urls(document), document_url)
    return servers_of(document.get("servers"), document_url)


def servers_of(servers: object, document_url: str) -> tuple[Server, ...]:
    """The usable entries of one `servers` list of OpenAPI 3, wherever in a document it stands."""
    if not isinstance(servers, list):
        return ()
    return _from_urls([_server_url(entry) for entry in servers[:_MAX_SERVERS]], document_url)


def _from_urls(urls: list[str | None], document_url: str) -> tuple[Server, ...]:
    found = [_server(url, document_url) for url in urls if url is not None]
    return tuple(dict.fromkeys(server for server in found if server is not None))


def _server_url(entry: object) -> str | None:
    """The URL of a server object with its variables filled in, None where one has no value."""
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        return None
    variables = entry.get("variables")
    values = variables if isinstance(variables, dict) else {}
    url = str(entry["url"]) or "/"  # as a reference, "" would be the document itself
    for name in _SERVER_VARIABLE.findall(url):
        value = _variable_value(values.get(name))
        if value is None:
            return None
        url = url.replace(f"{{{name}}}", value)
    return url


def _variable_value(variable: object) -> str | None:
    if not isinstance(variable, dict):
        return None
    choices = variable.get("enum")
    for value in (variable.get("default"), *(choices if isinstance(choices, list) else ())):
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
    return None


def _swagger_urls(document: dict[str, Any]) -> list[str | None]:
    host, base_path = document.get("host"), document.get("basePath")
    path = f"/{base_path.lstrip('/')}" if isinstance(base_path, str) else ""
    if not isinstance(host, str) or not host:
        return [path] if path else []
    schemes = document.get("schemes")
    usable = [s for s in schemes if s in ("http", "https")] if isinstance(schemes, list) else []
    # A host alone takes the scheme of the document's own address.
    return [f"{scheme}://{host}{path}" for scheme in usable] or [f"//{host}{path}"]


def _server(url: str, document_url: str) -> Server | None:
    if len(url) > 2000 or _UNUSABLE_IN_URL.search(url):
        return None
    base = document_url if _web_address(document_url) else ""
    try:
        parts = urlsplit(urljoin(base, url))
        port = parts.port
    except ValueError:  # a malformed IPv6 address or port
        return None
    absolute = parts.scheme in ("http", "https") and parts.hostname
    relative = not base and not parts.scheme
    if not (absolute or relative):
        return None
    path = parts.path.rstrip("/")
    path = f"/{path}" if path and not path.startswith("/") else path
    if "//" in path or any(unquote(segment) in (".", "..") for segment in path.split("/")):
        return None
    own_port = {"http": 80, "https": 443}.get(parts.scheme)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    host += f":{port}" if port not in (None, own_port) else ""
    return Server(urlunsplit((parts.scheme, host, path, "", "")), path, host)


def _web_address(url: str) -> Any:
    """The parts of an http or https URL, None for a file name and whatever else is no such URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.netloc else None
