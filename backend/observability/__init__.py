"""What an operator sees of the service: structured logs and metrics.

request_context.py  which request, and which run, is being worked on
logs.py             JSON lines with both
metrics.py          numbers for Prometheus
sharing.py          the folder in which several processes count together
middleware.py       gives each request its id, measures it, and answers what nobody expected
"""

from backend.observability.logs import log_as_json, log_failure
from backend.observability.metrics import Metrics
from backend.observability.middleware import ObservedRequests
from backend.observability.request_context import request_id

__all__ = ["Metrics", "ObservedRequests", "log_as_json", "log_failure", "request_id"]
