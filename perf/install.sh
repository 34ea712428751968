#!/usr/bin/env bash
# Installs what the measurements of the engine use, on Debian and Ubuntu: nginx and a C compiler,
# which are needed, and wrk and hey, which are compared with. k6 is compared with as well where it
# is on the PATH. Nothing is started.
set -euo pipefail
if ! command -v apt-get >/dev/null; then
  echo "error: this is neither Debian nor Ubuntu" >&2
  echo "hint: install nginx, openssl, a C compiler (cc), taskset, wrk and hey by other means" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: only root can install packages" >&2
  echo "hint: sudo $0" >&2
  exit 2
fi
apt-get update
apt-get install -y --no-install-recommends nginx openssl gcc libc6-dev util-linux
for rival in wrk hey; do
  apt-get install -y --no-install-recommends "$rival" || echo "$rival is not to be had: left out" >&2
done
# The measurements run an nginx of their own; Debian's would start with the machine.
if command -v systemctl >/dev/null; then
  systemctl disable --now nginx 2>/dev/null || true
fi
