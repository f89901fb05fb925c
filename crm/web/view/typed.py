"""What stands in the fields of a form that was sent."""

from collections.abc import Callable

Typed = Callable[[str], str]
"""The text of a field of the form, empty when it is missing."""
