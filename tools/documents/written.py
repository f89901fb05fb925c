"""Which documents are made of the code, and what each should say."""

from pathlib import Path

from tools.documents.commands import commands_document
from tools.documents.decisions import decisions_index
from tools.documents.folders import with_folders
from tools.documents.settings import settings_document

DOCS = Path(__file__).resolve().parents[2] / "docs"


def written() -> dict[Path, str]:
    """Every such document, by its file."""
    architecture = DOCS / "architecture.md"
    return {
        DOCS / "settings.md": settings_document(),
        DOCS / "commands.md": commands_document(),
        DOCS / "decisions" / "README.md": decisions_index(DOCS / "decisions"),
        architecture: with_folders(architecture.read_text("utf-8")),
    }
