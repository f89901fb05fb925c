"""The rules of the house for tests, documents and every other file; offenders as file:line.

What is checked
- Tests: every one asserts something and is named by a sentence; none sleeps or asserts a constant;
  none looks at a clock, or says by itself how many examples it is shown; nothing asks which day it
  is while it is imported; what several need stands in a module of its own, not in that of one of
  them; every folder of tests is a package.
- Documents name only files that exist, and the README only `make` targets that exist.
- Project files name no package registry: where packages come from is the machine's to say; no
  package that was built or fetched lies among them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.source_tree import (
    PACKAGES,
    ROOT,
    Function,
    Module,
    assert_none,
    called_in,
    imports_of,
    modules_of,
    names_of,
)

REGISTRIES = [
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")),
        *(("yarnpkg", "com"), ("maven", "org"), ("maven", "apache", "org"), ("golang", "org")),
        *(("debian", "org"), ("ubuntu", "com"), ("anaconda", "org"), ("docker", "io")),
        *(("ghcr", "io"), ("quay", "io"), ("jsdelivr", "net"), ("unpkg", "com")),
        *(("cdnjs", "cloudflare", "com"), ("tuna", "tsinghua", "edu", "cn"), ("aliyun", "com")),
    )
]
ASSERTING_HELPER = re.compile(r"_*(assert|expect|check)(_|$)|raises$|warns$|fail$")


def suites() -> list[Module]:
    return [
        module
        for module in modules_of("tests")
        if Path(module.path).name.startswith(("test_", "conftest"))
    ]


def test_no_project_file_names_a_package_registry() -> None:
    assert_none(
        "where packages come from is the machine's to say",
        (
            f"{path.relative_to(ROOT)}:{number}: {host}"
            for path in _project_files()
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
            for host in REGISTRIES
            if host in line.lower()
        ),
    )


def test_no_package_that_was_built_or_fetched_lies_among_the_projects_files() -> None:
    assert_none(
        "what is built goes to dist/, what is fetched to .venv/ or .services/",
        (
            f"{path.relative_to(ROOT)}: a package"
            for path in _project_files()
            if path.suffix in {".whl", ".egg", ".zip", ".gz", ".tgz", ".jar", ".deb"}
        ),
    )


def _project_files() -> Iterator[Path]:
    folders = (*PACKAGES, "tests", "docs", "tools", ".ci")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    for path in (*found, *ROOT.iterdir()):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def test_every_test_asserts_something() -> None:
    assert_none(
        "every test asserts, or calls what does (assert_…, expect_…, check_…, pytest.raises)",
        (
            module.at(function, function.name)
            for module in suites()
            for function in _test_functions(module)
            if not any(map(_asserts, ast.walk(function)))
        ),
    )


def _test_functions(module: Module) -> Iterator[Function]:
    return (function for function in module.functions() if function.name.startswith("test_"))


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        return bool(ASSERTING_HELPER.match(name))
    return False


def test_no_test_asserts_a_constant_or_sleeps() -> None:
    assert_none(
        "no `assert True`, no sleep in a test: wait for what is to come",
        (
            module.at(node, ast.unparse(node))
            for module in suites()
            for node in ast.walk(module.tree)
            if (isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant))
            or (isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"})
        ),
    )


def test_no_test_looks_at_a_clock_that_runs() -> None:
    """What takes long on a slow machine is right all the same: count work (`tests.work`)."""
    waits, measures = "tests.servers.processes", "tests.bench"
    assert_none(
        "no test measures time: wait for an event, count calls, set the clock",
        (
            module.at(found.node, found.name)
            for module in modules_of("tests")
            if module.name != waits and not module.name.startswith(measures)
            for found in imports_of(module)
            if found.name.split(".")[0] in {"time", "timeit"}
        ),
    )


def test_no_module_of_tests_asks_which_day_it_is_while_it_is_imported() -> None:
    """What was asked then is of yesterday for whatever runs after midnight in China."""
    modules = modules_of("tests")
    named = {module.name: names_of(module) for module in modules}
    tells = {"crm.clock.now_us"}
    bodies = {
        f"{module.name}.{function.name}": (named[module.name], called_in(function.body))
        for module in modules
        for function in module.tree.body
        if isinstance(function, Function)
    }
    while found := {
        name
        for name, (names, called) in bodies.items()
        if name not in tells and any(names.get(each.id) in tells for each in called)
    }:
        tells |= found
    assert_none(
        "what a module of tests knows of the day is asked when a test runs, not at its import",
        (
            module.at(each, each.id)
            for module in modules
            for each in called_in(module.tree.body)
            if named[module.name].get(each.id) in tells
        ),
    )


def test_how_many_examples_a_law_is_shown_hangs_on_the_profile_alone() -> None:
    assert_none(
        "no literal max_examples outside tests/profiles.py, whose `examples` scales with `prove`",
        (
            module.at(node, "max_examples")
            for module in modules_of("tests")
            if module.name != "tests.profiles"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.keyword) and node.arg == "max_examples"
        ),
    )


def test_the_name_of_every_test_is_a_sentence() -> None:
    assert_none(
        "the name of a test says the rule, in three words or more",
        (
            module.at(function, function.name)
            for module in suites()
            for function in _test_functions(module)
            if len(function.name.split("_")) < 4
        ),
    )


def test_nobody_imports_from_a_module_of_tests() -> None:
    assert_none(
        "what several tests need stands in a module that says what it is",
        (
            module.at(found.node, found.name)
            for module in modules_of("tests")
            for found in imports_of(module)
            if any(part.startswith("test_") for part in found.name.split("."))
        ),
    )


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert_none(
        "every folder of tests has an __init__.py",
        (
            f"{folder.relative_to(ROOT)}:1: no __init__.py"
            for folder in folders
            if not (folder / "__init__.py").exists()
        ),
    )


def test_documents_name_only_files_that_exist() -> None:
    assert_none(
        "a path that a document names, or links to, is there",
        (
            f"{document.relative_to(ROOT)}:{number}: {path.relative_to(ROOT)}"
            for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
            for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1)
            for path in _named_paths(document, line)
            if not path.exists()
        ),
    )


def _named_paths(document: Path, line: str) -> Iterator[Path]:
    for named in re.findall(r"`((?:campaigns|crm|streams|tests|docs|tools)/[\w./-]+)`", line):
        yield ROOT / named
    for link in re.findall(r"(?:\]\(|<img src=\")([^):#\"]+)[)\"]", line):
        yield (document.parent / link).resolve()


def test_the_readme_names_only_make_targets_that_exist() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert_none(
        "every `make …` in the README is in the Makefile",
        (
            f"README.md:{number}: make {target}"
            for number, line in enumerate(lines, 1)
            for target in re.findall(r"(?:^|`)make ([a-z]+)", line)
            if target not in targets
        ),
    )


def test_migrations_stand_in_one_line_each_after_the_one_before_it() -> None:
    files = sorted((ROOT / "crm/schema/migrations/versions").glob("[0-9]*.py"))
    said = re.compile(r'^(?:down_)?revision = "?(\w+)"?$', re.MULTILINE)
    told = {path.name: said.findall(path.read_text(encoding="utf-8")) for path in files}
    assert_none(
        "the revision is the number of the file, the one below it that of the file before",
        (
            f"{name}: revision and the one before are {found}, not {[name[:4], before[:4]]}"
            for before, (name, found) in zip(["None", *told], told.items(), strict=False)
            if found != [name[:4], before[:4]]
        ),
    )
