"""What heavy tests need from the machine: how to find it and how to get it.

A test asks with `require("browser")`. On a newcomer's machine it is skipped with a sentence that
says what to install; with JINXI_REQUIRE_SERVICES=1 (as in .ci/run) it fails instead, so that
nothing is left out unseen. PostgreSQL and Kafka are looked for in this order: an address in the
environment, Docker, the programs of this machine (tests/servers).
`python -m tests.services` lists what is there and what is missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.servers import kafka, postgres

_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell first: the same engine without the windows around it, which nobody sees here and which
take three quarters of the processor's time."""


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that a test may need beside Python: its name, how to find it, how to get it."""

    name: str
    is_there: Callable[[], bool]
    how_to_get: str


def browser_path() -> str | None:
    """Where the machine's own Chromium or Chrome is, or None."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return sys.platform != "linux"
    fonts = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    return bool(fonts.stdout.strip())


def _builds_images() -> bool:
    """Whether tools/image finds an engine, or what it needs to do without."""
    for engine in filter(None, map(shutil.which, ("docker", "podman"))):
        if subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0:
            return True
    return os.geteuid() == 0 and None not in map(shutil.which, ("buildah", "debootstrap"))


SERVICES = {
    service.name: service
    for service in (
        Service(
            "browser",
            lambda: browser_path() is not None,
            "Chromium or Chrome on the PATH (Debian: apt-get install chromium-headless-shell)",
        ),
        Service(
            "chinese font",
            _has_chinese_font,
            "a Chinese font (Debian: apt-get install fonts-noto-cjk)",
        ),
        Service(
            "postgres",
            postgres.is_there,
            f"PostgreSQL 15 or later (Debian: apt-get install postgresql), or a Docker engine, "
            f"or a server's URL in {postgres.ADDRESS}",
        ),
        Service(
            "postgres programs",
            lambda: postgres.programs() is not None,
            "PostgreSQL 15 or later as programs of this machine "
            "(Debian: apt-get install postgresql)",
        ),
        Service(
            "kafka",
            kafka.is_there,
            f"Apache Kafka (Java 17 and Maven, then: make services), or a Docker engine, "
            f"or a broker's host:port in {kafka.ADDRESS}",
        ),
        Service(
            "image",
            _builds_images,
            "a Docker or Podman engine, or as root buildah and debootstrap "
            "(Debian: apt-get install buildah debootstrap)",
        ),
        Service(
            "kafka programs",
            kafka.has_programs,
            "Apache Kafka as a program of this machine (Java 17 and Maven, then: make services)",
        ),
    )
}


def missing(names: tuple[str, ...] = ()) -> list[Service]:
    """The services of these names (of all when none are given) that this machine lacks."""
    wanted = [SERVICES[name] for name in names] if names else list(SERVICES.values())
    return [service for service in wanted if not service.is_there()]


def require(*names: str) -> None:
    """Go on only when the services are there: else skip, or fail where they must be there."""
    lacking = missing(names)
    if not lacking:
        return
    sentence = "needs " + " and ".join(service.how_to_get for service in lacking)
    if os.environ.get("JINXI_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{sentence}; JINXI_REQUIRE_SERVICES=1 forbids to skip", pytrace=False)
    pytest.skip(f"{sentence}, or run: make services")


def main() -> int:
    """List every service; the exit status is 1 when one is missing."""
    lacking = missing()
    for service in SERVICES.values():
        state = "missing, install " + service.how_to_get if service in lacking else "there"
        print(f"{service.name}: {state}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
