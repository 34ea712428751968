"""nginx on one core with fixed answers, over HTTP and HTTPS; it counts independently of us."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .machine import pinned
from .processes import accepts, free_port, running, wait_until

ANSWER = '{"id":42,"name":"quiet-river","state":"open","price":12.5,"owner":"grace.kim","count":7}'

# Every request gets its answer from memory. The new items of the shop have ids of their own:
# connection and request number, which nginx counts.
_CONFIGURATION = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
worker_rlimit_nofile {files};
events {{ worker_connections {files}; multi_accept on; }}
http {{
  access_log off; default_type application/json; server_tokens off;
  keepalive_timeout 3600s; keepalive_requests 1000000000; reset_timedout_connection on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.1:{tls_port} ssl backlog=4096;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    ssl_session_cache shared:sessions:10m;
    location = /json {{ return 200 '{answer}'; }}
    location = /health {{ return 200 '{{"status":"ok"}}'; }}
    location = /search {{ return 200 '[{answer}]'; }}
    location = /items {{
      if ($request_method = POST) {{
        return 201 '{{"id":$connection$connection_requests,"name":"quiet-river","state":"new"}}';
      }}
      return 200 '[{answer}]';
    }}
    location ~ ^/items/[0-9]+$ {{
      if ($request_method = DELETE) {{ return 204; }}
      return 200 '{answer}';
    }}
  }}
  server {{ listen 127.0.0.1:{status_port}; location / {{ stub_status; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What nginx has counted since its start, our questions left out."""

    accepted: int
    requests: int


class Nginx:
    """A running nginx. `cafile` is the certificate to trust for `https_url`."""

    def __init__(self, pid: int, port: int, tls_port: int, status_port: int, cafile: Path) -> None:
        self.pid = pid
        self.url = f"http://127.0.0.1:{port}"
        self.https_url = f"https://127.0.0.1:{tls_port}"
        self.cafile = cafile
        self._status = http.client.HTTPConnection("127.0.0.1", status_port, timeout=10)
        self._questions = 0
        self._noise = self._ask()  # connections that only looked whether it is there

    def counts(self) -> Counts:
        """What it has counted until now."""
        now = self._ask()
        return Counts(
            now.accepted - self._noise.accepted,
            now.requests - self._noise.requests - (self._questions - 1),
        )

    def close(self) -> None:
        """Hang up."""
        self._status.close()

    def _ask(self) -> Counts:
        self._status.request("GET", "/")
        self._questions += 1
        return parse_status(self._status.getresponse().read().decode())


def parse_status(text: str) -> Counts:
    """The counts in a page of nginx's stub_status module."""
    accepted, _, requests = text.splitlines()[2].split()
    return Counts(int(accepted), int(requests))


@contextmanager
def serving(folder: Path, core: int, files: int) -> Iterator[Nginx]:
    """A pinned nginx, with everything it writes in `folder`; it is ended afterwards."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        sys.exit("nginx is missing; perf/install.sh installs what the measurements need")
    ports = {"port": free_port(), "tls_port": free_port(), "status_port": free_port()}
    make_certificate(folder)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, files=files, answer=ANSWER, **ports), encoding="utf-8"
    )
    log = folder / "nginx.log"
    command = [program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    with running(pinned(command, core), log) as process:
        for port in ports.values():
            wait_until("nginx", lambda port=port: accepts(port), process, log)  # type: ignore[misc]
        server = Nginx(process.pid, **ports, cafile=folder / "certificate.pem")
        try:
            yield server
        finally:
            server.close()


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signs itself, valid for a day, with its key."""
    program = shutil.which("openssl")
    if program is None:
        sys.exit("openssl is missing; perf/install.sh installs what the measurements need")
    subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [
            *(program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
