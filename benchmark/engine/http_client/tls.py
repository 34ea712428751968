"""TLS contexts: one for all users with the same wishes, because making one takes 18 ms."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from ssl import SSLContext

import gevent.ssl

ClientCertificate = str | tuple[str, str]
"""The path of a PEM file with certificate and key, or the paths of the two."""


@lru_cache(maxsize=16)
def tls_context(insecure: bool, certificate: ClientCertificate | None = None) -> SSLContext:
    """A context that verifies certificates, unless `insecure`.

    The authorities are those in the file that REQUESTS_CA_BUNDLE or SSL_CERT_FILE names, else those
    of the system.
    """
    own = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    context: SSLContext = gevent.ssl.create_default_context(cafile=own)
    if insecure:
        context.check_hostname = False
        context.verify_mode = gevent.ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    if certificate is not None:
        paths = (certificate, None) if isinstance(certificate, str) else certificate
        context.load_cert_chain(*paths)
    return context


@lru_cache(maxsize=16)
def context_of(factory: Callable[[], SSLContext]) -> SSLContext:
    """The context that a factory of the locustfile makes; it is asked once."""
    return factory()
