"""Names and numbers as a screen shows them to whoever may look over a shoulder."""

_HIDDEN = "*"
_SHOWN_HEAD, _SHOWN_TAIL = 3, 4


def masked_name(name: str) -> str:
    """王*英; of two characters the first alone, of one none."""
    if len(name) <= 2:
        return name[: len(name) - 1] + _HIDDEN
    return name[0] + _HIDDEN * (len(name) - 2) + name[-1]


def masked_number(number: str) -> str:
    """138****5678, without the country's code; short ones show their last two characters."""
    local = number.removeprefix("+86")
    if len(local) <= _SHOWN_HEAD + _SHOWN_TAIL:
        return _HIDDEN * max(0, len(local) - 2) + local[-2:]
    hidden = _HIDDEN * (len(local) - _SHOWN_HEAD - _SHOWN_TAIL)
    return local[:_SHOWN_HEAD] + hidden + local[-_SHOWN_TAIL:]


def masked_address(address: str) -> str:
    """Only that there is one."""
    return _HIDDEN * min(len(address), 6)


def masked_mail(address: str) -> str:
    """w***@example.com: where it is kept is told, whose it is there is not."""
    own, _, host = address.rpartition("@")
    return f"{own[:1]}{_HIDDEN * 3}@{host}"


def masked_birth_date(day: str) -> str:
    """The year alone: 1953-**-**."""
    return f"{day[:4]}-**-**"
