"""Recognises how an API lets its users sign in, and does so: given credentials, or an own account.

A login is a POST that takes a secret and whose path says what it is, or the token URL of an OAuth2
flow; a registration is a POST that takes the same secret and the same name. Which token an answer
holds, and where requests carry it, is found by trying.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any

from benchmark.generators import schema_view
from benchmark.generators.naming import plain, static_segments, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.forgery_tokens import read_again
from benchmark.generators.probe.judging import answer_value
from benchmark.generators.probe.prober import Prober
from benchmark.generators.scenario_planner.credential_needs import credential_needs
from benchmark.models import (
    Constant,
    Credential,
    ObjectNode,
    Recipe,
    Registered,
    SecurityScheme,
    SignIn,
    Source,
    Unique,
    escape_pointer,
)
from benchmark.resource_items import value_at

_SECRET = re.compile(r"passw|passphrase|secret|^pwd$|^pin$", re.IGNORECASE)
_IDENTITY = ("username", "email", "login", "user", "name", "identifier", "account", "phone")
_LOGIN = frozenset("login signin logon token authenticate auth session sessions jwt".split())
_REGISTER = frozenset(
    "register signup registration registrations users user accounts account".split()
)
_MAKES = frozenset("create new add".split())
_TOKEN = re.compile(r"^(access_?token|jwt|id_?token|auth_?token|bearer|token|session_?token|"
                    r"api_?key|key|session(_?id)?)$", re.IGNORECASE)  # fmt: skip
_CSRF = re.compile(r"csrf|xsrf", re.IGNORECASE)
_NOT_ASKED = frozenset({"clientid", "clientsecret", "scope"})
_MAX_LOGINS = 3
PASSWORD = "Load-Test-42-a!"  # noqa: S105  # of accounts that the run itself registers


@dataclass(frozen=True, slots=True)
class Account:
    """A registration and the body that it sent, by JSON Pointer."""

    case: Case
    recipe: Recipe
    sent: Mapping[str, Any]
    outcome: Outcome


def sign_in(prober: Prober, denied: Sequence[Case]) -> SignIn | None:
    """Sign in, so that operations that were denied may succeed; None where there is no way.

    What it finds goes with every further request of the probe.
    """
    found = _sign_in(prober, denied)
    if found is not None:
        prober.renewed_at = time.monotonic()
        prober.renew = lambda: _renewed(prober)
    return found


def _renewed(prober: Prober) -> bool:
    """Log in again in the way that worked before; whether it worked."""
    known, prober.renewed_at = prober.sign_in, time.monotonic()
    return known is not None and log_in_again(prober, known)


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
        prober.exchange.cookies.update(_cookies(outcome.reply.headers))
    else:
        token = value_at(answer_value(outcome.reply), known.token_pointer)
        prober.exchange.store(known.location)[known.parameter] = f"{known.prefix}{token}"
    if known.csrf is not None:
        read_again(prober, known.csrf)
    return True


def _sign_in(prober: Prober, denied: Sequence[Case]) -> SignIn | None:
    ways = sorted(logins(prober), key=lambda case: len(case.operation.path))[:_MAX_LOGINS]
    for login in ways:
        if prober.credentials.basic:
            recipe = _login_recipe(prober, login, Credential("username"), Credential("password"))
            if recipe is not None and (found := _log_in(prober, login, recipe, denied)):
                return found
    for login in ways:
        for account in new_accounts(prober, login):
            if (found := with_account(prober, login, account, denied)) is not None:
                return found
    return None


def is_sign_in(case: Case) -> bool:
    """Whether an operation is a login, by its path and its body."""
    if case.operation.method != "POST" or case.operation.body is None:
        return False
    last = words(case.operation.path.rstrip("/").rpartition("/")[2])
    named = bool(_LOGIN.intersection((*last, "".join(last))))
    return named and _secret_of(case) is not None


def is_secret(name: str) -> bool:
    """Whether a member of a body holds a password or the like, by its name."""
    return _SECRET.search(name) is not None


def logins(prober: Prober) -> Iterator[Case]:
    """The operations that sign in."""
    for case in prober.cases.values():
        needs = credential_needs(case.spec, prober.credentials)
        if is_sign_in(case) or needs.signs_in(case.operation):
            yield case


def new_accounts(prober: Prober, login: Case) -> Iterator[Account]:
    """Accounts that the run registers, to log in with."""
    for case in list(prober.cases.values()):
        if case.operation.method != "POST" or case is login or "{" in case.operation.path:
            continue
        if not _registers(case.operation.path) or _secret_of(case) is None:
            continue
        if _identity_of(case) is None:
            continue
        recipe = _register_recipe(prober, case)
        outcome = prober.attempt(case, recipe, 0)
        tries = 0
        while outcome.verdict.name in {"refused", "conflict"} and tries < 4:
            changed = prober.repaired(case, recipe, outcome)
            if changed is None or changed == recipe:
                break
            recipe, tries = changed, tries + 1
            outcome = prober.attempt(case, recipe, tries)
        if outcome.verdict.is_good and outcome.built is not None:
            _set_apart(prober, case)
            sent = {p: v for (at, p), v in outcome.built.sent.items() if at == "body"}
            yield Account(case, recipe, sent, outcome)


def _registers(path: str) -> bool:
    """Whether a path says that it makes accounts: `/register`, `/users`, `/users/create`."""
    segments = static_segments(path.rstrip("/"))
    if len(segments) > 1 and _MAKES.intersection(words(segments[-1])):
        segments.pop()
    last = words(segments[-1]) if segments else ()
    return bool(_REGISTER.intersection((*last, "".join(last))))


def _set_apart(prober: Prober, case: Case) -> None:
    """Keep the account that lets us in out of all that is changed or deleted, until the end."""
    held = prober.holdings.newest(case.keeps) if case.keeps else None
    if held is not None:
        prober.holdings.forget(held)
        prober.accounts.append(held)


def with_account(
    prober: Prober, login: Case, account: Account, denied: Sequence[Case]
) -> SignIn | None:
    """How a registered account signs in, so that what was `denied` is open; None if it does not.

    What requests carry from then on is kept in the exchange.
    """
    wanted = _identity_of(login)
    names = [pointer for pointer in account.sent if plain(pointer) == plain(wanted or "")]
    identity = names[0] if names else f"/{escape_pointer(_identity_of(account.case) or '')}"
    secret = f"/{escape_pointer(_secret_of(account.case) or '')}"
    prober.registered = account.sent
    recipe = _login_recipe(prober, login, Registered(identity), Registered(secret))
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
    cookies = _cookies(outcome.reply.headers)
    if cookies:
        prober.exchange.cookies.update(cookies)
        for name, value in cookies.items():
            if _CSRF.search(name):
                header = "X-XSRF-TOKEN" if "xsrf" in name.lower() else "X-CSRFToken"
                prober.exchange.headers[header] = value
        for name, value in _csrf(answer):
            prober.exchange.headers[name] = value
        if _is_open(prober, denied):
            return SignIn(login.key, recipe, None)
        prober.exchange.cookies.clear()
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


# ── bodies ────────────────────────────────────────────────────────────────────────────────────


def _login_recipe(prober: Prober, login: Case, identity: Source, secret: Source) -> Recipe | None:
    recipe = prober.writers[login.spec.application].write(login.operation, {})
    name, password = _identity_of(login), _secret_of(login)
    if name is None or password is None or not isinstance(recipe.body, ObjectNode):
        return None
    recipe = ideas.with_source(recipe, ("body", f"/{escape_pointer(name)}"), identity)
    recipe = ideas.with_source(recipe, ("body", f"/{escape_pointer(password)}"), secret)
    members = _members(login)
    for member in members:
        if plain(member) == "granttype":
            recipe = ideas.with_source(recipe, ("body", f"/{member}"), Constant("password"))
        elif plain(member) in _NOT_ASKED or (plain(member) in _IDENTITY and member != name):
            recipe = ideas.without_slot(recipe, ("body", f"/{escape_pointer(member)}"))
    return recipe


def _register_recipe(prober: Prober, case: Case) -> Recipe:
    recipe = prober.writers[case.spec.application].write(case.operation, {})
    if not isinstance(recipe.body, ObjectNode):
        return recipe
    for name in _members(case):
        pointer = f"/{escape_pointer(name)}"
        if _SECRET.search(name):
            recipe = ideas.with_source(recipe, ("body", pointer), Constant(PASSWORD))
        elif plain(name) in {"username", "login"}:
            recipe = ideas.with_source(recipe, ("body", pointer), Unique("tester", "text", 30))
        elif plain(name) == "email":
            unique = Unique("tester@example.com", "email")
            recipe = ideas.with_source(recipe, ("body", pointer), unique)
    return recipe


def _members(case: Case) -> list[str]:
    if case.operation.body is None:
        return []
    schema = case.operation.body.media_types[0].schema
    return list(schema_view.properties(schema, case.spec.definitions))


def _secret_of(case: Case) -> str | None:
    return next((name for name in _members(case) if _SECRET.search(name)), None)


def _identity_of(case: Case) -> str | None:
    members = {plain(name): name for name in _members(case)}
    return next((members[name] for name in _IDENTITY if name in members), None)


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


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("Set-Cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _csrf(answer: Any) -> Iterator[tuple[str, str]]:
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            if _CSRF.search(str(name)) and isinstance(value, str):
                yield "X-CSRF-Token", value
