"""What only some need is loaded when it is needed: the one way to import by name.

The command starts in half a second because it loads what the asked subcommand needs and no more;
a broker's client, a web server or the library of sheets take longer than most commands themselves.
"""

import pkgutil
from typing import Any


def loaded(place: str) -> Any:
    """The thing at `module:name`."""
    return pkgutil.resolve_name(place)
