"""Tries what ends a session, a password or an account, as an account that is there for that alone.

Each such operation gets two accounts of its own, since one call may be the end of an account. The
run's own credentials are put away meanwhile; afterwards a read says whether they are still good.
What works is verified so, and never part of a load.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.accounts import (
    PASSWORD,
    Account,
    accounts,
    body_members,
    login_of,
    register,
)
from benchmark.generators.probe.canary import look_after
from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.caution import ends_own_access
from benchmark.generators.probe.field_names import IDENTITY, is_secret
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.signing_in import log_in_again
from benchmark.models import Constant, ObjectNode, Recipe, Registered, SignIn, escape_pointer

MAX_REPAIRS = 3
"""How often a request that was refused is repaired, with the same account."""

APART = "it ends the account that calls it: verified as an account of its own, left out of loads"
"""Why an operation that works so is never part of a load."""

_NEW_PASSWORD = f"{PASSWORD}-new"
_KNOWN = ("old", "current", "existing", "previous")


@dataclass(frozen=True, slots=True)
class _Entrance:
    """How second accounts are made and signed in."""

    register: Case
    recipe: Recipe
    sign_in: SignIn


def try_as_second_account(prober: Prober) -> None:
    """Verify what ends only the caller's own access, where the API lets the run make accounts."""
    endings = [
        case
        for case in prober.cases.values()
        if case.status == "excluded" and case.reason.startswith("destructive")
        if ends_own_access(case.operation)
    ]
    entrance = _entrance(prober) if endings else None
    if entrance is None:
        return
    for case in endings:
        recipe: Recipe | None = _recipe(prober, case)
        for _ in range(2):
            recipe = _tried(prober, case, entrance, recipe) if recipe is not None else None
        if recipe is not None:
            case.status, case.reason, case.recipe, case.apart = "verified", "", recipe, APART


def _entrance(prober: Prober) -> _Entrance | None:
    """How accounts are made: as the run made its own, or by a registration that the API has."""
    known = prober.sign_in
    if known is None:
        return None
    if known.register is not None:
        return _Entrance(prober.cases[known.register], known.register_recipe, known)
    login = prober.cases[known.login]
    before = prober.registered
    try:
        account = next(accounts(prober, login), None)
        recipe = login_of(prober, login, account) if account is not None else None
    finally:
        prober.registered = before
    if account is None or recipe is None:
        return None
    return _Entrance(account.case, account.recipe, replace(known, recipe=recipe))


def _tried(prober: Prober, case: Case, entrance: _Entrance, recipe: Recipe) -> Recipe | None:
    """The recipe, perhaps repaired, that worked with a new account; None if none did."""
    account = register(prober, entrance.register, entrance.recipe)
    if account is None:
        return None
    with _put_away(prober, account):
        if not log_in_again(prober, entrance.sign_in):
            return None
        outcome = prober.send_with(case, recipe, {}, renew=False)
        for _ in range(MAX_REPAIRS):
            if outcome.verdict.name not in {"refused", "conflict"}:
                break
            changed = prober.repaired(case, recipe, outcome)
            if changed is None or changed == recipe:
                break
            recipe = changed
            outcome = prober.send_with(case, recipe, {}, renew=False)
    case.last = outcome
    if not outcome.verdict.is_good or not _left_us_alone(prober, case, recipe, outcome):
        return None
    return recipe


def _left_us_alone(prober: Prober, case: Case, recipe: Recipe, outcome: Outcome) -> bool:
    """Whether the run's own credentials are still good."""
    case.status = "open"
    look_after(prober, case, recipe, outcome)
    left_alone = case.status == "open"
    case.status = "excluded"
    return left_alone


@contextmanager
def _put_away(prober: Prober, account: Account) -> Iterator[None]:
    """Nothing of the run's own access is sent; an account is what logins take instead."""
    exchange = prober.exchange
    kept = (exchange.headers, exchange.query, exchange.cookies)
    before, renew = prober.registered, prober.renew
    exchange.headers, exchange.query, exchange.cookies = {}, {}, {}
    prober.registered, prober.renew = account.sent, None
    try:
        yield
    finally:
        exchange.headers, exchange.query, exchange.cookies = kept
        prober.registered, prober.renew = before, renew


def _recipe(prober: Prober, case: Case) -> Recipe:
    """The request with the account's own name and password where it asks for them."""
    recipe = prober.writers[case.spec.application].write(case.operation, {})
    if not isinstance(recipe.body, ObjectNode):
        return recipe
    present = {name for name, _ in recipe.body.members}
    for name in body_members(case):
        pointer = f"/{escape_pointer(name)}"
        if is_secret(name):
            known = plain(name).startswith(_KNOWN) or (plain(name) == "password" and _has_new(case))
            value = PASSWORD if known else _NEW_PASSWORD
            recipe = ideas.with_source(recipe, ("body", pointer), Constant(value))
        elif name in present and plain(name) in IDENTITY[:2]:
            recipe = ideas.with_source(recipe, ("body", pointer), Registered(pointer))
    return recipe


def _has_new(case: Case) -> bool:
    """Whether a body has a new password beside the one that is valid now."""
    return any(is_secret(name) and plain(name).startswith("new") for name in body_members(case))
