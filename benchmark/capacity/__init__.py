"""How much load a target bears: the highest rate of iterations that meets an objective (SLO).

`controller` decides which rate comes next and when there is an answer, and knows nothing of how a
step is run; `evidence` says what samples show. `objective` counts what speaks against the
conditions, `following` and `watching` look at a running step, `stepping` runs one, `draining` waits
between two, `sizing` says how many users a rate needs, `blame` what broke first. `search` puts them
together, `stage` connects that with settings, files and the target.
"""

from benchmark.capacity.stage import CapacityReport, plan_search, run_search

__all__ = ["CapacityReport", "plan_search", "run_search"]
