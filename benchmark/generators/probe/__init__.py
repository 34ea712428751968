"""Asks the live API, before the load, how each of its operations succeeds.

A plan goes in, and the same plan comes out with recipes that were answered well twice, with the
kinds of things as they really are, and with the reason where an operation could not be verified.

Here is the search: `rounds` (the order), `prober` (one operation), `next_ideas` and `ideas` (what
to try next), `sources` and `suppliers` (what fills a slot), `states`, `confirming`, `outcome`.
Below:

- `requests/`: one request built, sent, and its answer judged
- `complaints/`, `repairs/`: what a server says is wrong, and how that is mended
- `things/`: what requests need: made, found, held
- `clues/`: what no document says
- `access/`: signing in, accounts, keys
- `safety/`: what does no harm, and what cleans up
"""

from benchmark.generators.probe.outcome import ProbeOutcome
from benchmark.generators.probe.rounds import ProbeOptions, probe

__all__ = ["ProbeOptions", "ProbeOutcome", "probe"]
