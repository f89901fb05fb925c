"""`python -m streams` is `jinxi`; so the supervisor starts it, and it ends with the supervisor."""

from streams.cli.app import main
from streams.serving.orphans import end_with_supervisor

if __name__ == "__main__":
    end_with_supervisor()
    main()
