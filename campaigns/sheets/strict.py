"""Workbooks saved as "Strict Open XML": the same parts, whose names openpyxl does not know."""

import io
import zipfile

_MARK = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/", b"spreadsheetml/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"officeDocument/2006/"),
)
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_BOOK = "xl/workbook.xml"


def as_transitional(archive: zipfile.ZipFile) -> bytes | None:
    """The workbook with the usual names; None for one that has them."""
    if _MARK not in archive.read(_BOOK):
        return None
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for part in archive.infolist():
            content = archive.read(part)
            if part.filename.endswith((".xml", ".rels")):
                for strict, usual in _NAMES:
                    content = content.replace(strict, _TRANSITIONAL + usual)
            made.writestr(part.filename, content)
    return written.getvalue()
