"""Programs to try the suite on; none of it is needed to run the suite."""
