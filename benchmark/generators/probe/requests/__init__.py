"""One request: built, sent within a budget, and its answer judged."""
