"""How requests are written and answers read, the same for the probe and for the load.

`encoding` writes the parts of a request, `styles` knows the styles of a document's parameters,
`stamps` makes values that are new each time, `sample_files` uploads. `resource_items` reads things
from answers, `error_answers` what went wrong, `retry_after` how long to wait.
"""
