"""Walks the way from a URL to a locustfile step by step, and prints what each step found.

    python benchmark/test_dynamic.py [URL]

For people who want to see why something was found, chosen or left out. It sends GETs for documents
and no load. (Not a pytest file: the tests are in tests/.)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

# The repository root in place of this folder: `benchmark` is then found, and nothing is shadowed.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmark.errors import BenchmarkError
from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.locust_generator import DynamicLocustGenerator
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.subapp_discovery import SubAppDiscovery

__test__ = False

_SHOWN_OPERATIONS = 5


def main(arguments: list[str]) -> int:
    """Walk every step against the URL given, or http://localhost:8000. Gives an exit code."""
    url = arguments[0] if arguments else "http://localhost:8000"
    try:
        _walk(url)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _walk(url: str) -> None:
    _heading("1. Discovery")
    discovery = SubAppDiscovery(url)
    for name, found in discovery.discover_all_docs().items():
        print(f"{name}: {found['openapi_url']} (prefix {found['prefix'] or '/'})")

    _heading("2. Operations and values")
    specs = [parse_document(document) for document in discovery.discovery.documents]
    for spec in specs:
        generator = ParameterGenerator(seed=42, definitions=spec.definitions)
        print(f"{spec.application}: {len(spec.operations)} operations")
        for operation in spec.operations[:_SHOWN_OPERATIONS]:
            print(f"  {operation.key}")
            for parameter in operation.parameters:
                value = generator.generate_for_parameter(parameter)
                print(f"    {parameter.location} {parameter.name} = {value!r}")
            if operation.body:
                value = generator.generate_for_body(operation.body)
                print(f"    body = {value!r}")
        for skip in spec.skipped:
            print(f"  skipped {skip.key}: {skip.reason}")

    _heading("3. Data flow")
    dependencies = analyze_dependencies(specs)
    for link in dependencies.links:
        kind = dependencies.kinds[link.kind]
        supplier = kind.create or kind.list
        slot = f"{link.location} {link.slot_pointer}"
        print(f"{link.consumer}: {slot} <- {link.pointer} of {supplier}")

    _heading("4. Generated locustfile")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "locustfile.py"
        DynamicLocustGenerator(discovery).generate_dynamic_locust_file(path)
        print(path.read_text(encoding="utf-8"))


def _heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
