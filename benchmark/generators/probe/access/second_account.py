"""Tries what would end our own access as another account, which the run makes for that alone.

Logging out, changing the password or deleting oneself takes nobody's access away but that of an
account that nobody needs. Such operations are proved so, and are no part of the load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.accounts import PASSWORD, Account, is_sign_in, new_accounts
from benchmark.generators.probe.access.field_names import is_secret
from benchmark.generators.probe.access.signing_in import log_in_again, logins, with_account
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.exchange import Exchange
from benchmark.generators.probe.safety.caution import concerns_account, resets
from benchmark.generators.transport import Reply, Transport
from benchmark.models import Constant, ObjectNode, Place, Recipe, SignIn, Unique, escape_pointer

MAX_OPERATIONS = 12
"""How many operations are tried as a second account."""

MAX_ACCOUNTS = 6
"""How many accounts are made for that at most."""

PROOFS = 2
"""How often each must work."""

_REPAIRS = 4
_NEW_PASSWORD = "Load-Test-43-b!"  # noqa: S105  # of accounts that the run itself registers
_OLD = ("old", "current", "existing", "present")
_NAMES = frozenset({"username", "login", "nickname", "handle"})
_DENIED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class _Second:
    """A second account, how it signs in, and its own way to the server."""

    account: Account
    signs_in: SignIn
    exchange: Exchange


def try_apart(prober: Prober, transport: Transport) -> None:
    """Try what concerns the account in use, as other accounts; `transport` has no credentials."""
    cases = sorted(_concerned(prober), key=_what_ends_last)[:MAX_OPERATIONS]
    canaries = [case for case in prober.cases.values() if _is_canary(case)][:2]
    own = prober.exchange
    bare = Exchange(transport, own.requests - own.sent, max(0.0, own.seconds - own.elapsed()))
    with _as(prober, bare, {}):
        denied = [case for case in canaries if _status(prober, case) in _DENIED]
    if not cases or not denied:
        return
    accounts = _second_accounts(prober, transport, denied)
    second = next(accounts, None)
    for case in cases:
        for _ in range(PROOFS):
            is_good = second is not None and _works(prober, case, second)
            if case.proved_apart and not is_good:  # what it did once may stand in the way
                second = next(accounts, None)
                is_good = second is not None and _works(prober, case, second)
            if second is None or not is_good:
                break
            case.proved_apart += 1
            if not _is_let_in(prober, second, denied[0]):
                second = next(accounts, None)
        if _status(prober, denied[0]) in {*_DENIED, 503}:
            case.proved_apart = 0
            case.status, case.reason = "excluded", "destructive: it ended the run's own access"
            return


def _concerned(prober: Prober) -> Iterator[Case]:
    """What ends or changes the access of who calls it, and is not proved otherwise."""
    for case in prober.cases.values():
        if "{" in case.operation.path or case.status == "verified":
            continue
        if prober.goals is not None and case.key not in prober.goals:
            continue
        if prober.entrances.sign_in_of(case.key) is not None:
            continue
        if is_sign_in(case) or concerns_account(case.operation) or case.echo_only:
            yield case


def _what_ends_last(case: Case) -> tuple[bool, bool]:
    """What leaves the account as it is comes first, and its deletion last."""
    return not is_sign_in(case), case.operation.method == "DELETE"


def _is_canary(case: Case) -> bool:
    """Whether a read works and needs nothing but, if any does, credentials."""
    is_read = case.operation.method == "GET" and case.status == "verified"
    return is_read and case.recipe is not None and not ideas.kinds_in(case.recipe)


def _status(prober: Prober, case: Case) -> int:
    """The status of a read with the credentials in use; 0 without an answer."""
    reply = prober.send_with(case, case.recipe or case.task.recipe, {}, renew=False).reply
    return reply.status if isinstance(reply, Reply) else 0


# ── accounts ──────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _as(prober: Prober, exchange: Exchange, registered: Mapping[str, Any]) -> Iterator[None]:
    """Have the prober send as another account."""
    own, sent = prober.exchange, exchange.sent
    prober.exchange, exchange.entrance.registered = exchange, registered
    try:
        yield
    finally:
        prober.exchange = own
        own.sent += exchange.sent - sent


def _second_accounts(
    prober: Prober, transport: Transport, denied: Sequence[Case]
) -> Iterator[_Second]:
    """Accounts that are registered with the run's own rights, each with a way in of its own."""
    for _ in range(MAX_ACCOUNTS):
        made = _second_account(prober, transport, denied)
        if made is None:
            return
        yield made


def _second_account(prober: Prober, transport: Transport, denied: Sequence[Case]) -> _Second | None:
    own = prober.exchange
    for login in list(logins(prober)):
        for account in new_accounts(prober, login):
            left = own.requests - own.sent
            exchange = Exchange(transport, left, max(0.0, own.seconds - own.elapsed()))
            with _as(prober, exchange, account.sent):
                found = with_account(prober, login, account, denied)
            if found is not None:
                return _Second(account, found, exchange)
    return None


def _is_let_in(prober: Prober, second: _Second, canary: Case) -> bool:
    """Whether the account is let in, after another login where the last one is over."""
    with _as(prober, second.exchange, second.account.sent):
        if _status(prober, canary) not in _DENIED:
            return True
        return log_in_again(prober, second.signs_in) and _status(prober, canary) not in _DENIED


# ── requests ──────────────────────────────────────────────────────────────────────────────────────


def _works(prober: Prober, case: Case, second: _Second) -> bool:
    """Whether the operation works for the account, repaired as the answers ask."""
    with _as(prober, second.exchange, second.account.sent):
        return any(_is_answered(prober, case, one) for one in _recipes(prober, case, second))


def _is_answered(prober: Prober, case: Case, recipe: Recipe) -> bool:
    outcome = prober.send_with(case, recipe, {}, renew=False)
    for _ in range(_REPAIRS):
        changed = prober.repaired(case, recipe, outcome)
        if outcome.verdict.is_good or changed is None:
            break
        recipe = changed
        outcome = prober.send_with(case, recipe, {}, renew=False)
    return outcome.verdict.is_good


def _recipes(prober: Prober, case: Case, second: _Second) -> list[Recipe]:
    """Ways to call an operation as the account.

    Something that resets is first asked for an address that is nobody's: no mail is sent then.
    """
    if case.key == second.signs_in.login:
        return [second.signs_in.recipe]
    plain_one = prober.writers[case.spec.application].write(case.operation, {})
    facts = _with_facts(plain_one, second.account, renames=case.echo_only)
    return [plain_one, facts] if resets(case.operation) else [facts]


def _with_facts(recipe: Recipe, account: Account, *, renames: bool) -> Recipe:
    """The recipe with the account's own name, address and password, and with a new password."""
    if not isinstance(recipe.body, ObjectNode):
        return recipe
    known = {plain(pointer): value for pointer, value in account.sent.items()}
    for name, _ in recipe.body.members:
        place: Place = ("body", f"/{escape_pointer(name)}")
        if is_secret(name):
            is_old = plain(name).startswith(_OLD)
            source = Constant(PASSWORD if is_old else _NEW_PASSWORD)
            recipe = ideas.with_source(recipe, place, source)
        elif plain(name) in _NAMES and renames:
            recipe = ideas.with_source(recipe, place, Unique("tester", "text", 30))
        elif plain(name) in known:
            recipe = ideas.with_source(recipe, place, Constant(known[plain(name)]))
    return recipe
