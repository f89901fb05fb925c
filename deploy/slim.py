"""Takes out of an installation what its processes never load: `python slim.py FOLDER`.

The image is made of what is left. Only data for other languages and countries goes, and what is
there for those who build or test the libraries; no module that anything of ours imports.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

LANGUAGES = ("en", "zh", "root")
FAKER_KEEPS = {"en_US", "zh_CN", "zh_TW", "la", "__pycache__"}
"""The season's people are Chinese; the others are what Faker falls back to."""


def _other_locales(packages: Path) -> Iterator[Path]:
    for file in packages.glob("babel/locale-data/*.dat"):
        if not file.stem.startswith(LANGUAGES):
            yield file


def _other_people(packages: Path) -> Iterator[Path]:
    for folder in packages.glob("faker/providers/*/*/"):
        if folder.is_dir() and folder.name not in FAKER_KEEPS:
            yield folder


def _other_countries(packages: Path) -> Iterator[Path]:
    for file in packages.glob("holidays/countries/*.py"):
        if file.stem not in ("__init__", "china"):
            yield file
    for file in packages.glob("holidays/financial/*.py"):
        if file.stem != "__init__":
            yield file
    for file in packages.glob("holidays/locale/*/LC_MESSAGES/*"):
        if not file.name.startswith("CN."):
            yield file


def _for_builders(packages: Path) -> Iterator[Path]:
    for ending in ("c", "h", "cpp", "pyx", "pxd", "pyi", "a"):
        yield from packages.rglob(f"*.{ending}")
    for name in ("test", "tests", "testsuite"):
        yield from (each for each in packages.glob(f"*/**/{name}/") if each.is_dir())
    yield from packages.glob("sqlalchemy/testing")


def _compiled(packages: Path) -> Iterator[Path]:
    """Made anew for what is left."""
    yield from packages.rglob("__pycache__")


PARTS: tuple[Callable[[Path], Iterator[Path]], ...] = (
    _compiled,
    _other_locales,
    _other_people,
    _other_countries,
    _for_builders,
)


def main(folder: Path) -> None:
    """Take it all out, and say how much each part was."""
    (packages,) = folder.glob("lib/python3*/site-packages")
    for part in PARTS:
        found = [path for path in part(packages) if path.exists()]
        size = sum(_size(path) for path in found)
        for path in found:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        print(f"{part.__name__.strip('_'):16} {size / 1e6:6.1f} MB")


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
