"""Servers out of Docker, by testcontainers, where an engine answers."""

import functools
import shutil
import subprocess
from pathlib import Path

from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config

from tests.servers.shared import Running

POSTGRES_IMAGE = "postgres:17-alpine"
KAFKA_IMAGE = "confluentinc/cp-kafka:7.9.0"

# Whoever leads the session removes the containers; the reaper would do so as soon as the process
# that started them ends, while other processes still run their tests.
testcontainers_config.ryuk_disabled = True


@functools.cache
def docker_answers() -> bool:
    """Whether there is an engine, not only the client."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def start_postgres(_folder: Path) -> Running:
    """PostgreSQL in a container."""
    container = PostgresContainer(POSTGRES_IMAGE, username="jinxi", driver="psycopg")
    container.with_env("POSTGRES_INITDB_ARGS", "--locale=C.UTF-8").start()
    return Running(container.get_connection_url(), container=container.get_wrapped_container().id)


def start_kafka(_folder: Path) -> Running:
    """One broker in a container, which is its own controller."""
    container = KafkaContainer(KAFKA_IMAGE).with_kraft()
    container.start()
    return Running(container.get_bootstrap_server(), container=container.get_wrapped_container().id)
