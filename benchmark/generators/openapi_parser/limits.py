"""How much the parser takes of a document before it leaves the rest, with a warning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """Bounds of one parsed document.

    `max_schemas` counts every schema and every part of one, as often as it is levelled (parts that
    are not behind a reference to a definition are levelled wherever they are used). `max_warnings`
    is for all warnings together, `max_media_types` for one body or answer, `max_examples` for one
    parameter or media type, `max_path_length` in characters.
    """

    max_schemas: int = 1_000_000
    max_warnings: int = 1_000
    max_media_types: int = 20
    max_examples: int = 50
    max_path_length: int = 2_000


DEFAULT_LIMITS = ParserLimits()
