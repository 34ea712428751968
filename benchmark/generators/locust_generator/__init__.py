"""Renders a load plan as a locustfile that a person would be glad to have written."""

from benchmark.generators.locust_generator.rendering import render_locustfile

__all__ = ["render_locustfile"]
