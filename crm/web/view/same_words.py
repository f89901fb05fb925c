"""Whether two cells say the same, however each was written down."""

from campaigns.identifiers import mobile_e164


def same_words(field: str, value: str) -> str:
    """What all ways of writing one thing share: no blanks in names, no hyphens in numbers."""
    if field == "phones":
        return "、".join(mobile_e164(each) or each for each in value.split("、"))
    return "".join(value.split()) if field == "name" else value
