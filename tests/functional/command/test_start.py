"""The command starts at once: it loads what is asked for and no more, and modules are counted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.catalogue import COMMANDS, GROUPS
from streams.cli.errors import FORESEEN
from streams.running.loading import loaded
from tests.templates import new_installation

HEAVY = {
    "alembic", "argon2", "babel", "faker", "fastapi", "faust", "jinja2", "kafka", "numpy",
    "openpyxl", "psycopg", "pypinyin", "reportlab", "rich.progress",
    "sqlalchemy.dialects.postgresql", "starlette", "uvicorn", "zxcvbn",
}  # fmt: skip
"""Libraries that take longer to load than most commands take to work."""

_SAY_WHAT_IS_LOADED = """
import sys
from streams.cli.app import main
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def loaded_by(folder: Path, *arguments: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", _SAY_WHAT_IS_LOADED, *arguments],
        env=os.environ | {"JINXI_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return set(run.stderr.splitlines()[-1].split())


def test_the_list_of_commands_loads_none_of_them(tmp_path: Path) -> None:
    for arguments in (("--help",), ("no-such-command",)):
        found = loaded_by(tmp_path, *arguments)
        assert found.isdisjoint({*HEAVY, "sqlalchemy", "cryptography"})
        assert not [name for name in found if name.startswith("streams.cli.commands.")]


@pytest.mark.parametrize(
    "arguments",
    [("event", "/sheets/D01", "e1"), ("status",)],
)
def test_a_glance_loads_no_heavy_library(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    new_installation(tmp_path)  # the first command of all makes the database
    assert loaded_by(tmp_path, *arguments).isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [("work", "--until-idle"), ("erasures",), ("check",)])
def test_work_without_a_broker_and_sheets_loads_no_client_and_no_library_of_them(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    new_installation(tmp_path)
    assert loaded_by(tmp_path, *arguments).isdisjoint(HEAVY - {"rich.progress", "pypinyin"})


def test_tables_are_declared_without_any_heavy_library() -> None:
    said = "import sys, crm.schema.tables; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(run.stdout.split())


def test_the_list_says_of_each_command_what_the_command_says_of_itself() -> None:
    for place, about in COMMANDS.values():
        assert loaded(place).__doc__.partition("\n\n")[0] == about


def test_every_place_in_the_list_is_there() -> None:
    for _, commands in GROUPS.values():
        assert all(callable(loaded(place)) for place in commands.values())


def test_every_foreseen_trouble_is_a_class_of_that_name() -> None:
    for name in FORESEEN:
        module, _, trouble = name.rpartition(".")
        found = loaded(f"{module}:{trouble}")
        assert issubclass(found, BaseException)
        assert f"{found.__module__}.{found.__qualname__}" == name
