"""What runs inside Locust: the user classes and what locustfiles are written with.

Imported by locustfiles only (static, generated, yours): importing Locust monkey-patches the
interpreter, so nothing else of the suite may do it.
"""

from benchmark.engine import loop_time
from benchmark.engine.api_user import ApiUser
from benchmark.engine.bodies import (
    Body,
    any_of,
    clock,
    file_of,
    unique,
    unique_email,
    unique_number,
    unique_uuid,
)
from benchmark.engine.http_client import ConnectionPool, RapidHttpUser
from benchmark.engine.resources import Resource
from benchmark.engine.tidy_user import deletes

__all__ = [
    "ApiUser",
    "Body",
    "ConnectionPool",
    "RapidHttpUser",
    "Resource",
    "any_of",
    "clock",
    "deletes",
    "file_of",
    "unique",
    "unique_email",
    "unique_number",
    "unique_uuid",
]

loop_time.install()
