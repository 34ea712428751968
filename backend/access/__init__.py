"""Who may do what, against which targets.

    installing.py      puts the guards before an application, in their order
    admission.py       middleware: lets a request in or not, and notes whose it is
    callers.py         who that is, as routes see it
    local_only.py      whether a request comes from this machine, and from no foreign page
    rate_limits.py     how many requests and starts in a minute
    body_limit.py      middleware: how long a body may be, and how long it may take
    answer_headers.py  middleware: security headers
    origins.py         whose pages may read answers
    targets.py         whether a target may be tested, and at which addresses
    target_urls.py look_up.py addresses.py allow_list.py    what that rests on
    ownership.py proving.py proof_places.py                 proofs that a host is the user's
    auditing.py        notes who did what

Middleware is plain ASGI: it guards every request, and leaves streams as they are.
"""

from backend.access.admission import AccessMiddleware
from backend.access.answer_headers import (
    API_POLICY,
    DOCS_POLICY,
    REPORT_POLICY,
    SecurityHeadersMiddleware,
)
from backend.access.auditing import audit
from backend.access.callers import LOCAL, Caller, current_caller, peer_of
from backend.access.installing import documented_security, install_access
from backend.access.ownership import OwnershipProof
from backend.access.rate_limits import limit_starts
from backend.access.targets import PinnedTarget, check_target, proof_for, service_addresses_of

__all__ = [
    "API_POLICY",
    "DOCS_POLICY",
    "LOCAL",
    "REPORT_POLICY",
    "AccessMiddleware",
    "Caller",
    "OwnershipProof",
    "PinnedTarget",
    "SecurityHeadersMiddleware",
    "audit",
    "check_target",
    "current_caller",
    "documented_security",
    "install_access",
    "limit_starts",
    "peer_of",
    "proof_for",
    "service_addresses_of",
]
