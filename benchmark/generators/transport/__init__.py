"""The one door for requests of discovery: allowed hosts, redirects, sizes, times, addresses."""

from benchmark.generators.transport.client import MAX_REDIRECTS, Transport
from benchmark.generators.transport.replies import Reply, TransportFailure

__all__ = ["MAX_REDIRECTS", "Reply", "Transport", "TransportFailure"]
