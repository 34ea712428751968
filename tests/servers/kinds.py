"""Kinds of resources with the usual operations: strict about parents, references and children."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from tests.servers.checks import Schema
from tests.servers.names import Noun
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 80}
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 100}
DAY: Schema = {"type": "string", "format": "date"}

Check = Callable[[Call, Key, Item], None]


class Kind:
    """One kind of resource, below a parent or not.

    `role` says which part it plays: its operations are called "create <role>", "list <role>",
    "read <role>", "update <role>" and "delete <role>". `refers` maps body fields to the kinds whose
    identifiers they hold. `check` may refuse what a create or an update sends.
    """

    path: str
    item_path: str

    def __init__(
        self,
        service: Service,
        role: str,
        members: Mapping[str, Schema] | None = None,
        *,
        noun: Noun | None = None,
        parent: Kind | None = None,
        refers: Mapping[str, Kind] | None = None,
        optional: Sequence[str] = (),
        check: Check | None = None,
        missing: int = 404,
    ) -> None:
        names = service.names
        self.service, self.role, self.parent = service, role, parent
        self.noun = noun or names.resource()
        self.refers = dict(refers or {})
        self.check, self.missing = check, missing
        self.identifier = names.identifier(self.noun)
        self.parameter = names.parameter(self.noun)
        self.numbers = count(1)
        label = names.text()
        service.fields |= {f"label of {role}": label, f"id of {role}": self.identifier}
        references = {name: {"type": "string"} for name in self.refers}
        if names.identifiers == "number":
            references = {name: {"type": "integer"} for name in self.refers}
        self.members: dict[str, Any] = {label: TEXT, **(members or {}), **references}
        self.body: dict[str, Any] = {
            "type": "object",
            "properties": self.members,
            "required": [name for name in self.members if name not in optional],
            "additionalProperties": False,
        }
        self.parts: Key = (*parent.parts, parent.parameter) if parent else ()
        self.path = f"{parent.item_path}/{self.noun.many}" if parent else names.path(self.noun.many)
        self.item_path = f"{self.path}/{{{self.parameter}}}"
        self.held: dict[Key, Item] = service.store.setdefault(self.path, {})
        self.children: list[Kind] = []
        self.referred: list[tuple[Kind, str]] = []
        if parent is not None:
            parent.children.append(self)
        for name, kind in self.refers.items():
            kind.referred.append((self, name))
        number = names.identifiers == "number"
        told_id = {"type": "integer"} if number else {"type": "string"}
        title = self.noun.one.capitalize()
        service.schemas[title] = {
            "type": "object", "properties": {self.identifier: told_id, **self.members},
            "required": [self.identifier],
        }  # fmt: skip
        self.shape: dict[str, Any] = {"$ref": f"#/components/schemas/{title}"}

    # ── the usual operations ──────────────────────────────────────────────────────────────────

    def with_all(self, **more: Any) -> Kind:
        """Serve list, create, read, update and delete; `more` goes to the create operation."""
        return self.with_list().with_create(**more).with_read().with_update().with_delete()

    def with_list(self) -> Kind:
        """Serve the list, bare or wrapped as the server's names say."""
        wrapper = self.service.names.wrapper
        answer: dict[str, Any] = {"type": "array", "items": self.shape}
        if wrapper:
            answer = {"type": "object", "properties": {wrapper: answer}}

        def listed(call: Call) -> Any:
            key = self.parent_key(call)
            found = [item for known, item in self.held.items() if known[:-1] == key]
            return {wrapper: found} if wrapper else found

        self.service.operation(f"list {self.role}", "GET", self.path, listed, answer=answer)
        return self

    def with_create(self, **more: Any) -> Kind:
        """Serve the create operation, answered with the item unless `reply` makes the answer."""
        reply = more.pop("reply", None)
        status = more.pop("status", 201)

        def created(call: Call) -> Any:
            key, item = self.add(call)
            return reply(call, key, item) if reply else item

        options = {"body": self.body, "answer": self.shape, "status": status, **more}
        self.service.operation(f"create {self.role}", "POST", self.path, created, **options)
        return self

    def with_read(self) -> Kind:
        """Serve the read operation."""
        self.service.operation(
            f"read {self.role}", "GET", self.item_path, self.found, answer=self.shape
        )
        return self

    def with_update(self) -> Kind:
        """Serve the update, a PUT that replaces everything but the identifier."""

        def updated(call: Call) -> Item:
            item = self.found(call)
            self.checked(call, self.key(call))
            for name in self.members:
                item.pop(name, None)
            item.update(call.body)
            return item

        self.service.operation(
            f"update {self.role}", "PUT", self.item_path, updated, body=self.body, answer=self.shape
        )
        return self

    def with_delete(self) -> Kind:
        """Serve the deletion, refused while something is below the item or refers to it."""

        def deleted(call: Call) -> Reply:
            self.found(call)
            self.remove(self.key(call))
            return Reply(status=204)

        self.service.operation(f"delete {self.role}", "DELETE", self.item_path, deleted, status=204)
        return self

    # ── parts of them ─────────────────────────────────────────────────────────────────────────

    def key(self, call: Call) -> Key:
        """The identifiers in a path, outermost first, this kind's own last."""
        return tuple(call.path[part] for part in (*self.parts, self.parameter))

    def parent_key(self, call: Call) -> Key:
        """The identifiers of the parents; refuses those that do not exist."""
        key = tuple(call.path[part] for part in self.parts)
        if self.parent is not None and key not in self.parent.held:
            raise RefusedError(self.parent.missing, f"There is no such {self.parent.noun.one}.")
        return key

    def found(self, call: Call) -> Item:
        """The item that a path names; refuses what does not exist."""
        self.parent_key(call)
        item = self.held.get(self.key(call))
        if item is None:
            raise RefusedError(self.missing, f"There is no such {self.noun.one}.")
        return item

    def checked(self, call: Call, key: Key) -> None:
        """Refuse references to what does not exist, and what `check` refuses."""
        for name, kind in self.refers.items():
            if name in call.body and (str(call.body[name]),) not in kind.held:
                raise RefusedError(404, f"{name}: there is no such {kind.noun.one}.")
        if self.check is not None:
            self.check(call, key, call.body)

    def add(self, call: Call) -> tuple[Key, Item]:
        """A new item of what a call sends."""
        parent = self.parent_key(call)
        self.checked(call, parent)
        own = self.new_identifier(parent)
        key = (*parent, str(own))
        self.held[key] = item = {self.identifier: own, **call.body}
        return key, item

    def new_identifier(self, parent: Key) -> int | str:
        """The identifier of the next item."""
        style = self.service.names.identifiers
        if style == "number":
            return next(self.numbers)
        return str(uuid4()) if style == "uuid" else f"{self.noun.one[:3]}{uuid4().hex[:8]}"

    def remove(self, key: Key) -> None:
        """Take an item away, unless something depends on it."""
        below = any(known[: len(key)] == key for child in self.children for known in child.held)
        refers = any(
            str(item.get(name)) == key[-1] for kind, name in self.referred
            for item in kind.held.values()
        )  # fmt: skip
        if below or refers:
            raise RefusedError(409, f"Something still depends on this {self.noun.one}.")
        del self.held[key]
