"""Refusals as well-known frameworks word them: one function from what is wrong to a body each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.servers.checks import Problem

Body = Mapping[str, Any]
Phrases = Mapping[str, str]

_PYDANTIC: Phrases = {
    "required": "Field required",
    "type": "Input should be a valid {limit}",
    "minLength": "String should have at least {limit} characters",
    "maxLength": "String should have at most {limit} characters",
    "minimum": "Input should be greater than or equal to {limit}",
    "maximum": "Input should be less than or equal to {limit}",
    "enum": "Input should be {choices}",
    "pattern": "String should match pattern '{limit}'",
    "format": "Input should be a valid {limit}",
    "past": "Date should be in the past",
    "either": "Value error, exactly one of {pair} must be given",
    "unknown": "Extra inputs are not permitted",
}
_DJANGO: Phrases = {
    "required": "This field is required.",
    "type": "Not a valid {limit}.",
    "minLength": "Ensure this field has at least {limit} characters.",
    "maxLength": "Ensure this field has no more than {limit} characters.",
    "minimum": "Ensure this value is greater than or equal to {limit}.",
    "maximum": "Ensure this value is less than or equal to {limit}.",
    "enum": "This is not a valid choice. Choose one of {choices}.",
    "pattern": "This value does not match the required pattern {limit}.",
    "format": "Wrong format. Use a {limit} in ISO 8601.",
    "past": "This date must not be in the future.",
    "either": "Give exactly one of {pair}.",
    "unknown": "Unexpected field.",
}
_JAVA: Phrases = {
    "required": "must not be null",
    "type": "must be a {limit}",
    "minLength": "size must be between {limit} and 200",
    "maxLength": "size must be between 0 and {limit}",
    "minimum": "must be greater than or equal to {limit}",
    "maximum": "must be less than or equal to {limit}",
    "enum": "must be one of: {choices}",
    "pattern": 'must match "{limit}"',
    "format": "must be a well-formed {limit}",
    "past": "must be a date in the past or in the present",
    "either": "exactly one of {pair} must be set",
    "unknown": "is not a known property",
}
_DOTNET: Phrases = {
    "required": "The {name} field is required.",
    "type": "The JSON value could not be converted to {limit}.",
    "minLength": "The field {name} must be a string with a minimum length of {limit}.",
    "maxLength": "The field {name} must be a string with a maximum length of {limit}.",
    "minimum": "The field {name} must be greater than or equal to {limit}.",
    "maximum": "The field {name} must be less than or equal to {limit}.",
    "enum": "The field {name} must be one of {choices}.",
    "pattern": "The field {name} must match the regular expression '{limit}'.",
    "format": "The field {name} is not a valid {limit}.",
    "past": "The field {name} must not be in the future.",
    "either": "Exactly one of {pair} is required.",
    "unknown": "The field {name} is not expected.",
}
_MARSHMALLOW: Phrases = {
    **_DJANGO,
    "required": "Missing data for required field.",
    "minLength": "Shorter than minimum length {limit}.",
    "maxLength": "Longer than maximum length {limit}.",
    "minimum": "Must be greater than or equal to {limit}.",
    "maximum": "Must be less than or equal to {limit}.",
    "enum": "Must be one of: {choices}.",
    "unknown": "Unknown field.",
}
_RAILS: Phrases = {
    "required": "can't be blank",
    "type": "is not a {limit}",
    "minLength": "is too short (minimum is {limit} characters)",
    "maxLength": "is too long (maximum is {limit} characters)",
    "minimum": "must be greater than or equal to {limit}",
    "maximum": "must be less than or equal to {limit}",
    "enum": "is not included in the list: {choices}",
    "pattern": "is invalid, it must match {limit}",
    "format": "is not a valid {limit}",
    "past": "can't be in the future",
    "either": "or its alternative is needed: exactly one of {pair}",
    "unknown": "is not permitted",
}
_LARAVEL: Phrases = {
    "required": "The {name} field is required.",
    "type": "The {name} field must be a {limit}.",
    "minLength": "The {name} field must be at least {limit} characters.",
    "maxLength": "The {name} field must not be greater than {limit} characters.",
    "minimum": "The {name} field must be at least {limit}.",
    "maximum": "The {name} field must not be greater than {limit}.",
    "enum": "The selected {name} is invalid; it must be one of {choices}.",
    "pattern": "The {name} field format is invalid; it must match {limit}.",
    "format": "The {name} field must be a valid {limit}.",
    "past": "The {name} field must be a date before or equal to today.",
    "either": "The {name} field is required when its alternative is not present: one of {pair}.",
    "unknown": "The {name} field is prohibited.",
}
_AJV: Phrases = {
    "required": "must have required property '{name}'",
    "type": "must be {limit}",
    "minLength": "must NOT have fewer than {limit} characters",
    "maxLength": "must NOT have more than {limit} characters",
    "minimum": "must be >= {limit}",
    "maximum": "must be <= {limit}",
    "enum": "must be equal to one of the allowed values: {choices}",
    "pattern": 'must match pattern "{limit}"',
    "format": 'must match format "{limit}"',
    "past": "must not be in the future",
    "either": "must match exactly one schema in oneOf: {pair}",
    "unknown": "must NOT have additional properties",
}
_SENTENCES: Phrases = {
    "required": "{name} is required",
    "type": "{name} must be of type {limit}",
    "minLength": "{name} must be at least {limit} characters long",
    "maxLength": "{name} must be at most {limit} characters long",
    "minimum": "{name} must be at least {limit}",
    "maximum": "{name} must be at most {limit}",
    "enum": "{name} must be one of {choices}",
    "pattern": "{name} must match {limit}",
    "format": "{name} is not a valid {limit}",
    "past": "{name} must not be in the future",
    "either": "either {pair} is required, and not both",
    "unknown": "{name} is not allowed",
}


def _words(problem: Problem, phrases: Phrases) -> str:
    several = isinstance(problem.limit, tuple)
    return phrases[problem.rule].format(
        name=problem.path[-1] if problem.path else "body",
        limit=problem.limit,
        choices=", ".join(f"'{each}'" for each in problem.limit) if several else "",
        pair=" or ".join(problem.limit) if several else "",
    )


def _by_member(found: Sequence[Problem], phrases: Phrases) -> dict[str, list[str]]:
    """Messages by member; what concerns the whole is told of the first member."""
    told: dict[str, list[str]] = {}
    for each in found:
        told.setdefault(".".join(each.path) or "body", []).append(_words(each, phrases))
    return told


def _fastapi(status: int, text: str, found: Sequence[Problem]) -> Body:
    kinds = {"required": "missing", "minLength": "string_too_short", "unknown": "extra_forbidden"}
    if not found:
        return {"detail": text}
    return {
        "detail": [
            {
                "type": kinds.get(each.rule, "value_error"),
                "loc": ["body"] if each.rule == "either" else ["body", *each.path],
                "msg": _words(each, _PYDANTIC),
                "input": None,
            }
            for each in found
        ]
    }


def _printed(status: int, text: str, found: Sequence[Problem]) -> Body:
    """What `str()` of FastAPI's validation error says, behind the name of its class."""
    entries = _fastapi(status, text, found)["detail"]
    if not found:
        return {"detail": ["ValueError", text]}
    told = [(entry["type"], tuple(entry["loc"]), entry["msg"]) for entry in entries]
    printed = [
        f"  {{'type': {t!r}, 'loc': {loc!r}, 'msg': {m!r}, 'input': 1}}" for t, loc, m in told
    ]
    count = f"{len(printed)} validation error{'s' if len(printed) > 1 else ''}"
    return {"detail": ["ValueError", "\n".join([f"{count}:", *printed])]}


def _drf(status: int, text: str, found: Sequence[Problem]) -> Body:
    general = [_words(each, _DJANGO) for each in found if each.rule == "either"]
    rest = _by_member([each for each in found if each.rule != "either"], _DJANGO)
    return rest | ({"non_field_errors": general} if general else {}) if found else {"detail": text}


def _problem_json(status: int, text: str, found: Sequence[Problem]) -> Body:
    body = {"type": "about:blank", "title": text, "status": status}
    errors = [
        {"pointer": "#/" + "/".join(each.path), "detail": _words(each, _JAVA)} for each in found
    ]
    return body | ({"detail": "The request is not valid.", "errors": errors} if found else {})


def _spring(status: int, text: str, found: Sequence[Problem]) -> Body:
    errors = [
        {
            "objectName": "request",
            "field": ".".join(each.path),
            "defaultMessage": _words(each, _JAVA),
            "code": each.rule,
        }
        for each in found
    ]
    body = {"timestamp": "2026-01-01T00:00:00Z", "status": status, "error": "Bad Request"}
    return body | (
        {"message": "Validation failed", "errors": errors} if found else {"message": text}
    )


def _aspnet(status: int, text: str, found: Sequence[Problem]) -> Body:
    if not found:
        return {"title": text, "status": status, "traceId": "00-1"}
    errors = _by_member(found, _DOTNET)
    pascal = {name[:1].upper() + name[1:]: messages for name, messages in errors.items()}
    return {
        "title": "One or more validation errors occurred.",
        "status": status,
        "errors": pascal,
        "traceId": "00-1",
    }


def _express(status: int, text: str, found: Sequence[Problem]) -> Body:
    errors = [
        {
            "type": "field",
            "msg": _words(each, _SENTENCES),
            "path": ".".join(each.path),
            "location": "body",
        }
        for each in found
    ]
    return {"errors": errors} if found else {"message": text}


def _marshmallow(status: int, text: str, found: Sequence[Problem]) -> Body:
    body: dict[str, Any] = {"code": status, "status": text}
    return body | ({"errors": {"json": _by_member(found, _MARSHMALLOW)}} if found else {})


def _rails(status: int, text: str, found: Sequence[Problem]) -> Body:
    return {"errors": _by_member(found, _RAILS)} if found else {"error": text}


def _laravel(status: int, text: str, found: Sequence[Problem]) -> Body:
    errors = _by_member(found, _LARAVEL)
    first = next(iter(errors.values()), [text])[0]
    return {"message": first, "errors": errors} if found else {"message": text}


def _json_schema(status: int, text: str, found: Sequence[Problem]) -> Body:
    message = text
    if found:  # as a validator that stops at the first fault
        whole = found[0].rule in ("required", "either", "unknown")
        place = "/".join(found[0].path[:-1] if whole else found[0].path)
        message = f"body{'/' + place if place else ''} {_words(found[0], _AJV)}"
    return {"statusCode": status, "error": "Bad Request", "message": message}


def _sentences(status: int, text: str, found: Sequence[Problem]) -> Body:
    return {"error": _words(found[0], _SENTENCES) if found else text}


Format = Callable[[int, str, Sequence[Problem]], Body]

FORMATS: Mapping[str, tuple[int, Format]] = {
    "fastapi": (422, _fastapi),
    "printed": (422, _printed),
    "drf": (400, _drf),
    "problem+json": (400, _problem_json),
    "spring": (400, _spring),
    "aspnet": (400, _aspnet),
    "express": (400, _express),
    "marshmallow": (422, _marshmallow),
    "rails": (422, _rails),
    "laravel": (422, _laravel),
    "json-schema": (400, _json_schema),
    "sentences": (400, _sentences),
}
"""By name: the status of a refused body, and what makes the answer's body."""
