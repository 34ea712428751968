"""Makes values for parameters and request bodies: realistic where there is room, valid always."""

from benchmark.generators.parameter_generator.drawing import Level
from benchmark.generators.parameter_generator.generator import ParameterGenerator

__all__ = ["Level", "ParameterGenerator"]
