"""The oracle of these tests: an independent validator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
import pytest


def check_valid(value: Any, schema: Any, definitions: Mapping[str, Any] | None = None) -> None:
    """Fails unless the value satisfies the schema by JSON Schema 2020-12, formats asserted."""
    root = {"allOf": [schema], "$defs": definitions or {}}
    validator = jsonschema_rs.Draft202012Validator(root, validate_formats=True)
    errors = [error.message for error in validator.iter_errors(value)]
    assert not errors, f"{value!r} of {schema!r}: {errors}"


@pytest.fixture
def assert_valid() -> Callable[..., None]:
    """`check_valid`, for tests that cannot import it."""
    return check_valid
