"""Renders a load plan as a locustfile that a person would be glad to have written."""

from benchmark.generators.locust_generator.dynamic import DynamicLocustGenerator
from benchmark.generators.locust_generator.rendering import render_locustfile

__all__ = ["DynamicLocustGenerator", "render_locustfile"]
