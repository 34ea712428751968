"""stress-api: from the base URL of an HTTP API to a load test with a verdict."""

__version__ = "0.1.0"
