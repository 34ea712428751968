"""Start the demo gateway: `python main.py` (port 8000; `--help` lists the options)."""

import sys

try:
    from examples.gateway.__main__ import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"The Python module {missing.name!r} is missing.\n"
        "hint: ./benchmark/run_benchmark.sh install, then source .venv/bin/activate"
    )

if __name__ == "__main__":
    sys.exit(main())
