"""What the probe leaves alone, by method and by the words of the path."""

from __future__ import annotations

import pytest

from benchmark.generators.probe.safety.caution import (
    changes_singleton,
    concerns_account,
    danger,
    is_bulk_delete,
    is_upsert,
)
from benchmark.models import Operation
from tests.benchmark.generators.probe.probe_cases import case_of
from tests.benchmark.generators.small_apis import fields, op


def operation(key: str, body: object = None) -> Operation:
    """The operation of an API that has no other."""
    return case_of(key, {key: op(body=body)}).operation


@pytest.mark.parametrize(
    "key",
    [
        "POST /logout", "GET /logout", "POST /auth/sign-out", "POST /tokens/revoke",
        "POST /session/end", "DELETE /session", "POST /admin/shutdown", "POST /server/restart",
        "POST /system/stop", "POST /server/terminate", "PUT /settings/maintenance",
        "POST /cache/flush", "DELETE /items", "DELETE /users/me", "DELETE /me", "DELETE /account",
        "PUT /me/password", "POST /account/deactivate", "POST /me/token/reset",
        "POST /keys/rotate", "DELETE /teams/{id}/me",
        "POST /me/disable-account", "POST /users/me/suspend", "PUT /lock", "POST /password/change",
        "POST /nodes/{id}/all/shutdown",
    ],
)  # fmt: skip
def test_what_would_lock_us_out_is_left_out(key: str) -> None:
    """The reason begins with the word that the readiness table shows."""
    assert danger(operation(key)).startswith("destructive: ")


@pytest.mark.parametrize(
    "key",
    [
        "GET /items", "POST /items", "DELETE /items/{id}", "POST /items/{id}/stop",
        "POST /jobs/{id}/cancel", "PUT /items/{id}", "GET /me", "GET /admin/stats",
        "POST /items/{id}/reset", "DELETE /teams/{id}/members", "GET /password/rules",
        "POST /endings", "POST /blogs", "POST /block_types",
        "POST /kernels/{id}/restart", "POST /queues/{id}/purge", "POST /block-documents/filter",
        "POST /lock-codes",
    ],
)  # fmt: skip
def test_what_is_harmless_is_tried(key: str) -> None:
    """Reads, creates, and whatever is done to a thing that the run made itself."""
    assert danger(operation(key)) == ""


def test_a_new_password_in_a_body_is_a_danger() -> None:
    """A path may say nothing where the body does."""
    assert danger(operation("POST /profile/update", fields("oldPassword", "newPassword")))
    assert not danger(operation("POST /people", fields("name", "password")))


def test_bulk_deletes_and_singletons_are_told_apart() -> None:
    """A DELETE on a collection takes several; a PUT without a name changes what exists once."""
    assert is_bulk_delete(operation("DELETE /teams/{id}/members"))
    assert not is_bulk_delete(operation("DELETE /teams/{id}"))
    assert changes_singleton(operation("PUT /settings", fields("theme")))
    assert not changes_singleton(operation("PUT /items/{id}", fields("theme")))
    assert not changes_singleton(operation("POST /settings", fields("theme")))


@pytest.mark.parametrize(
    "key",
    [
        "POST /logout", "GET /sign-out", "PUT /me/password", "DELETE /users/me",
        "POST /me/token/reset", "POST /auth/password/reset",
    ],
)  # fmt: skip
def test_what_concerns_the_caller_alone_may_be_tried_as_another_account(key: str) -> None:
    """It ends, resets or changes the access of whoever calls it."""
    assert concerns_account(operation(key))


@pytest.mark.parametrize(
    "key",
    [
        "POST /admin/shutdown", "PUT /settings/maintenance", "DELETE /items", "POST /cache/flush",
        "POST /database/reset", "POST /session/end", "GET /me", "DELETE /teams/{id}/me",
        "POST /items",
    ],
)  # fmt: skip
def test_what_concerns_others_is_tried_as_nobody(key: str) -> None:
    """Stopping the service, emptying it, and whatever is not dangerous at all."""
    assert not concerns_account(operation(key))


def test_a_put_may_make_an_item_of_a_collection() -> None:
    """It does where items are deleted below it; settings that are read there exist once."""
    put = operation("PUT /searches/", fields("name"))
    assert is_upsert(put, {"PUT /searches/", "DELETE /searches/{id}"})
    assert not is_upsert(put, {"PUT /searches/", "GET /searches/{id}"})
    assert not is_upsert(put, {"PUT /searches/", "DELETE /searches/{id}", "GET /searches"})
    assert not is_upsert(put, {"PUT /searches/", "DELETE /searches/{id}", "POST /searches"})
