"""Recognises how an API lets its users sign in, and does so: given credentials, or an own account.

A login is a POST that takes a secret and whose path says what it is, or the token URL of an OAuth2
flow; a registration is a POST that takes the same secret and the same name. Which token an answer
holds, and where requests carry it, is found by trying.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.probe.access.accounts import (
    Account,
    is_sign_in,
    login_of,
    new_accounts,
    with_given_credentials,
)
from benchmark.generators.probe.access.entrances import Entrance
from benchmark.generators.probe.access.forgery_tokens import read_again
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.judging import answer_value
from benchmark.generators.scenario_planner.credential_needs import credential_needs
from benchmark.models import (
    Recipe,
    SecurityScheme,
    SignIn,
    escape_pointer,
)
from benchmark.wire.resource_items import value_at

_TOKEN = re.compile(r"^(access_?token|jwt|id_?token|auth_?token|bearer|token|session_?token|"
                    r"api_?key|key|session(_?id)?)$", re.IGNORECASE)  # fmt: skip
_CSRF = re.compile(r"csrf|xsrf", re.IGNORECASE)
_MAX_LOGINS = 3


def sign_in(prober: Prober, denied: Sequence[Case], ways: Sequence[Case]) -> bool:
    """Sign in by one of some logins, so that operations that were denied may succeed.

    What it finds goes with every further request through the same entrance.
    """
    ways = sorted(ways, key=lambda case: len(case.operation.path))[:_MAX_LOGINS]
    found = _sign_in(prober, denied, ways)
    if found is None:
        return False
    entrance = prober.enter(prober.cases[found.login])
    entrance.sign_in, entrance.renewed_at = found, time.monotonic()
    entrance.renew = lambda: _renewed(prober, entrance)
    return True


def _renewed(prober: Prober, entrance: Entrance) -> bool:
    """Log in again in the way that worked before; whether it worked."""
    entrance.renewed_at = time.monotonic()
    return entrance.sign_in is not None and log_in_again(prober, entrance.sign_in)


def log_in_again(prober: Prober, known: SignIn) -> bool:
    """Log in in a way that worked before; whether it worked. The exchange carries what it gives.

    What the last login gave is not sent with it: some servers refuse a login for an old token.
    """
    if known.token_pointer is not None:
        prober.exchange.store(known.location).pop(known.parameter, None)
    outcome = prober.send_with(prober.cases[known.login], known.recipe, {}, renew=False)
    if not outcome.verdict.is_good or outcome.reply is None:
        return False
    if known.token_pointer is None:
        prober.exchange.keep_cookies(outcome.reply.headers)
    else:
        token = value_at(answer_value(outcome.reply), known.token_pointer)
        prober.exchange.store(known.location)[known.parameter] = f"{known.prefix}{token}"
    if known.csrf is not None:
        read_again(prober, known.csrf)
    return True


def _sign_in(prober: Prober, denied: Sequence[Case], ways: Sequence[Case]) -> SignIn | None:
    for login in ways:
        if prober.credentials.basic:
            recipe = with_given_credentials(prober, login)
            if recipe is not None and (found := _log_in(prober, login, recipe, denied)):
                return found
    for login in ways:
        for account in new_accounts(prober, login):
            if (found := with_account(prober, login, account, denied)) is not None:
                return found
    return None


def logins(prober: Prober) -> Iterator[Case]:
    """The operations that sign in."""
    for case in prober.cases.values():
        needs = credential_needs(case.spec, prober.credentials)
        if is_sign_in(case) or needs.signs_in(case.operation):
            yield case


def with_account(
    prober: Prober, login: Case, account: Account, denied: Sequence[Case]
) -> SignIn | None:
    """How a registered account signs in, so that what was `denied` is open; None if it does not.

    What requests carry from then on is kept in the exchange.
    """
    prober.enter(login).registered = account.sent
    recipe = login_of(prober, login, account)
    if recipe is None:
        return None
    found = _log_in(prober, login, recipe, denied)
    if found is None:
        return None
    return replace(found, register=account.case.key, register_recipe=account.recipe)


def _log_in(prober: Prober, login: Case, recipe: Recipe, denied: Sequence[Case]) -> SignIn | None:
    outcome = prober.send_with(login, recipe, {})
    tries = 0
    while outcome.verdict.name == "refused" and tries < 3:
        changed = prober.repaired(login, recipe, outcome)
        if changed is None or changed == recipe:
            break
        recipe, tries = changed, tries + 1
        outcome = prober.send_with(login, recipe, {})
    if not outcome.verdict.is_good or outcome.reply is None:
        return None
    answer = answer_value(outcome.reply)
    for pointer, token in _tokens(answer):
        for location, parameter, prefix in _placements(login, denied):
            found = SignIn(login.key, recipe, pointer, location, parameter, prefix)
            if _opens(prober, denied, location, parameter, prefix + token):
                return found
    if cookies := prober.exchange.keep_cookies(outcome.reply.headers):
        for name, value in cookies.items():
            if _CSRF.search(name):
                header = "X-XSRF-TOKEN" if "xsrf" in name.lower() else "X-CSRFToken"
                prober.exchange.entrance.headers[header] = value
        for name, value in _csrf(answer):
            prober.exchange.entrance.headers[name] = value
        if _is_open(prober, denied):
            return SignIn(login.key, recipe, None)
        prober.exchange.entrance.cookies.clear()
    return None


def _opens(
    prober: Prober, denied: Sequence[Case], location: str, parameter: str, value: str
) -> bool:
    """Whether a token in a place lets requests through that were denied; if so, it stays there."""
    store = prober.exchange.store(location)
    store[parameter] = value
    if _is_open(prober, denied):
        return True
    del store[parameter]
    return False


def _is_open(prober: Prober, denied: Sequence[Case]) -> bool:
    for case in denied[:2]:
        outcome = prober.send_with(case, case.task.recipe, {})
        if outcome.verdict.name not in {"denied", "silent"}:
            return True
    return False


def _placements(login: Case, denied: Sequence[Case]) -> Iterator[tuple[Any, str, str]]:
    """Where requests may carry a token: as the document says, then as is usual."""
    seen: set[tuple[str, str, str]] = set()
    for scheme in _schemes(login, denied):
        for place in _of_scheme(scheme):
            if place not in seen:
                seen.add(place)
                yield place
    for prefix in ("Bearer ", "Token ", "JWT ", ""):
        place = ("header", "Authorization", prefix)
        if place not in seen:
            yield place


def _of_scheme(scheme: SecurityScheme) -> Iterator[tuple[str, str, str]]:
    if scheme.type == "apiKey":
        if scheme.parameter.lower() == "authorization":
            for prefix in ("Bearer ", "Token ", ""):
                yield (scheme.location, scheme.parameter, prefix)
        else:
            yield (scheme.location, scheme.parameter, "")
    elif scheme.type in {"oauth2", "openIdConnect"} or scheme.scheme == "bearer":
        yield ("header", "Authorization", "Bearer ")


def _schemes(login: Case, denied: Sequence[Case]) -> list[SecurityScheme]:
    names = [name for case in denied for group in case.operation.security for name in group]
    known = login.spec.security_schemes
    asked = [known[name] for name in dict.fromkeys(names) if name in known]
    return asked + [scheme for scheme in known.values() if scheme not in asked]


# ── answers ───────────────────────────────────────────────────────────────────────────────────


def _tokens(answer: Any, pointer: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The members of an answer that look like tokens, with their pointers, the outer ones first."""
    if isinstance(answer, str) and depth == 0 and len(answer) > 15 and " " not in answer:
        yield "", answer
    if not isinstance(answer, Mapping) or depth > 3:
        return
    named = [(name, value) for name, value in answer.items() if isinstance(value, str)]
    for name, value in sorted(named, key=lambda pair: "refresh" in pair[0].lower()):
        if _TOKEN.match(name) and len(value) >= 8 and "refresh" not in name.lower():
            yield f"{pointer}/{escape_pointer(name)}", value
    for name, value in answer.items():
        yield from _tokens(value, f"{pointer}/{escape_pointer(str(name))}", depth + 1)


def _csrf(answer: Any) -> Iterator[tuple[str, str]]:
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            if _CSRF.search(str(name)) and isinstance(value, str):
                yield "X-CSRF-Token", value
