"""Reads docker-compose.yml as Compose does, and starts its services without containers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.servers.processes import PATIENCE_SECONDS
from tests.source_tree import ROOT

FILE = ROOT / "docker-compose.yml"
_BIN = Path(sys.executable).parent
# podman-compose makes three classes for each text that it looks through for variables, and nearly
# all of them hold none.
_QUICKLY = """
import sys
import podman_compose
plain = podman_compose.var_interpolate
podman_compose.var_interpolate = lambda text, *more: plain(text, *more) if "$" in text else text
sys.argv[0] = "podman-compose"
sys.exit(podman_compose.main())
"""


class Unreadable(Exception):
    """The parser refused the file; its words are the message."""


def read(folder: Path, *options: str, **settings: str) -> dict[str, Any]:
    """The file as podman-compose reads it: merged, its places filled in.

    podman-compose asks for the version of podman before anything else; to read a file it needs
    nothing more of it, so a stand-in answers.
    """
    podman = folder / "podman"
    podman.write_text("#!/bin/sh\necho podman version 5.0.0\n")
    podman.chmod(0o755)
    command = [sys.executable, "-c", _QUICKLY, "--file", str(FILE), *options, "config"]
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(
        command,
        env={**environment, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unreadable(done.stderr)
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


@dataclass
class Native:
    """The services as processes of this machine; `places` says what stands for what."""

    services: Mapping[str, Any]
    places: Mapping[str, str]
    folder: Path
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def environment(self, service: str, replica: int = 1) -> dict[str, str]:
        """Of the service, each replica with a data folder of its own, as in a container."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JINXI_")}
        data = self.folder / f"{service}-{replica}"
        data.mkdir(exist_ok=True)
        wanted = {
            name: self._placed(str(value))
            for name, value in self.services[service]["environment"].items()
        }
        path = f"{_BIN}{os.pathsep}{kept['PATH']}"
        return {**kept, **wanted, "JINXI_DATA": str(data), "PATH": path, "PYTHONPATH": str(ROOT)}

    def command(self, service: str) -> list[str]:
        """What the container would run."""
        return [self._placed(str(part)) for part in self.services[service]["command"]]

    def health_check(self, service: str) -> list[str]:
        """What would be run in the container to see whether it is well."""
        kind, *command = self.services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        return [self._placed(part) for part in command]

    def _placed(self, text: str) -> str:
        for place, stands in self.places.items():
            text = text.replace(place, stands)
        return text

    def run(self, service: str, command: Sequence[str] = (), replica: int = 1) -> int:
        """Run the service, or a command in its place, to its end; the exit status."""
        done = subprocess.run(
            list(command) or self.command(service),
            env=self.environment(service, replica),
            cwd=self.folder,
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        (self.folder / f"{service}-{replica}-once.log").write_bytes(done.stdout + done.stderr)
        return done.returncode

    def start(self, service: str, replica: int = 1) -> "subprocess.Popen[bytes]":
        """Start it; what it says goes to a file."""
        with (self.folder / f"{service}-{replica}.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(service),
                env=self.environment(service, replica),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)
        return process

    def said(self) -> str:
        """The end of what everybody said."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in logs)

    def log_lines(self) -> Iterator[dict[str, Any]]:
        """Every line that a service logged."""
        for log in self.folder.glob("*.log"):
            for line in log.read_text().splitlines():
                if line.startswith("{"):
                    yield json.loads(line)


@contextmanager
def natively(native: Native) -> Iterator[Native]:
    """End what runs."""
    try:
        yield native
    finally:
        for process in native.running:
            process.terminate()
        for process in native.running:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
