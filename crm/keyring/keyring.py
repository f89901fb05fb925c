"""The keyring: a data key for each subject, wrapped by the master key, and the erasure fence.

It is a database of its own, so that restoring the data never brings a destroyed key back and
never loses a key made since. A fenced subject never gets a key again.
"""

import hmac
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    select,
)
from sqlalchemy.schema import CreateTable

from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.configuration.settings import Settings
from crm.keyring.master_key import KEY_BYTES, NONCE_BYTES, MasterKeys
from crm.storage.database import (
    closed_on_failure,
    insert_new,
    open_engine,
    reading,
    require_code_point_order,
    writing,
)
from crm.storage.locks import SCHEMA, hold
from crm.storage.reads import stored_rows

KEYRING_METADATA = MetaData()
DATA_KEY = Table(
    "data_key",
    KEYRING_METADATA,
    Column("subject", String(160), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
FENCE = Table("fence", KEYRING_METADATA, Column("subject", String(160), primary_key=True))
MASTER = Table(
    "master_key",
    KEYRING_METADATA,
    Column("name", String(16), primary_key=True),
    Column("fingerprint", String(16), nullable=False),
)
"""Which master key wraps what is new; the key itself is never here."""
IN_FORCE = "in force"
RESTORED = "restored"
"""Beside it, while a restore fills a keyring that was empty: what was erased since is not in it."""
IN_FORCE_QUERY = select(MASTER.c.fingerprint).where(MASTER.c.name == IN_FORCE)
OF_SUBJECTS = (FENCE, DATA_KEY)
"""What belongs to the subjects."""
_KEYS_CACHED = 20_000


class KeyLost(SaidError):
    """Something has no key although nothing was erased: the keyring is not the right one."""


@dataclass
class Keyring:
    """Data keys by subject (`card/…`, `member/…`, `purchase/…`, …)."""

    engine: Engine
    masters: MasterKeys
    opened: dict[bytes, bytes] = field(default_factory=dict)
    """Wrapped key → key, so that each is unwrapped once; what counts is what is stored."""
    files: Path | None = None
    """The folder of what is kept as files, encrypted with the subjects' keys; none without it."""

    @classmethod
    def open(cls, settings: Settings) -> "Keyring":
        """The keyring of an installation, made at first start."""
        engine = open_engine(settings.keyring_url)
        with closed_on_failure(engine):
            require_code_point_order(engine)
            with writing(engine) as connection:
                hold(connection, SCHEMA)
                for table in KEYRING_METADATA.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                first = connection.execute(select(DATA_KEY).limit(1)).first()
            masters = MasterKeys.load(settings.master_key_file, may_create=first is None)
            keyring = cls(engine, masters, files=settings.data_folder / "attachments")
            if first is not None:
                masters.unwrap(first.subject, first.wrapped)
            keyring._say_what_wraps(is_new=first is None)
            return keyring

    def data_keys(self, subjects: Iterable[str], *, create: bool) -> dict[str, bytes | None]:
        """The key of each subject; None where it is fenced, or missing and not to be made.

        New keys are durable when this returns.
        """
        wanted = list(dict.fromkeys(subjects))
        if not wanted:
            return {}
        with reading(self.engine) as connection:
            found = self._stored(connection, wanted)
        missing = [subject for subject in wanted if subject not in found]
        if missing and create:
            with writing(self.engine) as connection:
                self._heed_rotation(connection)
                fenced = _fenced(connection, missing)
                open_to_all = [subject for subject in missing if subject not in fenced]
                rows = [{"subject": name, "wrapped": self._new_key(name)} for name in open_to_all]
                insert_new(connection, DATA_KEY, rows)
                # Another process may have been first: its key holds.
                found |= self._stored(connection, open_to_all)
        return {subject: found.get(subject) for subject in wanted}

    def _stored(self, connection: Connection, subjects: list[str]) -> dict[str, bytes]:
        found = {}
        columns = (DATA_KEY.c.subject, DATA_KEY.c.wrapped)
        for subject, wrapped in stored_rows(connection, columns, DATA_KEY.c.subject, subjects):
            key = self.opened.get(wrapped)
            if key is None:
                key = self.masters.unwrap(subject, wrapped)
                self._remember(wrapped, key)
            found[subject] = key
        return found

    def _say_what_wraps(self, *, is_new: bool) -> None:
        """Write it down where nobody has yet, or where there is nothing that it wraps."""
        with reading(self.engine) as connection:
            said = connection.execute(IN_FORCE_QUERY).scalar()
        if said is None or (is_new and said not in self.masters.ciphers):
            with writing(self.engine) as connection:
                connection.execute(delete(MASTER).where(MASTER.c.fingerprint == said))
                row = {"name": IN_FORCE, "fingerprint": self.masters.wrapping}
                insert_new(connection, MASTER, [row])

    def _heed_rotation(self, connection: Connection) -> None:
        """Wrap with the key that is in force; it stays so until this transaction ends."""
        said = connection.execute(IN_FORCE_QUERY.with_for_update(read=True)).scalar_one()
        self.masters.wrap_with(said)

    def _new_key(self, subject: str) -> bytes:
        """A new key, wrapped."""
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = self.masters.wrap(subject, key)
        self._remember(wrapped, key)
        return wrapped

    def _remember(self, wrapped: bytes, key: bytes) -> None:
        if len(self.opened) >= _KEYS_CACHED:
            self.opened.clear()
        self.opened[wrapped] = key

    def is_fenced(self, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects whose key was destroyed."""
        with reading(self.engine) as connection:
            return _fenced(connection, list(subjects))

    def destroy(self, subject: str) -> None:
        """Destroy the subject's key for ever; doing it again changes nothing."""
        of_subject = DATA_KEY.c.subject == subject
        with writing(self.engine) as connection:
            insert_new(connection, FENCE, [{"subject": subject}])
            wrapped = connection.execute(select(DATA_KEY.c.wrapped).where(of_subject)).scalar()
            connection.execute(delete(DATA_KEY).where(of_subject))
        if wrapped is not None:
            self.opened.pop(wrapped, None)
        self.delete_files(subject)

    def files_of(self, subject: str) -> Path:
        """The folder of the subject's files; its name is a keyed hash."""
        assert self.files is not None
        name = hmac.digest(self.secret("attachments"), subject.encode(), "sha256").hex()
        return self.files / name[:2] / name

    def has_files(self, subject: str) -> bool:
        """Whether anything lies in the subject's folder."""
        return self.files is not None and self.files.exists() and self.files_of(subject).exists()

    def delete_files(self, subject: str) -> None:
        """Delete what only the subject's key opens."""
        if self.files is not None and self.files.exists():
            shutil.rmtree(self.files_of(subject), ignore_errors=True)

    def has_secret(self, label: str) -> bool:
        """Whether a key of the installation was made before."""
        name = f"installation/{label}"
        return self.data_keys([name], create=False)[name] is not None

    def secret(self, label: str) -> bytes:
        """A key of the installation itself, for keyed hashes; made when first asked for."""
        key = self.data_keys([f"installation/{label}"], create=True)[f"installation/{label}"]
        assert key is not None
        return key


def _fenced(connection: Connection, subjects: list[str]) -> set[str]:
    rows = stored_rows(connection, (FENCE.c.subject,), FENCE.c.subject, subjects)
    return {subject for (subject,) in rows}


def seal(key: bytes, plaintext: bytes, bound_to: bytes) -> bytes:
    """Encrypt (AES-256-GCM) so that it opens only together with `bound_to`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What was sealed; raises KeyLost when the key is another one."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise KeyLost(N_("密钥打不开密文")) from error
