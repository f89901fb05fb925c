"""The rules of the house, held over the code itself. Each failure lists file:line of all offenders.

What is checked
- Imports point down: streams → crm → campaigns. No cycles, no imports inside functions (faust is
  heavy: streams may load streams.kafka.faust_app late), no TYPE_CHECKING.
- Nothing is swallowed: no bare `except`, no `except …: pass`.
- Sizes: modules ≤ 300 lines, functions ≤ 50, lines ≤ 100; every module says what it holds; no
  module is called utils, helpers, common or misc.
- Folders import each other in no circle: each is a step of the pipeline, and nothing points up.
- Pure modules stay pure: no clock, random, environment, files, network, database or log, and they
  import only pure modules. Pure are: campaigns (but sheets*), in crm the folders that hold rules
  alone, and of the other features every module but those that reach the database. The season may
  draw from a seeded Random.
- A view's writer (projection.py) is called by the recording, and by the check, alone.
What holds of the tests and the documents is in test_tidy_files.py.
"""

import ast
import re
from collections.abc import Iterator

from tests.source_tree import (
    PACKAGES,
    ROOT,
    Import,
    Module,
    assert_none,
    imports_of,
    modules_of,
    our_imports,
)

ALLOWED_PACKAGES = {
    "campaigns": {"campaigns"},
    "crm": {"crm", "campaigns"},
    "streams": {"streams", "crm", "campaigns"},
}
LATE_IMPORTS = {
    "streams": {"streams.kafka.faust_app"},
    "crm": {"crm.schema.upgrading", "pypinyin"},
}
LOOSE_MODULES = {"crm": 6, "streams": 3}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
MODULE_LINES, FUNCTION_LINES, LINE_CHARACTERS = 300, 50, 100

PURE_FOLDERS = {"identity", "cards", "consents", "rewards"}
"""Rules alone: every module is pure."""
FEATURES = {
    *("outcomes", "people", "archives", "activities", "follow_ups", "copies", "ledger", "members"),
    *("funnels", "fhir", "rights", "notices", "questions", "reward_desk", "policies", "transfers"),
    "letters",
    *("disputes", "watch"),
}
"""Rules beside tables and readers: every module is pure, but for these."""
IMPURE_OF_A_FEATURE = {
    *("tables", "projection", "queries", "register", "book", "stored_claims", "asking", "packaged")
}
IMPURE_ALONE = {
    "crm.activities.happened",
    "crm.letters.ways",
    "crm.letters.postman",
    "crm.copies.change_log",
    "crm.funnels.rows",
    "crm.funnels.stored",
    "crm.funnels.kept",
    "crm.funnels.value_names",
    "crm.reward_desk.hands",
    "crm.reward_desk.on_its_way",
    "crm.policies.recorded",
    "crm.reward_desk.queues",
    "crm.people.linked",
    "crm.people.summaries",
}
WORDS = "campaigns.wording.catalogues"
"""Reads the catalogues, which are part of the program: whoever uses it stays pure."""
PURE_OF_CRM = {
    "crm",
    "crm.components.evaluation",
    "crm.components.fold",
    "crm.components.index_keys",
    "crm.components.matched_cards",
    "crm.components.moment",
    "crm.journal.logged_event",
    "crm.masking",
    "crm.money",
}
IMPURE_LIBRARIES = {
    *("os", "time", "random", "socket", "pathlib", "sqlalchemy", "fastapi", "requests"),
    *("subprocess", "secrets", "logging", "tempfile", "shutil", "sqlite3", "httpx", "urllib"),
}
IMPURE_CALLS = {"open", "print", "input"}
WRITER = re.compile(r"crm\.\w+\.(projection|book)")
MAY_CALL_WRITERS = {"crm.recording", "crm.operations"}
_MAY_ASK = re.compile(r'credential\.role != "system"')
"""What the CRM says itself is no sender's."""
CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"),
    *("time.monotonic", "time.perf_counter", "uuid.uuid1", "uuid.uuid4"),
}


def code() -> tuple[Module, ...]:
    return modules_of(*PACKAGES)


def is_pure(module: Module) -> bool:
    parts = module.parts
    if parts[0] == "campaigns":
        return not any(part.startswith("sheets") for part in parts) and module.name != WORDS
    if parts[0] != "crm":
        return False
    if len(parts) > 2 and parts[1] in FEATURES:
        return parts[2] not in IMPURE_OF_A_FEATURE and module.name not in IMPURE_ALONE
    return module.name in PURE_OF_CRM or (
        len(parts) > 1 and parts[1] in PURE_FOLDERS | (FEATURES if len(parts) == 2 else set())
    )


def is_season(module: Module) -> bool:
    return module.name.startswith("campaigns.season")


def pure_modules() -> list[Module]:
    return [module for module in code() if is_pure(module)]


def test_imports_point_only_from_streams_to_crm_to_campaigns() -> None:
    ours = {*PACKAGES, "tests"}
    assert_none(
        "imports point down: streams → crm → campaigns",
        (
            module.at(found.node, f"{module.name} imports {found.name}")
            for module in code()
            for found in imports_of(module)
            if (package := found.name.split(".")[0]) in ours
            and package not in ALLOWED_PACKAGES[module.parts[0]]
        ),
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module.name: module for module in code()}
    imported = {
        name: {found.name for found in our_imports(module, frozenset(modules))} - {name}
        for name, module in modules.items()
    }
    reached = {name: _reachable(name, imported) for name in modules}
    assert_none(
        "modules that import each other in a circle",
        (
            module.at(1, f"{name} ↔ {other}")
            for name, module in modules.items()
            for other in imported[name]
            if name in reached[other]
        ),
    )


def test_no_folders_import_each_other_in_a_circle() -> None:
    modules = {module.name: module for module in code()}
    imported: dict[str, set[str]] = {}
    for module in modules.values():
        targets = (found.name for found in our_imports(module, frozenset(modules)))
        folders = {modules[name].folder for name in targets} - {module.folder}
        imported.setdefault(module.folder, set()).update(folders)
    reached = {folder: _reachable(folder, imported) for folder in imported}
    assert_none(
        "folders that import each other in a circle",
        (
            f"{folder} ↔ {other}"
            for folder, others in imported.items()
            for other in sorted(others)
            if folder in reached[other]
        ),
    )


def test_few_modules_stand_loose_at_the_roots() -> None:
    assert_none(
        f"loose modules beyond {LOOSE_MODULES}",
        (
            module.at(1, f"{module.name} is one too many")
            for root, most in LOOSE_MODULES.items()
            for module in [m for m in code() if m.folder == root and not m.is_package][most:]
        ),
    )


def _reachable(start: str, imported: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in imported[waiting.pop()] - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def test_nobody_but_the_table_of_roles_asks_which_role_somebody_has() -> None:
    """Of a person or a token is asked what it may; the role that an event was said in is a fact."""
    asks = re.compile(
        r"(account|credential|visitor|scope|known|token)\.(roles?|viewer) *(==|!=|in )"
    )
    assert_none(
        "a role is asked for outside the table of roles",
        (
            f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
            for folder in ("crm", "streams")
            for file in sorted((ROOT / folder).rglob("*"))
            if file.suffix in (".py", ".html", ".svg") and file.name != "roles.py"
            for number, line in enumerate(file.read_text().splitlines(), 1)
            if asks.search(line) and not _MAY_ASK.search(line)
        ),
    )


def test_imports_stand_at_the_top_of_the_module() -> None:
    assert_none(
        "imports stand at the top of the module",
        (
            module.at(found.node, f"{function.name} imports {found.name}")
            for module in code()
            for function in module.functions()
            for found in imports_of(module, function)
            if not _may_come_late(module, found)
        ),
    )


def _may_come_late(module: Module, found: Import) -> bool:
    late = LATE_IMPORTS.get(module.parts[0], set())
    return any(found.name == name or found.name.startswith(f"{name}.") for name in late) or (
        isinstance(found.node, ast.ImportFrom)
        and any(f"{found.name}.{alias.name}" in late for alias in found.node.names)
    )


def test_no_import_is_only_for_the_type_checker() -> None:
    assert_none(
        "no TYPE_CHECKING: what needs it is a cycle",
        (
            module.at(node, "TYPE_CHECKING")
            for module in code()
            for node in ast.walk(module.tree)
            if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
            or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
        ),
    )


def test_no_exception_is_swallowed_without_a_word() -> None:
    assert_none(
        "no bare except, no except that passes over what went wrong",
        (
            module.at(node, "bare except" if node.type is None else "except … pass")
            for module in (*code(), *modules_of("tests"))
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or all(isinstance(step, ast.Pass) for step in node.body))
        ),
    )


def test_modules_functions_and_lines_stay_short() -> None:
    assert_none(
        f"modules ≤ {MODULE_LINES} lines, functions ≤ {FUNCTION_LINES}, "
        f"lines ≤ {LINE_CHARACTERS} characters",
        (
            offence
            for module in code()
            # A migration is drafted by Alembic, one call after the other, and then never changed.
            if not module.name.startswith("crm.schema.migrations.versions.")
            for offence in _too_long(module)
        ),
    )


def _too_long(module: Module) -> Iterator[str]:
    lines = module.text.splitlines()
    if len(lines) > MODULE_LINES:
        yield module.at(len(lines), f"module of {len(lines)} lines")
    for function in module.functions():
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES:
            yield module.at(function, f"{function.name} has {length} lines")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_CHARACTERS:
            yield module.at(number, f"line of {len(line)} characters")


def test_every_module_says_what_a_reader_finds_there() -> None:
    assert_none(
        "every module begins with a docstring",
        (module.at(1, "no docstring") for module in code() if not ast.get_docstring(module.tree)),
    )


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert_none(
        f"no module is called {', '.join(sorted(FORBIDDEN_NAMES))}",
        (
            module.at(1, module.name)
            for module in (*code(), *modules_of("tests"))
            if FORBIDDEN_NAMES & set(module.parts)
        ),
    )


def test_pure_modules_import_nothing_that_reaches_outside() -> None:
    assert_none(
        "pure modules import no clock, random, file, network, database or log",
        (
            module.at(found.node, f"imports {found.name}")
            for module in pure_modules()
            for found in imports_of(module)
            if (library := found.name.split(".")[0]) in IMPURE_LIBRARIES
            and not (library == "random" and is_season(module))
        ),
    )


def test_pure_modules_import_only_pure_modules_of_ours() -> None:
    modules = {module.name: module for module in code()}
    assert_none(
        "pure modules import only pure modules of ours",
        (
            module.at(found.node, f"{module.name} imports {found.name}, which is not pure")
            for module in pure_modules()
            for found in our_imports(module, frozenset(modules))
            if not is_pure(modules[found.name]) and found.name != WORDS
        ),
    )


def test_pure_modules_read_no_clock_and_touch_no_file() -> None:
    assert_none(
        "pure modules take `now` and ids as arguments, and open nothing",
        (
            module.at(node, name)
            for module in pure_modules()
            for node in ast.walk(module.tree)
            if (name := _reaches_outside(node))
        ),
    )


def _reaches_outside(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id if node.func.id in IMPURE_CALLS else None
    if isinstance(node, ast.Attribute):
        name = ".".join(ast.unparse(node).split(".")[-2:])
        return name if name in CLOCKS else None
    if isinstance(node, ast.ImportFrom):
        named = (f"{node.module}.{alias.name}" for alias in node.names)
        return next((name for name in named if name in CLOCKS), None)
    return None


def test_the_invented_season_draws_only_from_a_seeded_random() -> None:
    assert_none(
        "the season draws from random.Random(seed), never from the shared generator",
        (
            module.at(node, ast.unparse(node))
            for module in code()
            if is_season(module)
            for node in ast.walk(module.tree)
            if _is_unseeded(node)
        ),
    )


def _is_unseeded(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "random" and any(alias.name != "Random" for alias in node.names)
    if isinstance(node, ast.Attribute):
        return ast.unparse(node.value) == "random" and node.attr != "Random"
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith("Random") and not (node.args or node.keywords)
    return False


def test_the_writers_of_views_are_called_by_the_recording_alone() -> None:
    known = frozenset(module.name for module in code())
    assert_none(
        "a view's writer is imported by its own folder, the recording and the check alone",
        (
            module.at(found.node, f"{module.name} imports {found.name}")
            for module in code()
            if module.folder not in MAY_CALL_WRITERS
            for found in our_imports(module, known)
            if WRITER.fullmatch(found.name) and found.name.rpartition(".")[0] != module.folder
        ),
    )
