"""The process that runs one test: `python -m backend.supervisor`. It knows no database.

__main__.py      runs the pipeline in the run's folder, and says how it ended
job.py           what it is told: one line on its standard input
run_config.py    from a start request to the settings of the pipeline, within the limits
watching.py      what ends the run from outside: its input, its files, its time
interrupting.py  stops the pipeline, politely at first
restricting.py   the limits of the process itself
journal.py       writes down what happens
folder.py        the run's folder, in which the service looks and finds the outcome
marks.py         finds the processes of a run, whoever is their parent
"""
