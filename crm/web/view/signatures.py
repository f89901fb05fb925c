"""A signature drawn on the phone's glass: from the form's field to a picture."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from crm.attachments.kinds import media_type_of

LONGEST_FIELD = 400_000
"""Characters of a drawing as the form carries it: a data URL."""
_PNG_URL = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class Signature:
    """A drawing; `png` is empty where nobody signed, `field` is what the form carried."""

    field: str = ""
    png: bytes = b""

    @classmethod
    def of(cls, field: str) -> "Signature":
        """From the form's field."""
        try:
            png = base64.b64decode(field.removeprefix(_PNG_URL), validate=True)
        except binascii.Error:
            png = b""
        is_png = field.startswith(_PNG_URL) and media_type_of(png) == "image/png"
        return cls(field, png if is_png else b"")

    @property
    def is_broken(self) -> bool:
        """Whether something came that is no drawing."""
        return bool(self.field) and not self.png

    @property
    def sha256(self) -> str:
        """What a consent names it by."""
        return sha256(self.png).hexdigest()


UNSIGNED = Signature()
