"""Builds the request of a recipe: every source becomes a value, every value goes on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.generators.media_types import essence, is_form, is_json, is_multipart
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Node,
    ObjectNode,
    Place,
    PlannedTask,
    Pooled,
    Recipe,
    SlotLocation,
    Source,
    Unique,
    Upload,
    escape_pointer,
    unescape_pointer,
)
from benchmark.wire.encoding import (
    Encoding,
    UnsendableError,
    encode_cookies,
    encode_form,
    encode_headers,
    encode_multipart,
    encode_query,
    fill_template,
    plain_text,
)
from benchmark.wire.sample_files import sample_file
from benchmark.wire.stamps import clock_value, unique_value

Resolve = Callable[[Source], Any]
"""Gives the value of a source that depends on the server: Created, Found, Echo, Credential, …"""


@dataclass(frozen=True, slots=True)
class BuiltRequest:
    """A request ready to send. `target` is path and query, `sent` what each slot was given."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    sent: Mapping[Place, Any] = field(default_factory=dict)

    def path_values(self) -> dict[str, Any]:
        """What the path's names were filled with."""
        return {unescape_pointer(p[1:]): v for (at, p), v in self.sent.items() if at == "path"}


def build_request(task: PlannedTask, recipe: Recipe, index: int, resolve: Resolve) -> BuiltRequest:
    """The request number `index` of a recipe: pools give their n-th value.

    Raises UnsendableError for a value that cannot stand where it should.
    """
    sent: dict[Place, Any] = {}
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for slot in recipe.parameters:
        value = _value(slot.source, index, resolve)
        sent[(slot.location, slot.pointer)] = value
        places[slot.location][unescape_pointer(slot.pointer[1:])] = value
    try:
        target = fill_template(task.path, places["path"], _reserved(recipe, "path"))
    except KeyError as missing:
        raise UnsendableError(f"no value for {{{missing.args[0]}}}") from missing
    if query := encode_query(places["query"], {}, _reserved(recipe, "query")):
        target = f"{target}?{query}"
    headers = encode_headers(places["header"])
    if places["cookie"]:
        cookies = encode_cookies(places["cookie"], _reserved(recipe, "cookie"))
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = None
    if recipe.body is not None:
        content = realize(recipe.body, index, resolve)
        _note(content, "", sent)
        body, content_type = _encoded(content, recipe.media_type or "", recipe.encoding)
        headers.setdefault("Content-Type", content_type)
    return BuiltRequest(task.method, target, headers, body, sent)


def realize(node: Node, index: int, resolve: Resolve) -> Any:
    """The value of a node and of all below it."""
    if isinstance(node, ObjectNode):
        return {name: realize(member, index, resolve) for name, member in node.members}
    if isinstance(node, ArrayNode):
        return [realize(item, index, resolve) for item in node.items]
    return _value(node, index, resolve)


def _value(source: Source, index: int, resolve: Resolve) -> Any:
    if isinstance(source, Constant):
        return source.value
    if isinstance(source, Pooled):
        return source.values[index % len(source.values)]
    if isinstance(source, Unique):
        return unique_value(source.sample, source.style, source.max_length)
    if isinstance(source, Clock):
        return clock_value(source.offset_seconds, source.format)
    if isinstance(source, Upload):
        return source
    return resolve(source)


def _note(value: Any, pointer: str, sent: dict[Place, Any]) -> None:
    """Enter the leaves of a body among the slots; an empty object or array is one."""
    if value in ({}, []) and pointer:
        sent[("body", pointer)] = value
    elif isinstance(value, dict):
        for name, member in value.items():
            _note(member, f"{pointer}/{escape_pointer(str(name))}", sent)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _note(item, f"{pointer}/{position}", sent)
    else:
        sent[("body", pointer)] = value


def _reserved(recipe: Recipe, location: SlotLocation) -> tuple[str, ...]:
    """The names whose values keep their reserved characters."""
    return tuple(
        unescape_pointer(slot.pointer[1:])
        for slot in recipe.parameters
        if slot.location == location and slot.allow_reserved
    )


def _encoded(content: Any, media_type: str, encoding: Encoding) -> tuple[bytes, str]:
    """The bytes of a body and its content type."""
    if isinstance(content, Upload):
        return _content(content), content.content_type
    if is_multipart(media_type) and isinstance(content, dict):
        files = {name: _parts(value) for name, value in content.items() if _is_file(value)}
        fields = {name: value for name, value in content.items() if name not in files}
        return encode_multipart(fields, files, encoding)
    if is_json(media_type):
        name = essence(media_type)
        content_type = "application/json" if not name or "*" in name else media_type
        return json.dumps(_plain(content)).encode(), content_type
    if is_form(media_type) and isinstance(content, dict):
        return encode_form(content, encoding).encode(), "application/x-www-form-urlencoded"
    content_type = "text/plain" if essence(media_type) == "text/*" else media_type
    return plain_text(content).encode(), content_type.replace("*", "octet-stream")


def _is_file(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, Upload) for item in value)
    return isinstance(value, Upload)


def _parts(value: Any) -> list[tuple[str, bytes, str]]:
    uploads = value if isinstance(value, list) else [value]
    return [(each.file_name, _content(each), each.content_type) for each in uploads]


def _content(upload: Upload) -> bytes:
    if upload.text is not None:
        return upload.text.encode()
    return sample_file(upload.content_type, upload.size)


def _plain(value: Any) -> Any:
    """Data as JSON can write it: of a file within JSON only its name can be sent."""
    if isinstance(value, Upload):
        return value.file_name
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
