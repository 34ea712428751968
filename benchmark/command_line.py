"""What was typed: our arguments, Locust's, and the line that repeats it without a secret."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SECRETS = {
    "--token": "BENCHMARK_TOKEN",
    "--basic": "BENCHMARK_BASIC",
    "--api-key": "BENCHMARK_API_KEY",
    "--header": "BENCHMARK_HEADER",
}
_PREFIX = "BENCHMARK_"
_START = {"run_benchmark.py": "python benchmark/run_benchmark.py"}


@dataclass(frozen=True, slots=True)
class Typed:
    """Arguments before `--` and behind it, and a line for a POSIX shell that starts the same again.

    It has the settings of the environment, the program and its arguments. In place of a secret
    stands the variable that holds it, or that the user is to put it into.
    """

    own: tuple[str, ...] = ()
    for_locust: tuple[str, ...] = ()
    command: str = field(default="", repr=False)


def what_was_typed(program: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Typed:
    """What the arguments of a program and the variables of its environment say."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    words = [*_settings(environment), _START.get(program, program), *_without_secrets(arguments)]
    return Typed(tuple(arguments[:end]), tuple(arguments[end + 1 :]), " ".join(words))


def _settings(environment: Mapping[str, str]) -> Iterator[str]:
    """The variables that are options of ours, as assignments before a command."""
    for name, value in sorted(environment.items()):
        if name.startswith(_PREFIX) and name.isidentifier() and value.strip():
            secret = name in _SECRETS.values()
            yield f'{name}="${name}"' if secret else f"{name}={shlex.quote(value)}"


def _without_secrets(arguments: Sequence[str]) -> Iterator[str]:
    given: set[str] = set()
    rest = iter(arguments)
    for word in rest:
        flag, equals, _ = word.partition("=")
        variable = _SECRETS.get(flag)
        if variable is None:
            yield shlex.quote(word)
            if word == "--":  # Locust's own
                yield from (shlex.quote(other) for other in rest)
            continue
        if not equals:
            next(rest, None)
        if variable not in given:  # several headers are lines of one variable
            yield f'{flag} "${variable}"'
        given.add(variable)
