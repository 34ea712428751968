"""Headers that a test sends to its target."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from backend.schemas.common import Headers

HEADERS: TypeAdapter[dict[str, str]] = TypeAdapter(Headers)


@pytest.mark.parametrize("name", ["Host", "HOST", "Content-Length", "transfer-encoding", "TE"])
def test_headers_that_a_test_may_not_set(name: str) -> None:
    """Host would lead to another site behind the same address, the others break the message."""
    with pytest.raises(ValidationError, match="must not set"):
        HEADERS.validate_python({"X-Tenant": "7", name: "x"})


def test_headers_that_a_test_may_set() -> None:
    """All others."""
    given = {"Authorization": "Bearer x", "X-Forwarded-Proto": "https", "Hosted": "y"}
    assert HEADERS.validate_python(given) == given
