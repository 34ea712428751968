"""Drives a headless Chromium over its DevTools protocol, for tests of pages."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 60.0
PAPER = 688
"""How wide a sheet of A4 is between our margins, in pixels of 1/96 inch."""


def find_browser() -> str | None:
    """The path of a Chromium: what CHROMIUM names, or one on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


class Tab:
    """One tab. What its pages said on the console and asked of the network is kept."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._session: str | None = None
        self._number = 0
        self.console: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Calls a method of the protocol and waits for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Log.entryAdded":
                self.console.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.console.append(json.dumps(parameters)[:500])

    def open(
        self,
        page: Path | str,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        medium: str = "",
    ) -> None:
        """Opens a file or an address in a window of this size and colour scheme.

        With the medium "print" it is laid out as on paper.
        """
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=medium, features=features)
        self.console.clear()
        self.requests.clear()
        self._loaded = False
        self.call("Page.navigate", url=page if isinstance(page, str) else page.resolve().as_uri())
        while not self._loaded:
            self._note(json.loads(self._socket.recv()))

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def move_to(self, x: float, y: float) -> None:
        """Moves the pointer to a place in the window."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self, *, whole: bool = True) -> bytes:
        """The page as PNG, whole or as far as the window shows it."""
        taken = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(taken["data"])

    def paper(self) -> bytes:
        """The page as PDF."""
        printed = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        return base64.b64decode(printed["data"])


@contextmanager
def browser_tab(program: str, folder: Path) -> Iterator[Tab]:
    """A tab of a browser that is started in a folder of its own, and ended afterwards."""
    command = [
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
        "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank",
    ]  # fmt: skip
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        socket = websocket.create_connection(
            _address(folder, process), timeout=_SECONDS, suppress_origin=True
        )
        try:
            tab = Tab(socket)
            yield tab
            tab._session = None
            tab.call("Browser.close")
        finally:
            socket.close()
    finally:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def _address(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser listens; it writes that into its folder."""
    file, until = folder / "DevToolsActivePort", time.monotonic() + _SECONDS
    while time.monotonic() < until:
        lines = file.read_text().split("\n") if file.exists() else []
        if len(lines) >= 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        assert process.poll() is None, (folder / "output.txt").read_text()[-2000:]
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")
