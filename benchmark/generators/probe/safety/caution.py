"""Says what the probe and the load must not do, or only in a harmless way.

A tool that takes an API's word for it logs itself out, resets its own token, or switches the server
to maintenance within seconds, and from then on measures nothing but refusals.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from benchmark.generators.naming import words
from benchmark.models import Operation

READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS", "QUERY", "TRACE"})

_ENDS_SESSION = frozenset("logout signout logoff revoke invalidate unauthorize".split())
_ENDS_SERVICE = frozenset(
    "shutdown restart reboot poweroff halt maintenance lockdown purge wipe flush truncate nuke "
    "factory uninstall kill".split()
)
_SECRETS = frozenset("password passwd passcode".split())
_ENDS_ACCESS = frozenset("deactivate suspend disable lock demote ban block".split())
_ACCOUNTS = frozenset("account user profile login".split())
_ENDS = frozenset("stop terminate end close exit quit halt destroy delete clear drop".split())
"""What a POST on nothing that the test made must not do: whatever it ends, others use it."""
_ONE_SELF = frozenset("me self myself current whoami own".split())
_PAIRS = (("sign", "out"), ("log", "out"), ("log", "off"), ("shut", "down"), ("power", "off"))
_OF_ACCOUNTS = _ONE_SELF | frozenset(
    "account auth credential credentials key login password profile secret session token "
    "user".split()
)
_RESETS = frozenset("reset regenerate rotate".split())


def danger(operation: Operation) -> str:
    """Why an operation is neither probed nor part of the load; "" for one that may be.

    Judged by method and by the words of path and operation name: whatever ends the session, the
    account in use or the service, and whatever deletes everything at once.
    """
    if operation.method in READ_ONLY:
        said = _last_words(operation)
        if operation.method == "GET" and (_says(said, _ENDS_SESSION) or _has_pair(said)):
            return "destructive: it ends the session"
        return ""
    said = _last_words(operation)
    if _says(said, _ENDS_SESSION) or _has_pair(said):
        return "destructive: it ends the session or takes credentials back"
    segments = [s for s in operation.path.split("/") if s]
    # Of `/kernels/{id}/restart` only a kernel of the run's own is restarted.
    is_on_a_thing = len(segments) > 1 and segments[-2].startswith("{")
    if _says(said, _ENDS_SERVICE) and not (is_on_a_thing and operation.method == "POST"):
        return "destructive: it stops or empties the service"
    last = segments[-1] if segments else ""
    own_thing = "{" in operation.path
    if not own_thing and operation.method == "POST" and _says(said, _ENDS):
        return "destructive: it ends what others use"
    if not own_thing and _says(said, _RESETS):
        return "destructive: it resets what others may use"
    sets_password = _says(_all_words(operation), _SECRETS) or _sets_password(operation)
    if not own_thing and (sets_password or _ends_access(last)):
        return "destructive: it changes the account in use"
    if operation.method == "DELETE":
        if not own_thing:
            return "destructive: it deletes more than what the test made"
        if _ONE_SELF.intersection(words(last)) and "{" not in last:
            return "destructive: it deletes the account in use"
    return ""


def concerns_account(operation: Operation) -> bool:
    """Whether what an operation ends, resets or changes is the access of who calls it, alone."""
    said, every = _last_words(operation), _all_words(operation)
    if _says(said, _ENDS_SERVICE) or "{" in operation.path or not danger(operation):
        return False
    if _says(said, _ENDS_SESSION) or _has_pair(said):
        return True
    if operation.method == "DELETE":
        return _says(said, _ONE_SELF | {"account", "profile", "session"})
    if _says(every, _SECRETS) or _sets_password(operation):
        return True
    last = next((each for each in reversed(operation.path.split("/")) if each), "")
    ends = _ends_access(last) or _says(every, _RESETS | _ENDS_ACCESS)
    return ends and _says(every, _OF_ACCOUNTS)


def resets(operation: Operation) -> bool:
    """Whether an operation says that it resets something."""
    return _says(_last_words(operation), _RESETS)


def is_bulk_delete(operation: Operation) -> bool:
    """Whether a DELETE takes no single thing: `DELETE /items`, also below a parent."""
    return operation.method == "DELETE" and not operation.path.rstrip("/").endswith("}")


def changes_singleton(operation: Operation) -> bool:
    """Whether a write changes a thing that exists once: settings, the user's own profile."""
    return operation.method in {"PUT", "PATCH"} and "{" not in operation.path


def ends_a_thing(operation: Operation) -> bool:
    """Whether a POST ends what its path names, whatever it answers: it may only be an own thing."""
    return operation.method == "POST" and _says(_last_words(operation), _ENDS_SERVICE | _ENDS)


def is_upsert(operation: Operation, siblings: Collection[str]) -> bool:
    """Whether a PUT on a collection makes one item: its items are deleted, and it is never read.

    `siblings` are the keys of all operations.
    """
    path = operation.path.rstrip("/")
    deletes = any(key.startswith(f"DELETE {path}/{{") for key in siblings)
    others = {f"{method} {path}{end}" for method in ("GET", "POST") for end in ("", "/")}
    return operation.method == "PUT" and deletes and others.isdisjoint(siblings)


def _last_words(operation: Operation) -> frozenset[str]:
    """The words of the last fixed segment of the path."""
    fixed = [s for s in operation.path.split("/") if s and "{" not in s]
    found = set(words(fixed[-1])) if fixed else set()
    if fixed:
        found.add("".join(words(fixed[-1])))
    return frozenset(found)


def _all_words(operation: Operation) -> frozenset[str]:
    return frozenset(words(" ".join(s for s in operation.path.split("/") if "{" not in s)))


def _ends_access(last: str) -> bool:
    """Whether the last segment is a verb like `disable`, alone or with an account as its object.

    `block_types` and `lock-codes` are things, not orders.
    """
    said = words(last)
    rest = frozenset(said[1:])
    return bool(_ENDS_ACCESS.intersection(said[:1])) and rest <= _ACCOUNTS | _ONE_SELF


def _sets_password(operation: Operation) -> bool:
    """Whether the body has a new password beside, or in place of, the old one."""
    if operation.body is None:
        return False
    schema = operation.body.media_types[0].schema
    members = schema.get("properties") if isinstance(schema, Mapping) else None
    names = {"".join(words(name)) for name in members or ()}
    return any(name.startswith(("newpass", "oldpass", "currentpass")) for name in names)


def _says(said: frozenset[str], about: frozenset[str]) -> bool:
    return bool(said & about)


def _has_pair(said: frozenset[str]) -> bool:
    return any(first in said and second in said for first, second in _PAIRS)
