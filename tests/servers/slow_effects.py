"""Effects that take time: a job that is accepted with 202, and things that appear after a while."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import FastAPI

from tests.servers.kinds import Kind
from tests.servers.service import Call, Item, Key, RefusedError, Reply, Service

Clock = Callable[[], float]


def make_app(seed: int, seconds: float = 0.3, clock: Clock = time.monotonic) -> FastAPI:
    """Role "job" says "state" running, and done after `seconds`; role "late" is 404 until then.

    "result" of a job answers 409 before it is done. A job in work cannot be deleted.
    """
    service = Service(seed)
    done_at: dict[Key, float] = {}
    there_at: dict[Key, float] = {}
    service.fields["state"] = "status"

    def accepted(_: Call, key: Key, item: Item) -> Reply:
        done_at[key] = clock() + seconds
        item["status"] = "running"
        return Reply(item, 202, {"Location": jobs.path + "/" + key[-1]})

    def read(call: Call) -> Item:
        item = jobs.found(call)
        if done_at[jobs.key(call)] <= clock():
            item["status"] = "done"
        return item

    def result(call: Call) -> Item:
        if read(call)["status"] != "done":
            raise RefusedError(409, f"The {jobs.noun.one} is still running.")
        return {"rows": 3}

    def deleted(call: Call) -> Reply:
        result(call)
        jobs.remove(jobs.key(call))
        return Reply(status=204)

    jobs = Kind(service, "job")
    shape = jobs.service.schemas[jobs.noun.one.capitalize()]
    shape["properties"]["status"] = {"type": "string", "enum": ["running", "done"]}
    jobs.with_list().with_create(reply=accepted, status=202)
    service.operation("read job", "GET", jobs.item_path, read, answer=jobs.shape)
    service.operation("result", "GET", f"{jobs.item_path}/result", result,
                      answer={"type": "object"})  # fmt: skip
    service.operation("delete job", "DELETE", jobs.item_path, deleted, status=204)

    def appears(_: Call, key: Key, item: Item) -> Item:
        there_at[key] = clock() + seconds
        return item

    class Late(Kind):
        """A kind whose items cannot be found at first."""

        def found(self, call: Call) -> Item:
            if there_at.get(self.key(call), 0.0) > clock():
                raise RefusedError(404, f"There is no such {self.noun.one}.")
            return super().found(call)

    Late(service, "late").with_all(reply=appears)
    return service.finish()
