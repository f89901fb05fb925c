"""A signature drawn on the glass, or a scan of paper: from the form's field to a picture."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from crm.attachments.kinds import media_type_of

LONGEST_FIELD = 400_000
"""Characters of a picture as the form carries it: a data URL."""
_PICTURE_URL = re.compile(r"data:(image/(?:png|jpeg));base64,(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Signature:
    """A picture; `content` is empty where nobody signed, `field` is what the form carried."""

    field: str = ""
    content: bytes = b""

    @classmethod
    def of(cls, field: str) -> "Signature":
        """From the form's field."""
        found = _PICTURE_URL.fullmatch(field)
        try:
            content = base64.b64decode(found[2], validate=True) if found else b""
        except binascii.Error:
            content = b""
        is_picture = found is not None and media_type_of(content) == found[1]
        return cls(field, content if is_picture else b"")

    @property
    def is_broken(self) -> bool:
        """Whether something came that is no picture."""
        return bool(self.field) and not self.content

    @property
    def sha256(self) -> str:
        """What a consent names it by."""
        return sha256(self.content).hexdigest()


UNSIGNED = Signature()
