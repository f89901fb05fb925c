"""Marks that nobody sees: they come along when something is pasted, and mean nothing."""

INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
"""As the inside of a character class: soft hyphens, joiners, directions, variation selectors."""

_ALONE = dict.fromkeys(
    (
        *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
        *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10)),
    )
)


def visible(text: str) -> str:
    """The text without them."""
    return text if text.isascii() else text.translate(_ALONE)
