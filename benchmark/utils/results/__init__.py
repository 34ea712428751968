"""The result of a run: built from its timeline, written as JSON and read back.

In the JSON of a result latencies are milliseconds (`latency_ms`), times are seconds (`_s`), sizes
are bytes and shares lie between 0 and 1. A `histogram` is what `benchmark.histogram` describes;
histograms of the same operation may be merged. `blocks` hold them for some seconds at a time, five
in a run of up to an hour. Keys may be added in the same `schema_version`.
`docs/result.schema.json` describes it; `older` brings earlier versions into the present form.
"""

from benchmark.utils.results.building import build_result
from benchmark.utils.results.reading import result_from_json
from benchmark.utils.results.writing import SCHEMA_NAME, SCHEMA_VERSION, result_to_json

__all__ = ["SCHEMA_NAME", "SCHEMA_VERSION", "build_result", "result_from_json", "result_to_json"]
