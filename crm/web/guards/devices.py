"""Browsers in which somebody has signed in before, by a signed cookie that names nobody."""

import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

DEVICE_COOKIE = "jinxi_device"
DEVICE_SECONDS = 180 * 24 * 3600
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its number, and keyed hashes of the names that signed in with it."""

    number: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Devices:
    """Devices to cookies and back."""

    secret: bytes

    def known(self, cookie: str | None, name: str) -> str | None:
        """The number of a browser in which this name has signed in; None for any other."""
        device = self._device(cookie)
        return device.number if device is not None and self._keyed(name) in device.names else None

    def cookie_after(self, cookie: str | None, name: str) -> str:
        """The cookie once the name has signed in."""
        device = self._device(cookie) or Device(secrets.token_urlsafe(12))
        others = [each for each in device.names if each != self._keyed(name)]
        names = [self._keyed(name), *others][:_MOST_NAMES]
        return self._serializer().dumps([device.number, names])

    def _device(self, cookie: str | None) -> Device | None:
        try:
            values = self._serializer().loads(cookie or "")
        except (BadData, ValueError):
            return None
        match values:
            case [str(number), list(names)]:
                return Device(number, tuple(each for each in names if isinstance(each, str)))
        return None

    def _keyed(self, name: str) -> str:
        return hmac.digest(self.secret, f"device {name}".encode(), "sha256").hex()[:32]

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="device")
