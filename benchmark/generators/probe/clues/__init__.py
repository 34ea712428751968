"""What no document says, and others tell: the server's pages, its answers, its other operations."""
