"""Makes accounts for the run, and writes logins for them or for what the user gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from benchmark.generators import schema_view
from benchmark.generators.naming import plain, static_segments, words
from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.field_names import IDENTITY, is_secret
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.models import (
    Constant,
    Credential,
    ObjectNode,
    Place,
    Recipe,
    Registered,
    Source,
    Unique,
    escape_pointer,
)

PASSWORD = "Load-Test-42-a!"  # noqa: S105  # of accounts that the run itself registers
"""The password of the accounts that a run makes."""

_LOGIN = frozenset("login signin logon token authenticate auth session sessions jwt".split())
_REGISTER = frozenset(
    "register signup registration registrations users user accounts account".split()
)
_MAKES = frozenset("create new add".split())
_NOT_ASKED = frozenset({"clientid", "clientsecret", "scope"})
_MAX_REPAIRS = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A registration and the body that it sent, by JSON Pointer."""

    case: Case
    recipe: Recipe
    sent: Mapping[str, Any]


def is_sign_in(case: Case) -> bool:
    """Whether an operation is a login, by its path and its body."""
    if case.operation.method != "POST" or case.operation.body is None:
        return False
    last = words(case.operation.path.rstrip("/").rpartition("/")[2])
    named = bool(_LOGIN.intersection((*last, "".join(last))))
    return named and _secret_of(case) is not None


def new_accounts(prober: Prober, login: Case) -> Iterator[Account]:
    """Accounts that the run registers, to log in with; first in the same application."""
    application = login.spec.application
    near_first = sorted(
        prober.cases.values(), key=lambda case: case.spec.application != application
    )
    for case in near_first:
        if case.operation.method != "POST" or case is login or "{" in case.operation.path:
            continue
        if not _registers(case.operation.path) or _secret_of(case) is None:
            continue
        if _identity_of(case) is not None:
            account = _registered(prober, case, _register_recipe(prober, case))
            if account is not None:
                yield account


def _registers(path: str) -> bool:
    """Whether a path says that it makes accounts: `/register`, `/users`, `/users/create`."""
    segments = static_segments(path.rstrip("/"))
    if len(segments) > 1 and _MAKES.intersection(words(segments[-1])):
        segments.pop()
    last = words(segments[-1]) if segments else ()
    return bool(_REGISTER.intersection((*last, "".join(last))))


def _registered(prober: Prober, case: Case, recipe: Recipe) -> Account | None:
    """One account more, the recipe repaired as the server asks; None where it makes none."""
    outcome = prober.attempt(case, recipe, 0)
    tries = 0
    while outcome.verdict.name in {"refused", "conflict"} and tries < _MAX_REPAIRS:
        changed = prober.repaired(case, recipe, outcome)
        if changed is None or changed == recipe:
            break
        recipe, tries = changed, tries + 1
        outcome = prober.attempt(case, recipe, tries)
    if not outcome.verdict.is_good or outcome.built is None:
        return None
    _set_apart(prober, case)
    sent = {p: v for (at, p), v in outcome.built.sent.items() if at == "body"}
    return Account(case, recipe, sent)


def login_of(prober: Prober, login: Case, account: Account) -> Recipe | None:
    """A login with the name and the password that an account was registered with."""
    wanted = _identity_of(login)
    names = [pointer for pointer in account.sent if plain(pointer) == plain(wanted or "")]
    identity = names[0] if names else f"/{escape_pointer(_identity_of(account.case) or '')}"
    secret = f"/{escape_pointer(_secret_of(account.case) or '')}"
    return _login_recipe(prober, login, Registered(identity), Registered(secret))


def with_given_credentials(prober: Prober, login: Case) -> Recipe | None:
    """A login with the user's own name and password; None where it does not take them.

    In the client-credentials flow these are the id and the secret of a program.
    """
    if _is_for_programs(login):
        return _program_recipe(prober, login)
    return _login_recipe(prober, login, Credential("username"), Credential("password"))


def _set_apart(prober: Prober, case: Case) -> None:
    """Keep the account that lets us in out of all that is changed or deleted, until the end."""
    held = prober.holdings.newest(case.keeps) if case.keeps else None
    if held is not None:
        prober.holdings.forget(held)
        prober.accounts.append(held)


def _login_recipe(prober: Prober, login: Case, identity: Source, secret: Source) -> Recipe | None:
    recipe = prober.writers[login.spec.application].write(login.operation, {})
    name, password = _identity_of(login), _secret_of(login)
    if name is None or password is None or not isinstance(recipe.body, ObjectNode):
        return None
    recipe = ideas.with_source(recipe, ("body", f"/{escape_pointer(name)}"), identity)
    recipe = ideas.with_source(recipe, ("body", f"/{escape_pointer(password)}"), secret)
    for member in body_members(login):
        if plain(member) == "granttype":
            recipe = ideas.with_source(recipe, ("body", f"/{member}"), Constant("password"))
        elif plain(member) in _NOT_ASKED or (plain(member) in IDENTITY and member != name):
            recipe = ideas.without_slot(recipe, ("body", f"/{escape_pointer(member)}"))
    return recipe


def _is_for_programs(login: Case) -> bool:
    """Whether a login is the token URL of the client-credentials flow, and of no other."""
    flows = {
        name
        for scheme in login.spec.security_schemes.values()
        for name, urls in scheme.flows.items()
        if _ends_in(login.operation.path, urls.get("tokenUrl", ""))
    }
    takes_nobody = _identity_of(login) is None
    return "password" not in flows and ("clientCredentials" in flows or takes_nobody)


def _ends_in(path: str, url: str) -> bool:
    """Whether a path ends in that of a URL, which may be relative."""
    try:
        end = urlsplit(url).path.strip("/")
    except ValueError:
        return False
    return bool(end) and path.rstrip("/").endswith(f"/{end}")


def _program_recipe(prober: Prober, login: Case) -> Recipe | None:
    """A login of RFC 6749, section 4.4.

    Where the form has no place for the secret it stands in the header that goes with everything.
    """
    recipe = prober.writers[login.spec.application].write(login.operation, {})
    names = {plain(name): name for name in body_members(login)}
    if not isinstance(recipe.body, ObjectNode) or not {"granttype", "clientsecret"} & names.keys():
        return None
    values: dict[str, Source] = {
        "granttype": Constant("client_credentials"),
        "clientid": Credential("username"),
        "clientsecret": Credential("password"),
    }
    for known, name in names.items():
        place: Place = ("body", f"/{escape_pointer(name)}")
        source = values.get(known)
        recipe = (
            ideas.with_source(recipe, place, source)
            if source is not None
            else ideas.without_slot(recipe, place)
        )
    return recipe


def _register_recipe(prober: Prober, case: Case) -> Recipe:
    recipe = prober.writers[case.spec.application].write(case.operation, {})
    if not isinstance(recipe.body, ObjectNode):
        return recipe
    for name in body_members(case):
        pointer = f"/{escape_pointer(name)}"
        if is_secret(name):
            recipe = ideas.with_source(recipe, ("body", pointer), Constant(PASSWORD))
        elif plain(name) in {"username", "login"}:
            recipe = ideas.with_source(recipe, ("body", pointer), Unique("tester", "text", 30))
        elif plain(name) == "email":
            unique = Unique("tester@example.com", "email")
            recipe = ideas.with_source(recipe, ("body", pointer), unique)
    return recipe


def body_members(case: Case) -> list[str]:
    """The members that the document says an operation's body has."""
    if case.operation.body is None:
        return []
    schema = case.operation.body.media_types[0].schema
    return list(schema_view.properties(schema, case.spec.definitions))


def _secret_of(case: Case) -> str | None:
    return next((name for name in body_members(case) if is_secret(name)), None)


def _identity_of(case: Case) -> str | None:
    members = {plain(name): name for name in body_members(case)}
    return next((members[name] for name in IDENTITY if name in members), None)
