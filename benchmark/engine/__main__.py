"""`python -m benchmark.engine …`: Locust's command line with the suite's hooks installed."""

from locust.main import main

from benchmark.engine.hooks import install

if __name__ == "__main__":
    install()
    main()
