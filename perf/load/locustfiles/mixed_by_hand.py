"""The eight operations of shop.yaml as a person writes them for Locust, with the same weights."""

from __future__ import annotations

import random
from collections import deque

from chosen_user import chosen_user, five_fields
from locust import task

_TEXTS = ("quiet river", "early cedar", "silver hill", "rapid coast")
_STATES = ("new", "open", "closed")


class Shopper(chosen_user()):  # type: ignore[misc]  # which class it is, is seen at run time
    """Makes items, and uses what it made."""

    def on_start(self) -> None:
        """Nothing has been made yet."""
        self.items: deque[int] = deque(maxlen=20)

    def an_item(self) -> int:
        """The id of an item that this user made."""
        if not self.items:
            self.create_item()
        return self.items[int(random.random() * len(self.items))]

    @task(4)
    def health(self) -> None:
        """Look whether it runs."""
        self.client.get("/health")

    @task(4)
    def list_items(self) -> None:
        """Read a page of items."""
        self.client.get(f"/items?limit={int(random.random() * 20) + 1}", name="/items")

    @task(2)
    def create_item(self) -> None:
        """Make an item, and remember it."""
        reply = self.client.post("/items", json=five_fields())
        self.items.append(reply.json()["id"])

    @task(4)
    def read_item(self) -> None:
        """Read an item."""
        self.client.get(f"/items/{self.an_item()}", name="/items/{item_id}")

    @task(2)
    def replace_item(self) -> None:
        """Write an item anew."""
        item = self.an_item()
        self.client.put(f"/items/{item}", json=five_fields(), name="/items/{item_id}")

    @task(2)
    def change_item(self) -> None:
        """Change one field of an item."""
        body = {"state": _STATES[int(random.random() * 3)]}
        self.client.patch(f"/items/{self.an_item()}", json=body, name="/items/{item_id}")

    @task(1)
    def delete_item(self) -> None:
        """Delete an item."""
        if not self.items:
            self.create_item()
        self.client.delete(f"/items/{self.items.popleft()}", name="/items/{item_id}")

    @task(2)
    def search(self) -> None:
        """Look for items."""
        text = _TEXTS[int(random.random() * 4)]
        self.client.post("/search", json={"text": text, "limit": int(random.random() * 50) + 1})
