#!/usr/bin/env bash
# The guided demo: environment, gateway, discovery, generated file, a 20 s run, report.
# Asks nothing with --yes or without a terminal.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/scripts/find_python.sh"
case "${1:-}" in
  -h | --help) echo "Usage: ./benchmark/demo.sh [--yes] [--run-time 20s]"; exit 0 ;;
esac
python=$(find_installed_python "$ROOT" 2>/dev/null) || {
  "$ROOT/scripts/setup" --quiet
  python=$(find_installed_python "$ROOT")
}
PYTHONPATH="$ROOT${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -P -m benchmark.cli demo "$@"
