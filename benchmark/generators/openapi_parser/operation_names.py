"""One readable Python identifier for each operation, the same every time."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_MAX_LENGTH = 60
_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")
_VERSION_SEGMENT = re.compile(r"v\d+(?:\.\d+)*", re.IGNORECASE)
_RESERVED = (
    frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | frozenset(name.lower() for name in keyword.kwlist)
    | frozenset(dir(builtins))
    | frozenset(
        # what Locust's and our own user classes have
        "abstract client client_pool concurrency connection_timeout context default_headers "
        "environment fixed_count fullname greenlet group host insecure json locust max_redirects "
        "max_retries max_wait min_wait network_timeout on_start on_stop pool_manager proxy_host "
        "client_certificate follow_redirects max_body_bytes max_header_bytes redirect_hosts "
        "total_timeout pause_asked_for task_set_class "
        "proxy_port rest run self cls start stop tag tags task tasks user users wait wait_function "
        "wait_time weight new keep need find take echo pick resources seed operations "
        "between constant events logging random time re os sys".split()
    )
)


def operation_names(operations: Sequence[tuple[str, str, str]]) -> list[str]:
    """The names for (method, path key, operationId) of one application's operations, in order.

    A name comes from the operationId, without what FastAPI appends to it as long as that stays
    unique, else from method and path. Names that would be the same get a number.
    """
    short = [_short_id(*operation) for operation in operations]
    uses = Counter(_snake(name) for name in short)
    by_path = [_from_path(method, path, whole=False) for method, path, _ in operations]
    path_uses = Counter(by_path)
    taken: set[str] = set()
    names = []
    for (method, path, operation_id), shortened, plain in zip(
        operations, short, by_path, strict=True
    ):
        name = _snake(shortened)
        if not name or (uses[name] > 1 and shortened != operation_id):
            name = plain if path_uses[plain] == 1 else _from_path(method, path, whole=True)
        names.append(_unique(_allowed(name, path), taken))
    return names


def _short_id(method: str, path: str, operation_id: str) -> str:
    """The function's name in an operationId that FastAPI made of name, path and method."""
    suffix = re.sub(r"\W", "_", f"{path}_{method.lower()}")
    short = operation_id.removesuffix(suffix)
    return short if short.strip("_") else operation_id


def _snake(text: str) -> str:
    """The text as an ASCII snake_case name; "" where most of it has no ASCII letters."""
    plain = unicodedata.normalize("NFKD", text[:400]).replace("ß", "ss")
    ascii_text = plain.encode("ascii", errors="ignore").decode("ascii")
    letters = sum(character.isalnum() for character in plain)
    if 2 * sum(character.isalnum() for character in ascii_text) <= letters:
        return ""
    words = _NOT_A_WORD.sub(" ", _WORD_BOUNDARY.sub(" ", ascii_text)).split()
    return _cut("_".join(words).lower())


def _from_path(method: str, path: str, *, whole: bool) -> str:
    """`get_items_by_id`; without `whole`, leading `api` and version segments are left out."""
    segments = [segment for segment in re.split(r"[/?#&]", path) if segment]
    while not whole and len(segments) > 1 and _is_noise(segments[0]):
        segments.pop(0)
    words = [method]
    for segment in segments:
        names = _EXPRESSION.findall(segment)
        words.append(_EXPRESSION.sub(" ", segment))
        words.extend(f"by {name}" for name in names)
    return _snake(" ".join(words if segments else [method, "root"])) or method.lower()


def _is_noise(segment: str) -> bool:
    return segment.lower() in ("api", "rest") or _VERSION_SEGMENT.fullmatch(segment) is not None


def _allowed(name: str, path: str) -> str:
    """The name, or a longer one where Python or Locust has a use for it."""
    if not name[:1].isalpha():
        name = f"operation_{name}".rstrip("_")
    if name in _RESERVED:
        static = [_snake(part) for part in path.split("/") if part and "{" not in part]
        name = f"{name}_{static[-1]}" if static and static[-1] else f"{name}_operation"
    return _cut(name)


def _unique(name: str, taken: set[str]) -> str:
    unique, number = name, 1
    while unique in taken or unique in _RESERVED:
        number += 1
        unique = f"{name[: _MAX_LENGTH - len(str(number)) - 1]}_{number}"
    taken.add(unique)
    return unique


def _cut(name: str) -> str:
    """At most 60 characters, cut between words where there is one not far from the end."""
    if len(name) <= _MAX_LENGTH:
        return name
    head = name[: _MAX_LENGTH + 1].rpartition("_")[0]
    return head if len(head) > _MAX_LENGTH // 2 else name[:_MAX_LENGTH]
