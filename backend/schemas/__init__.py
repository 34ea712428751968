"""What goes in and comes out: the bodies of requests and answers, with examples.

common.py      strictness, and the kinds of values that bodies are made of
plain_json.py  what can be kept, shown and sent on
starts.py      what a test is asked to do
results.py     what it measured
comparisons.py what changed between two
sessions.py    sessions and configurations
targets.py     what is found at a target
filters.py     filters, order and pages of lists
health.py      the service itself
problems.py    errors
"""
