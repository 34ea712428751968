"""The tree of a parsed pattern."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a pattern: its texts have `shortest` to `shortest + slack` characters.

    `kind` is "chars" (one of `chars`), "sequence", "branch" (one of `parts`), "repeat" (`parts[0]`
    from `least` to `most` times), "group" (remembered as `group`), "again" (what `group` was), or
    "around" (what stands there is only looked at). `covers` are the printable characters that
    "chars" matches; `chars` may leave out the less usual ones.
    """

    kind: str
    shortest: int = 0
    slack: int = 0
    chars: str = ""
    covers: str = ""
    parts: tuple[Part, ...] = ()
    least: int = 1
    most: int = 1
    group: int = 0

    @property
    def is_variable(self) -> bool:
        """Whether it is repeated a number of times that is not fixed."""
        return self.kind == "repeat" and self.most > self.least

    def first(self) -> set[str]:
        """The characters with which its texts begin, as far as they are known."""
        if self.kind == "chars":
            return set(self.covers)
        if self.kind == "around":
            return set()
        found: set[str] = set()
        for part in self.parts:
            found |= part.first()
            if self.kind != "branch" and part.shortest > 0:
                break
        return found

    def everywhere(self) -> set[str]:
        """The characters that its texts may contain."""
        return set(self.covers).union(*(part.everywhere() for part in self.parts))
