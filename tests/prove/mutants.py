"""Changes the rules a little, in many ways, and looks whether a test notices: `make mutants`.

mutmut makes the mutants (pyproject.toml says of which rules) and runs the tests that reach them.
Of all that can be made a sample is tried, drawn by a seed: MUTANTS=all tries every one. Survivors
stand in survivors.txt, each with the reason why no test can or need tell; any other is a failure.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

KNOWN = Path(__file__).with_name("survivors.txt")
_MUTMUT = [sys.executable, "-m", "mutmut"]
_SAMPLE = "150"
_ALIVE = {"survived", "no tests", "suspicious"}


def main() -> None:
    """Draw, try, tell."""
    wanted, seed = os.environ.get("MUTANTS", _SAMPLE), os.environ.get("SEED", "7")
    subprocess.run([*_MUTMUT, "run", "--max-children", str(os.cpu_count()), "no.such.mutant"])
    names = sorted(_results())
    if wanted != "all":
        names = Random(int(seed)).sample(names, min(int(wanted), len(names)))
    subprocess.run([*_MUTMUT, "run", "--max-children", str(os.cpu_count()), *names], check=True)
    results = _results()
    alive = sorted(name for name in names if results[name] in _ALIVE)
    unexplained = [name for name in alive if name not in explained()]
    print(f"{len(names)} mutants tried, {len(alive)} alive, {len(unexplained)} of them unexplained")
    for name in unexplained:
        subprocess.run([*_MUTMUT, "show", name], check=True)
    sys.exit(1 if unexplained else 0)


def explained() -> dict[str, str]:
    """Reason by mutant."""
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    told = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return {name: reason.strip() for name, _, reason in told}


def _results() -> dict[str, str]:
    """How it went, by mutant; what was not tried is "not checked"."""
    told = subprocess.run(
        [*_MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True
    )
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+?)\s*$", told.stdout, re.MULTILINE))


if __name__ == "__main__":
    main()
