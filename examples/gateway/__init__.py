"""The demo target: an API gateway with two mounted applications, all in memory."""

from examples.gateway.accounts import Credentials
from examples.gateway.app import create_app
from examples.gateway.delays import DelayError, parse_concurrency, parse_delays

__all__ = ["Credentials", "DelayError", "create_app", "parse_concurrency", "parse_delays"]
