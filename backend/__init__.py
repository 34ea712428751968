"""The service: load tests started over REST, every result kept.

main.py, app.py    the application, put together from what follows
settings.py        what an operator decides
problems.py        errors as the client sees them
access/            who may do what, against which targets
routers/ schemas/  the routes by subject, and what goes in and comes out
inspection/        looks at a target's documents, in a child process
runs/              the queue, and the running of tests in child processes
database/          what is stored
observability/     metrics and logs
"""
