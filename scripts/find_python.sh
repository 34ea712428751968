# Sourced by the scripts: finds a Python that is new enough, and the environment to use.

# Prints a Python of version 3.11 or newer that can make environments; says what to do if there is
# none.
find_python() {
  local candidate old="" bare=""
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1 || continue
    if ! is_new_enough "$candidate"; then
      old=${old:-$candidate}
    elif ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      bare=${bare:-$candidate}
    else
      echo "$candidate"
      return 0
    fi
  done
  if [ -n "$bare" ]; then
    echo "error: $bare cannot make environments: its venv module is missing" >&2
    echo "hint: apt install python3-venv (Debian, Ubuntu), or install Python from python.org" >&2
    return 2
  fi
  if [ -n "$old" ]; then
    echo "error: $("$old" --version 2>&1) is too old: stress-api needs Python 3.11 or newer" >&2
  else
    echo "error: no Python was found: stress-api needs Python 3.11 or newer" >&2
  fi
  echo "hint: install it, or say where it is: PYTHON=/path/to/python3.12 $0" >&2
  return 2
}

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Whether a Python is new enough and has what the suite imports.
has_packages() {
  is_new_enough "$1" && "$1" -P -c '
import sys
from importlib.util import find_spec
sys.exit(not all(map(find_spec, ("locust", "typer", "pydantic", "rich", "fastapi", "uvicorn"))))
' 2>/dev/null
}

# Prints the Python to run the suite with: an active environment that has its packages, else .venv
# below ROOT, else python3.
find_installed_python() {
  local root=$1 candidate problem
  for candidate in "${VIRTUAL_ENV:+$VIRTUAL_ENV/bin/python}" "$root/.venv/bin/python" python3; do
    if [ -n "$candidate" ] && has_packages "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  candidate=$root/.venv/bin/python
  if [ -x "$candidate" ] && ! problem=$("$candidate" -c '' 2>&1); then
    echo "error: $candidate does not start: ${problem##*$'\n'}" >&2
    echo "hint: make it anew: $root/benchmark/run_benchmark.sh install; where LC_ALL is C, Python" \
      "before 3.13 needs a folder whose name is ASCII" >&2
    return 5
  fi
  echo "error: stress-api is not installed: no Python 3.11+ with its packages was found" >&2
  echo "hint: $root/benchmark/run_benchmark.sh install" >&2
  return 5
}
