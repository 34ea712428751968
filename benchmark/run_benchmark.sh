#!/usr/bin/env bash
# Load tests by preset: finds its environment by itself, and passes every further option on.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'TEXT'
Usage: ./benchmark/run_benchmark.sh COMMAND [--host URL] [options]

  install      make .venv and install what is needed
  health       say whether the host is up and which API documents it shows
  check        the same, and whether everything is in place here
  light | medium | heavy | stress | spike | dynamic | quick
               discover the API, generate a test, run it, report
  suite        several of them in turn, and one table
  discover     find the API documents, send no load
  interactive  open Locust's web page on port 8089 with the generated test

Options are those of `python benchmark/run_benchmark.py --help`.
TEXT
}

command=${1:-help}
[ $# -gt 0 ] && shift
case "$command" in
  help | -h | --help) usage; exit 0 ;;
  -*)
    echo "error: the command comes before its options, not $command" >&2
    echo "hint: $0 help" >&2
    exit 2
    ;;
  install) exec "$ROOT/scripts/setup" "$@" ;;
esac

. "$ROOT/scripts/find_python.sh"
python=$(find_installed_python "$ROOT") || exit $?
run() { exec "$python" "$ROOT/benchmark/run_benchmark.py" "$@"; }

case "$command" in
  health) run --check-health "$@" ;;
  check) PYTHONPATH="$ROOT${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -P -m benchmark.cli check "$@" ;;
  interactive) run --interactive "$@" ;;
  *) run --test-type "$command" "$@" ;;
esac
