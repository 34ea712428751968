"""The service: load tests started over REST, every result kept.

This version holds its dependencies only (`requirements.txt`); nothing in it can be started yet.
"""
