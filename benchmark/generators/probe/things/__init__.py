"""The things that requests need: made, found, of the right sort, and when they can be used."""
