"""`python -m backend.inspection`: the child process."""

from __future__ import annotations

import sys

from backend.inspection.child import main

if __name__ == "__main__":
    sys.exit(main())
