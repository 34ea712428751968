"""The endpoints that the user asked for: found in documents, laid over them, kept in the load."""

from benchmark.generators.asked.matching import find_operation

__all__ = ["find_operation"]
