"""The folder that every installation of the tests is copied from: made once, migrated, with keys.

All have the same keys of the installation, so that keyed hashes can be compared.
"""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from crm.configuration.settings import Settings
from crm.keyring.keyring import Keyring
from crm.schema.tables import prepare
from crm.storage.database import open_engine

SECRETS = ("content", "ties", "copies", "changes", "receipts", "sessions")


def new_installation(folder: Path) -> Settings:
    """An empty installation in the folder; one that is there already is left as it is."""
    settings = Settings.in_folder(folder)
    if not settings.master_key_file.exists():
        shutil.copytree(_template(), folder, dirs_exist_ok=True)
    return settings


@cache
def _template() -> Path:
    folder = Path(mkdtemp(prefix="jinxi-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = Settings.in_folder(folder)
    engine = open_engine(settings.database_url)
    prepare(engine)
    keyring = Keyring.open(settings)
    for label in SECRETS:
        keyring.secret(label)
    engine.dispose()
    keyring.engine.dispose()
    return folder
