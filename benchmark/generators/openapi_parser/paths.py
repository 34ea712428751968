"""Path keys, path items and their servers: which method stands on which path template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from benchmark.generators.documents import declared_servers, servers_of
from benchmark.generators.openapi_parser.context import Context, as_list, as_map

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "query")
_ITEM_KEYS = frozenset({"$ref", "summary", "description", "servers", "parameters"})
_METHOD_NAME = re.compile(r"[A-Z][A-Z\-]{0,19}")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}|\{([^{}]*)\}")  # `{{name}}` is how Postman writes it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TYPED_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_\-.]*)[:=].+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RawOperation:
    """One operation as the document has it. `item` is the path item that it stands in.

    The method is "*" where the path item cannot be read, so that its methods are not known.
    """

    method: str
    path_key: str
    item: Mapping[str, Any]
    raw: Any

    @property
    def key(self) -> str:
        """What names the operation in messages, before its path is known in full."""
        return f"{self.method} {self.path_key}"


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path key, taken apart.

    `text` is the template with plain `{name}` expressions; a query string or a fragment of the key
    stays in it. `names` are its parameters in order, `reserved` those whose value may hold slashes
    (RFC 6570 `{+name}`, gRPC `{name=**}`), `query_names` those of a query expression (`{?a,b}`) and
    `fixed_query` the parameters that the key's own query string settles.
    """

    text: str
    names: tuple[str, ...]
    reserved: frozenset[str]
    query_names: tuple[str, ...]
    fixed_query: frozenset[str]


class UnusablePathError(Exception):
    """A path key that no request can be made of; the text is a clause that says why."""


def raw_operations(context: Context) -> Iterator[RawOperation]:
    """Every operation of the document, in its order, whatever it is worth."""
    paths = context.follow(context.document.get("paths"), "paths")
    if paths is not None and not isinstance(paths, Mapping):
        context.warn("paths", "it is no object; there are no operations")
    for path_key, declared in as_map(paths).items():
        if path_key.startswith("x-"):
            continue
        item = _path_item(context, path_key, declared)
        if item is None:
            yield RawOperation("*", path_key, {}, None)
            continue
        for name, raw in item.items():
            if name.lower() in _METHODS:
                operation = _followed(context, f"{name.upper()} {path_key}", raw)
                yield RawOperation(name.upper(), path_key, item, operation)
            elif name == "additionalOperations":
                yield from _additional(context, path_key, item, raw)
            elif name not in _ITEM_KEYS and not name.startswith("x-"):
                context.warn(path_key, f"{name!r} is no method; ignored")


def warn_of_servers(context: Context) -> None:
    """Say which servers of the document cannot be used; a URL may hold a password, so not how."""
    servers = context.document.get("servers")
    if servers is not None and not isinstance(servers, list):
        context.warn("servers", "it is no list; ignored")
    for index, entry in enumerate(as_list(servers)[: context.limits.max_warnings]):
        if not servers_of([entry], context.url):
            context.warn(f"servers/{index}", "no request could go there; ignored")


def _path_item(context: Context, path_key: str, declared: object) -> Mapping[str, Any] | None:
    item = context.follow(declared, path_key)
    if not isinstance(item, Mapping):
        return {} if declared is None else None
    if item is not declared and isinstance(declared, Mapping):
        return {**item, **{k: v for k, v in declared.items() if k != "$ref"}}
    return item


def _followed(context: Context, key: str, raw: object) -> object:
    """The operation object; where it stands in a document that is not there, an empty one."""
    operation = context.follow(raw, key)
    if operation is not None or raw is None:
        return operation
    context.warn(key, "its description is not there; it is called by its method and path alone")
    return {}


def _additional(
    context: Context, path_key: str, item: Mapping[str, Any], raw: object
) -> Iterator[RawOperation]:
    for method, operation in as_map(raw).items():
        if _METHOD_NAME.fullmatch(method.upper()) and method.upper() != "CONNECT":
            yield RawOperation(method.upper(), path_key, item, operation)
        else:
            context.warn(path_key, f"{method!r} is no method; ignored")


def path_template(path_key: str, declared: frozenset[str], max_length: int) -> PathTemplate:
    """The template of a path key. `declared` are the names of the declared path parameters.

    Raises UnusablePathError for what is no path below the host, or has no clear parameters.
    """
    if len(path_key) > max_length:
        raise UnusablePathError(f"its path is longer than {max_length:,} characters")
    if "://" in path_key.partition("{")[0].partition("?")[0]:
        raise UnusablePathError("its path is a whole URL")
    names: list[str] = []
    reserved: set[str] = set()
    query_names: list[str] = []

    def plain(expression: re.Match[str]) -> str:
        inner = expression[2] if expression[1] is None else expression[1].strip()
        operator = inner[:1] if inner not in declared and inner[:1] in tuple("+#./;?&") else ""
        parts = [inner] if inner in declared else inner[len(operator) :].split(",")
        listed = [_plain_name(part, declared) for part in parts]
        if operator in ("?", "&"):
            query_names.extend(listed)
            return ""
        if not all(listed):
            raise UnusablePathError("a parameter in its path has no name")
        names.extend(listed)
        if operator in ("+", "#") or (inner not in declared and "=" in inner):
            reserved.update(listed)
        separator = operator if operator in (".", "/", ";") else ","
        written = separator.join(f"{{{name}}}" for name in listed)
        return f"{operator}{written}" if operator in (".", "/", ";") else written

    text = _TEMPLATE.sub(plain, _CONTROL.sub(lambda c: quote(c[0], errors="replace"), path_key))
    if set("{}") & set(_TEMPLATE.sub("", text)):
        raise UnusablePathError("the braces in its path do not match")
    path, query = _split(text)
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise UnusablePathError("its path has dot segments, which lead elsewhere")
    # One slash in front: with two, the first segment would be read as a host.
    text = f"/{text.lstrip('/')}"
    return PathTemplate(
        text=text,
        names=tuple(dict.fromkeys(names)),
        reserved=frozenset(reserved),
        query_names=tuple(name for name in query_names if name),
        fixed_query=frozenset(unquote(part.partition("=")[0]) for part in query.split("&") if part),
    )


def _plain_name(part: str, declared: frozenset[str]) -> str:
    """The name in `{name}`, without the star of RFC 6570 and the type of `{name:type}`."""
    if part in declared:
        return part
    part = part.strip().removesuffix("*")
    typed = _TYPED_NAME.fullmatch(part)
    return typed.group(1) if typed else part


def _split(text: str) -> tuple[str, str]:
    before, _, _ = text.partition("#")
    path, _, query = before.partition("?")
    return path, query


def prefix_of(context: Context, operation: RawOperation) -> str:
    """What stands before the path: the document's prefix, or the path of the operation's server."""
    own = as_map(operation.raw).get("servers") or operation.item.get("servers")
    if not own or own == context.document.get("servers"):
        return context.prefix
    servers = servers_of(own, context.url)
    if not servers:
        context.warn(operation.key, "none of its own servers can be used; they are ignored")
        return context.prefix
    server = servers[0]
    common = declared_servers(context.document, context.url)
    hosts = {known.host for known in servers_of([{"url": "/"}], context.url) + common}
    if server.host and server.host not in hosts:
        context.warn(
            operation.key,
            f"its own server {server.host} is not contacted; requests go to the target",
        )
    # A server that the whole document has too is already in the prefix.
    return context.prefix if server.path in {known.path for known in common} else server.path
