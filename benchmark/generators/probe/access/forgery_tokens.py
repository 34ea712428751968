"""Gets the token against forged requests (CSRF) that an API hands out, and has writes carry it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.probe.safety.caution import READ_ONLY
from benchmark.models import CsrfToken, Echo, Recipe, escape_pointer
from benchmark.wire.resource_items import value_at

USUAL_HEADERS = ("X-CSRF-Token", "X-CSRFToken", "X-XSRF-TOKEN")
"""Under which names frameworks want the token, where nobody says."""

_CSRF = re.compile(r"csrf|xsrf", re.IGNORECASE)
_HEADER = re.compile(r"\bX-[A-Za-z0-9-]{0,40}[CX]SRF[A-Za-z0-9-]{0,40}", re.IGNORECASE)
_REFUSALS = frozenset({400, 403, 419, 422})
_MAX_MESSAGE = 2000
_MAX_DEPTH = 2


def protected(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with a token, where a write was refused for want of one.

    Where the probe signs in, the token belongs to the session: it goes with every request from now
    on, and the recipe stays as it is. Else each request reads one first.
    """
    reply = outcome.reply
    if reply is None or case.operation.method in READ_ONLY or reply.status not in _REFUSALS:
        return
    said = reply.text[:_MAX_MESSAGE]
    if not _CSRF.search(said):
        return
    entrance = prober.entrances.of(case.spec.application)
    for read in _reads(prober.cases.values()):
        if prober.entrances.of(read.spec.application) is not entrance:
            continue
        given = prober.send_with(read, read.task.recipe, {})
        answer = answer_value(given.reply) if given.reply and given.verdict.is_good else None
        pointer = _token_in(answer)
        if pointer and given.reply is not None and entrance.sign_in is None:
            prober.exchange.keep_cookies(given.reply.headers)  # the token is that of a visitor
        for header in _headers(case, said) if pointer else ():
            if entrance.sign_in is None:
                echo = Echo(read.key, pointer)
                yield ideas.with_source(recipe, ("header", f"/{header}"), echo)
                continue
            if header in entrance.headers:
                return  # it has been sent already
            entrance.headers[header] = str(value_at(answer, pointer))
            again = prober.attempt(case, recipe, 0)
            if again.reply is not None and not _CSRF.search(again.reply.text[:_MAX_MESSAGE]):
                token = CsrfToken(read.key, read.task.recipe, pointer, header)
                entrance.sign_in = replace(entrance.sign_in, csrf=token)
                prober.forget_refusals()
                yield recipe
                return
            del entrance.headers[header]


def read_again(prober: Prober, token: CsrfToken) -> None:
    """Read the token of a new session."""
    read = prober.cases[token.read]
    reply = prober.send_with(read, token.recipe, {}, renew=False).reply
    value = value_at(answer_value(reply), token.pointer) if reply else None
    if isinstance(value, str):
        prober.exchange.entrance.headers[token.header] = value


def _reads(cases: Sequence[Case] | Any) -> Iterator[Case]:
    """The reads that hand out tokens, by their path or what they are documented to answer."""
    for case in cases:
        plain = case.operation.method == "GET" and not ideas.kinds_in(case.task.recipe)
        if plain and "{" not in case.operation.path:
            schemas = [m.schema for r in case.operation.responses for m in r.media_types]
            members = [s.get("properties") for s in schemas if isinstance(s, Mapping)]
            names = [str(name) for each in members if isinstance(each, Mapping) for name in each]
            if _CSRF.search(" ".join([case.operation.path, *names])):
                yield case


def _headers(case: Case, said: str) -> list[str]:
    """The headers that may carry the token: as the message says, as is documented, as is usual."""
    told = _HEADER.findall(said)
    documented = [
        parameter.name
        for parameter in case.operation.parameters
        if parameter.location == "header" and _CSRF.search(parameter.name)
    ]
    return list(dict.fromkeys((*told, *documented))) or list(USUAL_HEADERS)


def _token_in(answer: Any, pointer: str = "", depth: int = 0) -> str:
    """Where in an answer the token is: a text whose name says so; "" where there is none."""
    if not isinstance(answer, Mapping) or depth > _MAX_DEPTH:
        return ""
    texts = [str(name) for name, value in answer.items() if isinstance(value, str) and value]
    named = [name for name in texts if _CSRF.search(name)]
    named += [name for name in texts if name.lower().endswith("token")]
    if named:
        return f"{pointer}/{escape_pointer(named[0])}"
    for name, value in answer.items():
        if found := _token_in(value, f"{pointer}/{escape_pointer(str(name))}", depth + 1):
            return found
    return ""
