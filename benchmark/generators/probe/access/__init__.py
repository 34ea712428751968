"""Whom the requests of the probe come from: signing in, accounts, keys, tokens against forgery."""
