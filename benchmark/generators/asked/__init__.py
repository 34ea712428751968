"""The endpoints that the user asked for, from their names to the load that consists of them.

- `matching`: which documented operation an endpoint means
- `documents`: a document of those that none describes
- `asking`: weights and given values by operation
- `given_values`: exactly these are sent, because documents and recipes allow no others
- `taking_part`: the plan of these operations, and of what they need made
"""

from benchmark.generators.asked.asking import Asked, asked_operations, split_documented
from benchmark.generators.asked.documents import document_of
from benchmark.generators.asked.given_values import laid_over
from benchmark.generators.asked.matching import find_operation
from benchmark.generators.asked.taking_part import AskedLoad

__all__ = [
    "Asked",
    "AskedLoad",
    "asked_operations",
    "document_of",
    "find_operation",
    "laid_over",
    "split_documented",
]
