"""Asks the live API, before the load, how each of its operations succeeds.

A plan goes in, and the same plan comes out with recipes that were answered well twice, with the
kinds of things as they really are, and with the reason where an operation could not be verified.

Here is what goes on: `rounds` (the order), `search` (one operation), `next_ideas` and `ideas` (what
to try next), `binding`, `sources` and `suppliers` (what fills a slot), `states`, `confirming`,
`outcome`. All of them depend on `prober`, what is known so far and how more can be asked; `search`
alone carries it out, so that nothing depends on what depends on it.
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
