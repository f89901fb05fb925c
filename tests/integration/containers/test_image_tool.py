"""`make image` leaves no container behind, however often it is run."""

import shutil
import subprocess
from pathlib import Path

from tests.source_tree import ROOT

# Keeps a file for each container that is there.
BUILDAH = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do shift 2; done
case $1 in
    from) mktemp "$CONTAINERS/XXXXXX" ;;
    rm) shift && rm "$@" ;;
    mount) echo "$CONTAINERS.mounted" ;;
    run) echo 10001 ;;
esac
"""
STANDS_IN = {
    "buildah": BUILDAH,
    "debootstrap": "#!/bin/sh\n",
    "docker": "#!/bin/sh\nexit 1\n",
    "podman": "#!/bin/sh\nexit 1\n",
    "id": "#!/bin/sh\necho 0\n",
}


def test_every_container_is_gone_afterwards(tmp_path: Path) -> None:
    programs, tree, containers = (tmp_path / name for name in ("bin", "tree", "containers"))
    (tmp_path / "containers.mounted" / "opt" / "jinxi").mkdir(parents=True)
    for folder in (programs, tree / "tools", containers):
        folder.mkdir(parents=True)
    for name, text in STANDS_IN.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    for name in ("tools/image", "pyproject.toml", "Dockerfile"):
        shutil.copy(ROOT / name, tree / name)
    done = subprocess.run(
        [tree / "tools" / "image"],
        env={"PATH": f"{programs}:/usr/bin:/bin", "CONTAINERS": str(containers)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" MB")] == [
        *("base", "image", "ours")
    ]
    assert not list(containers.iterdir())
