"""From a URL to source text: discovery, parsing, data flow, values, plan, locustfile."""
