"""Workbooks that are packed anew."""

import io
import zipfile


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The workbook with some of its parts replaced or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return written.getvalue()
