"""What the measurements of the engine stand on: servers, generators, the truth, and tables."""
