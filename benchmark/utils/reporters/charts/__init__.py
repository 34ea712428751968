"""Charts as numbers: from results to SVG paths and labels, which a template puts on the page.

Every drawing is 1000 wide and 100 high and is stretched to its place; labels are percentages of
width and height, and stay text of the page, so that they are legible at any width.
"""

from benchmark.utils.reporters.charts.lines import HEIGHT, WIDTH, Curve, Line, LineChart, line_chart
from benchmark.utils.reporters.charts.percentile_plot import PercentilePlot, percentile_plot
from benchmark.utils.reporters.charts.phases import Phase, phases
from benchmark.utils.reporters.charts.scales import (
    Axis,
    LogScale,
    Tick,
    linear_axis,
    log_axis,
    log_scale,
    near_axis,
    nice_steps,
)
from benchmark.utils.reporters.charts.sparklines import Sparkline, sparklines
from benchmark.utils.reporters.charts.time_axis import clock, time_ticks
from benchmark.utils.reporters.charts.time_charts import TimeCharts, time_charts
from benchmark.utils.reporters.charts.values import ValueRow

__all__ = [
    "HEIGHT",
    "WIDTH",
    "Axis",
    "Curve",
    "Line",
    "LineChart",
    "LogScale",
    "PercentilePlot",
    "Phase",
    "Sparkline",
    "Tick",
    "TimeCharts",
    "ValueRow",
    "clock",
    "line_chart",
    "linear_axis",
    "log_axis",
    "log_scale",
    "near_axis",
    "nice_steps",
    "percentile_plot",
    "phases",
    "sparklines",
    "time_charts",
    "time_ticks",
]
