"""The open model: iterations start at a rate, however slow the answers are.

`schedule` says when, `arriving` issues a ticket for each iteration that is due, `queue` hands them
to users that wait, `tasks` is what makes users wait for them; `workers` shares the arrivals out
between processes, and `control` begins and ends all of it with a test.
"""

from benchmark.engine.arrivals.control import ArrivalControl, arrivals_of, rate_curve
from benchmark.engine.arrivals.tasks import TicketTasks, on_tickets

__all__ = ["ArrivalControl", "TicketTasks", "arrivals_of", "on_tickets", "rate_curve"]
