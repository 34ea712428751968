"""What an error of the machine means for a run, in words."""

from __future__ import annotations

import errno

_FULL = dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "the disk of the service is full")
_FORBIDDEN = dict.fromkeys(
    (errno.EROFS, errno.EACCES, errno.EPERM), "the folder of the test cannot be written to"
)
_PROBLEMS = {
    **_FULL,
    **_FORBIDDEN,
    errno.EIO: "the disk of the service does not work",
    errno.EFBIG: "a file of the test grew beyond what a test may have",
    errno.ENOMEM: "it needed more memory than a test may have",
}


def cause_of(error: Exception) -> str:
    """What an error means for the run, where it is none of ours."""
    no_memory = isinstance(error, MemoryError) or "can't start new thread" in str(error)
    number = error.errno if isinstance(error, OSError) else errno.ENOMEM if no_memory else None
    known = _PROBLEMS.get(number or 0)
    return known or f"an error of the service itself: {type(error).__name__}"
