"""Records a test over one process or many, second by second, into the timeline file.

Every process that has users counts its requests (`recorder`), watches itself (`telemetry`), and
cuts both at each full second of the test (`cutter`). A local run writes the file itself; workers
attach their seconds to the reports that Locust sends to the master anyway, and the master puts the
seconds of all together (`processes`, `aggregator`) and writes them (`timeline`).
"""

from benchmark.engine.recording.processes import record_test

__all__ = ["record_test"]
