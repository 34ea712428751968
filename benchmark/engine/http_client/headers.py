"""Headers of a request or an answer, looked up without regard to case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


class Headers(Mapping[str, str]):
    """Immutable headers; a name that came more than once has its values joined by commas.

    `get_all` gives the single values, which for Set-Cookie is the only way to read them.
    """

    __slots__ = ("_lines", "_values")

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self._lines = tuple(lines)
        values: dict[str, str] = {}
        for name, value in self._lines:
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for name, _ in self._lines:
            if (key := name.lower()) not in seen:
                seen.add(key)
                yield name

    def __len__(self) -> int:
        return len(self._values)

    def get_all(self, name: str) -> list[str]:
        """Every value of a header, in the order in which they came."""
        key = name.lower()
        return [value for each, value in self._lines if each.lower() == key]

    def __repr__(self) -> str:
        return f"Headers({list(self._lines)!r})"
