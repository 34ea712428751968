# Sourced by the scripts: finds a Python that is new enough, and the environment to use.

# A python3 of version 3.11 or newer that can make environments; says what to do if there is none.
find_python() {
  local candidate found=""
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    found=${found:-$candidate}
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      echo "error: $candidate cannot make environments: its venv module is missing" >&2
      echo "hint: apt install python3-venv (Debian, Ubuntu), or install Python from python.org" >&2
      return 2
    fi
    echo "$candidate"
    return 0
  done
  if [ -n "$found" ]; then
    echo "error: $("$found" --version 2>&1) is too old: Python 3.11 or newer is needed," >&2
    echo "       because current Locust and FastAPI need it" >&2
  else
    echo "error: no python3 found" >&2
  fi
  echo "hint: install Python 3.11 or newer, or name it: PYTHON=/path/to/python3.12 $0" >&2
  return 2
}

# Whether .venv below ROOT exists and has what the suite imports.
has_packages() {
  local python="$1/.venv/bin/python"
  [ -x "$python" ] && "$python" -c 'import locust, typer, fastapi' 2>/dev/null
}

# The Python to run the suite with: an active environment that has Locust, else .venv, else python3.
find_installed_python() {
  local root=$1 candidate
  for candidate in "${VIRTUAL_ENV:+$VIRTUAL_ENV/bin/python}" "$root/.venv/bin/python" python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys, typer; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return 0
    fi
  done
  echo "error: stress-api is not installed: no Python 3.11+ with its packages was found" >&2
  echo "hint: $root/benchmark/run_benchmark.sh install" >&2
  return 5
}
