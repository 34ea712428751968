"""What single commands of the command line do; `cli.py` adds them to the program."""

from benchmark.commands.analyze import add_analyze
from benchmark.commands.capacity import add_capacity
from benchmark.commands.compare import add_compare
from benchmark.commands.history import add_history
from benchmark.commands.serve import add_serve
from benchmark.commands.token import add_token

__all__ = [
    "add_analyze",
    "add_capacity",
    "add_compare",
    "add_history",
    "add_serve",
    "add_token",
]
