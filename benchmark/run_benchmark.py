"""The flat command line: `python benchmark/run_benchmark.py --test-type light`.

The same options as `stress-api run`. It works from any folder and without installing the package.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "error: Python %d.%d is too old: stress-api needs 3.11 or newer\n"
        "hint: install Python 3.11 or newer and run it with that, as in: python3.11 %s\n"
        % (sys.version_info[0], sys.version_info[1], sys.argv[0])
    )
    sys.exit(2)

# The repository root in place of this folder: `benchmark` is then found, and nothing is shadowed.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main() -> None:
    """Run `stress-api run` under this name."""
    try:
        from benchmark.cli import main_flat  # noqa: PLC0415  # a missing package gets a message
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"error: the package {error.name} is not installed for {sys.executable}\n"
            "hint: ./benchmark/run_benchmark.sh install, "
            "or pip install -r benchmark/requirements.txt\n"
        )
        sys.exit(5)
    except KeyboardInterrupt:
        sys.exit(130)
    main_flat()


if __name__ == "__main__":
    main()
