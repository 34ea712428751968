"""How large and how deep a generated value may become, whatever its schema asks for."""

from __future__ import annotations

MAX_DEPTH = 12
"""Levels of objects and arrays; what lies deeper is left empty."""

MAX_NODES = 3_000
"""Members and items of one value, all levels together."""

MAX_TEXT = 10_000
"""Characters of one string: a longer `minLength` is not honoured."""

MAX_TOTAL_TEXT = 100_000
"""Characters of all strings of one value; further ones are cut to one character."""

MAX_ITEMS = 1_000
"""Items of one array: a larger `minItems` is not honoured."""

MAX_PROPERTIES = 1_000
"""Members of one object: a larger `minProperties` is not honoured."""

TYPICAL_OPTIONAL = 20
"""Optional properties of one object at the level "typical"."""

TYPICAL_DEPTH = 2
"""Levels below the root on which optional objects and arrays are sent at the level "typical"."""

FULL_DEPTH = 4
"""The same at the level "full"."""

MAX_ATTEMPTS = 400
"""Draws of one value that may be thrown away because they do not satisfy the schema."""

ATTEMPTS_PER_BRANCH = 3
"""Draws for one branch of a `oneOf` before the next branch is tried."""

MAX_BRANCHES = 64
"""Branches of one `oneOf` or `anyOf` that are tried."""

MAX_PATTERN = 2_000
"""Characters of a pattern; a longer one is treated as one that cannot be understood."""

MAX_PATTERN_TEXT = 10_000
"""Characters of a text drawn for a pattern or matched against one."""

MAX_RISKY_TEXT = 18
"""Characters of a text that is matched against a pattern which may backtrack exponentially."""

MAX_MATCH_STEPS = 20_000_000
"""Steps of a match, by estimate: it bounds the text where repetitions can trade characters."""

PATTERN_ATTEMPTS = 40
"""Texts drawn for one pattern before it is given up."""

MAX_REFERENCES = 100
"""Schemas that are merged into one by `$ref` and `allOf`."""

MAX_COUNT = 1_000
"""Values of one call of `samples`."""
