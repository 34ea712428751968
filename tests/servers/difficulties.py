"""The small servers by name, and with what a careful client is given for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import FastAPI

from benchmark.models import Credentials
from tests.servers import (
    alternatives,
    bare_noun,
    catch_all,
    chain,
    challenges,
    client_credentials,
    conditional,
    cookie_csrf,
    creators,
    csrf_open,
    enveloped,
    expiring_token,
    families,
    fetching,
    hidden_missing,
    hidden_rules,
    imports,
    lacking_parts,
    listed_root,
    members,
    named_references,
    own_ids,
    pages,
    paired_states,
    rate_limit,
    registration,
    renaming,
    second_account,
    second_credential,
    silent_create,
    slow_effects,
    sorts,
    stages,
    told_elsewhere,
    traps,
    two_parents,
    undocumented_body,
    unique_quota,
)

MakeApp = Callable[[int], FastAPI]

DIFFICULTIES: Mapping[str, MakeApp] = {
    "alternatives": alternatives.make_app,
    "bare_noun": bare_noun.make_app,
    "catch_all": catch_all.make_app,
    "chain": chain.make_app,
    "challenges": challenges.make_app,
    "client_credentials": client_credentials.make_app,
    "client_credentials_header": partial(client_credentials.make_app, in_header=True),
    "conditional": conditional.make_app,
    "conditional_undocumented": partial(conditional.make_app, documented=False),
    "cookie_csrf": cookie_csrf.make_app,
    "creators": creators.make_app,
    "csrf_open": csrf_open.make_app,
    "enveloped": enveloped.make_app,
    "expiring_token": expiring_token.make_app,
    "families": families.make_app,
    "fetching": fetching.make_app,
    "hidden_missing": hidden_missing.make_app,
    "hidden_rules": hidden_rules.make_app,
    "imports": imports.make_app,
    "lacking_parts": lacking_parts.make_app,
    "listed_root": listed_root.make_app,
    "members": members.make_app,
    "named_references": named_references.make_app,
    "own_ids": own_ids.make_app,
    "pages": pages.make_app,
    "paired_states": paired_states.make_app,
    "rate_limit": rate_limit.make_app,
    "registration": registration.make_app,
    "registration_oauth2": partial(registration.make_app, oauth2=True),
    "renaming": renaming.make_app,
    "second_account": second_account.make_app,
    "second_credential": second_credential.make_app,
    "silent_create": silent_create.make_app,
    "slow_effects": partial(slow_effects.make_app, seconds=0.1),
    "sorts": sorts.make_app,
    "stages": stages.make_app,
    "told_elsewhere": told_elsewhere.make_app,
    "told_by_query": told_elsewhere.make_referring_app,
    "traps": traps.make_app,
    "two_parents": two_parents.make_app,
    "undocumented_body": undocumented_body.make_app,
    "unique_quota": unique_quota.make_app,
}
"""One server for each difficulty, made from a seed."""


def credentials_for(app: FastAPI) -> Credentials:
    """What the application says that a client is given: a token, or user name and password."""
    given: Mapping[str, str] = app.state.credentials
    basic = f"{given['username']}:{given['password']}" if "username" in given else ""
    return Credentials(token=given.get("token", ""), basic=basic)
