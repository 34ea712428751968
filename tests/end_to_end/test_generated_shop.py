"""A generated file with the real Locust against the server that it was generated for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.scenario_planner import PlanOptions
from benchmark.models import Credentials
from tests.renew_golden import GOLDEN, shop_plan
from tests.servers.shop import ADMIN_KEY, Shop, create_shop

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served_shop() -> Iterator[tuple[Shop, str]]:
    """A shop and the address at which it is open."""
    shop = Shop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_shop(shop), log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield shop, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_every_enabled_operation_succeeds_and_nothing_is_left(
    served_shop: tuple[Shop, str], tmp_path: Path
) -> None:
    """All requests of a short run are answered with 2xx, and the users clean up at the end."""
    shop, url = served_shop
    options = PlanOptions(
        seed=1,
        wait_time=(0, 0.1),
        credentials=Credentials(api_key=ADMIN_KEY),
        strategy="sequential",  # on a slow machine, too, every operation has its turn
    )
    plan = shop_plan(options)
    locustfile = tmp_path / "locustfile.py"
    locustfile.write_text(render_locustfile(plan), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "locust", "-f", str(locustfile), "--host", url, "--headless",
            "-u", "6", "-r", "6", "-t", "8s", "--stop-timeout", "5", "--only-summary",
            "--json-file", str(tmp_path / "run"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "BENCHMARK_API_KEY": ADMIN_KEY},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    rows = json.loads((tmp_path / "run.json").read_text())
    called = {f"{row['method']} {row['name']}" for row in rows}
    assert {row["name"]: row["num_failures"] for row in rows if row["num_failures"]} == {}, done
    assert called == {task.operation for task in plan.tasks()}
    assert shop.sizes() == dict.fromkeys(shop.sizes(), 0)
    assert done.returncode == 0, done.stderr


def test_the_golden_file_imports_under_locust() -> None:
    """Locust sees one class with the enabled tasks, and knows how each resource is deleted."""
    code = (
        "import json, runpy, sys\n"
        "import locust\n"
        "user = runpy.run_path(sys.argv[1])['ShopUser']\n"
        "print(json.dumps([sorted({t.__name__ for t in user.tasks}), sorted(user._deleters)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(GOLDEN)],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    tasks, deleted = json.loads(done.stdout)
    enabled = [t.name for t in shop_plan(PlanOptions()).tasks() if t.readiness.enabled]
    assert tasks == sorted(enabled)
    assert deleted == ["category", "customer", "order", "product"]
