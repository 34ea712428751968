"""Compiles the C programs that measurements need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def compile_c(source: Path, folder: Path) -> Path:
    """The program, made with the machine's C compiler. Exits where there is none."""
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit("a C compiler is missing; perf/install.sh installs what the measurements need")
    program = folder / source.stem
    subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [compiler, "-O2", "-o", str(program), str(source), "-lm"], check=True
    )
    return program
