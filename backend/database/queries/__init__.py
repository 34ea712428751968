"""What is read and written, by subject. Each function takes a session first and never commits.

    users.py           e-mail addresses, made on first use
    sessions.py        named groups of configurations
    configurations.py  what a test asks for, kept under a name
    results.py         tests and what came out: one, lists, whole documents, the storing of an end
    summaries.py       the columns of a result that stand for its document
    queue.py           tests that wait or run: claims, leases, stops
    secrets.py         what a run was asked for, encrypted until it ends
    audit.py           who did what against whom

`owner_email` limits a function to what belongs to that user; None sees everything. What is not
there and what belongs to somebody else is the same: None, False or an empty page.
"""
