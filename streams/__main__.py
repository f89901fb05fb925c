"""`python -m streams` is `jinxi`."""

from streams.cli import main

if __name__ == "__main__":
    main()
