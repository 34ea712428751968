"""Results only: reading them, judging them, reporting them."""
