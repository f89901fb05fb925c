"""The second factor of an account: one-time codes of a phone (TOTP), and recovery codes on paper.

The secret stands sealed with a key of the keyring, recovery codes as keyed hashes. A code is good
once: who looks over a shoulder comes too late.
"""

import hmac
import secrets
from dataclasses import dataclass

import pyotp
from sqlalchemy import Connection, Engine, delete, insert, select, update

from campaigns.times import SECOND_US
from crm.accounts.tables import RECOVERY_CODE, SECOND_FACTOR
from crm.keyring.keyring import Keyring, seal, unseal
from crm.storage.database import insert_new, reading, writing

RECOVERY_CODES = 10
LONGEST_CODE = 40
_SEALING = "second-factors"
_STEP_SECONDS = 30
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECOVERY_CHARACTERS = 16
"""80 bits: they need no slow hash."""


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Those of one installation."""

    engine: Engine
    keyring: Keyring

    def is_on(self, actor: str) -> bool:
        """Whether the account has one that was confirmed."""
        with reading(self.engine) as connection:
            found = select(SECOND_FACTOR.c.confirmed_us).where(SECOND_FACTOR.c.actor == actor)
            return connection.execute(found).scalar() is not None

    def offered_secret(self, actor: str) -> str | None:
        """The secret that the phone is to take over; the same until it is confirmed, None then."""
        with writing(self.engine) as connection:
            secret = pyotp.random_base32()
            sealed = seal(self.keyring.secret(_SEALING), secret.encode(), actor.encode())
            row = {"actor": actor, "sealed": sealed, "confirmed_us": None, "last_step": 0}
            # However often it is opened, or confirmed meanwhile: the first one's stays.
            insert_new(connection, SECOND_FACTOR, [row])
            return self._secret(connection, actor, confirmed=False)

    def confirm(self, actor: str, code: str, now_us: int) -> list[str] | None:
        """Turn it on with a first code; the recovery codes, shown this once. None: wrong code."""
        codes = [_new_code() for _ in range(RECOVERY_CODES)]
        with writing(self.engine) as connection:
            secret = self._secret(connection, actor, confirmed=False)
            step = None if secret is None else _step_of(secret, code, now_us)
            if step is None:
                return None
            values = {"confirmed_us": now_us, "last_step": step}
            this = SECOND_FACTOR.c.actor == actor, SECOND_FACTOR.c.confirmed_us.is_(None)
            confirmed = connection.execute(update(SECOND_FACTOR).where(*this).values(values))
            if confirmed.rowcount == 0:
                return None  # By the same code, sent twice at one moment: those codes stand.
            connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.actor == actor))
            rows = [{"code_hmac": self._keyed(actor, each), "actor": actor} for each in codes]
            connection.execute(insert(RECOVERY_CODE), rows)
        return codes

    def takes(self, actor: str, code: str, now_us: int) -> bool:
        """Whether a code of the phone, or a recovery code, is right; it is used up thereby."""
        with writing(self.engine) as connection:
            secret = self._secret(connection, actor, confirmed=True)
            if secret is None:
                return False
            step = _step_of(secret, code, now_us)
            if step is not None:
                is_newer = SECOND_FACTOR.c.last_step < step
                this = update(SECOND_FACTOR).where(SECOND_FACTOR.c.actor == actor, is_newer)
                return connection.execute(this.values(last_step=step)).rowcount > 0
            keyed = RECOVERY_CODE.c.code_hmac == self._keyed(actor, code)
            return connection.execute(delete(RECOVERY_CODE).where(keyed)).rowcount > 0

    def recovery_codes_left(self, actor: str) -> int:
        """How many recovery codes are unused."""
        with reading(self.engine) as connection:
            query = select(RECOVERY_CODE.c.code_hmac).where(RECOVERY_CODE.c.actor == actor)
            return len(connection.execute(query).all())

    def _secret(self, connection: Connection, actor: str, *, confirmed: bool) -> str | None:
        columns = SECOND_FACTOR.c.sealed, SECOND_FACTOR.c.confirmed_us
        query = select(*columns).where(SECOND_FACTOR.c.actor == actor)
        row = connection.execute(query).first()
        if row is None or (row.confirmed_us is not None) != confirmed:
            return None
        return unseal(self.keyring.secret(_SEALING), row.sealed, actor.encode()).decode()

    def _keyed(self, actor: str, code: str) -> str:
        letters = code.upper().replace("-", "").replace(" ", "")
        told = f"{actor}/{letters}".encode("utf-8", "replace")
        return hmac.digest(self.keyring.secret("recovery-codes"), told, "sha256").hex()


def forget_factor(connection: Connection, actor: str) -> bool:
    """Take it off, for whoever has lost phone and paper; False when there was none."""
    this = SECOND_FACTOR.c.actor == actor
    confirmed_us = connection.execute(select(SECOND_FACTOR.c.confirmed_us).where(this)).scalar()
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.actor == actor))
    connection.execute(delete(SECOND_FACTOR).where(this))
    return confirmed_us is not None


def address_for_phone(secret: str, name: str) -> str:
    """What the phone reads from the picture (an otpauth address)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Jinxi")


def _step_of(secret: str, code: str, now_us: int) -> int | None:
    """Which 30 seconds the code is of: the present ones, those before or after; None: none."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        return None
    present = now_us // SECOND_US // _STEP_SECONDS
    otp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(otp.at(step * _STEP_SECONDS), digits):
            return step
    return None


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_CHARACTERS))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
