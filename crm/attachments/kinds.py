"""What an attachment may be, told from its first bytes: what a sender calls it proves nothing."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "audio/webm"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
MEDIA_TYPES = (*(media_type for _, media_type in _STARTS), "audio/wav", "audio/mp4")


def media_type_of(content: bytes) -> str | None:
    """The media type, None for what is no picture, scan or recording that is taken."""
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    return None
