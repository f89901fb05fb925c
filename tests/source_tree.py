"""The source read as syntax trees, for the tests that look at the code itself."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("campaigns", "crm", "streams")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name, its path from the root, its text and its tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the dotted name."""
        return tuple(self.name.split("."))

    @property
    def is_package(self) -> bool:
        """Whether it is the `__init__` of a package."""
        return self.path.endswith("/__init__.py")

    @property
    def folder(self) -> str:
        """The folder that it lies in, as a dotted name."""
        return self.path.rpartition("/")[0].replace("/", ".")

    def at(self, line: int | ast.AST, what: str) -> str:
        """An offence as a reader can open it: file:line: what."""
        number = line if isinstance(line, int) else getattr(line, "lineno", 1)
        return f"{self.path}:{number}: {what}"

    def functions(self) -> Iterator[Function]:
        """Every function and method of the module, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@dataclass(frozen=True, slots=True)
class Import:
    """One module that an import statement names (`from a.b import c` names a.b.c and a.b)."""

    name: str
    node: ast.Import | ast.ImportFrom


def modules_of(*packages: str) -> tuple[Module, ...]:
    """Every module below these folders, by path; a file that cannot be parsed raises."""
    return tuple(
        _read(path) for package in packages for path in sorted((ROOT / package).rglob("*.py"))
    )


@cache
def _read(path: Path) -> Module:
    relative = path.relative_to(ROOT)
    parts = relative.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return Module(name, relative.as_posix(), text, ast.parse(text, filename=str(relative)))


def imports_of(module: Module, tree: ast.AST | None = None) -> Iterator[Import]:
    """Every name that the module (or a part of its tree) imports, relative ones resolved."""
    for node in ast.walk(tree or module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            yield Import(base, node)
            yield from (Import(f"{base}.{alias.name}", node) for alias in node.names)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.parts if module.is_package else module.parts[:-1]
    parents = package[: len(package) - node.level + 1]
    return ".".join((*parents, *((node.module,) if node.module else ())))


def our_imports(module: Module, known: frozenset[str]) -> Iterator[Import]:
    """What it imports of ours, each as the deepest module that is meant.

    `from crm.people import cards` means crm.identity.traits when that is a module, else crm.people.
    """
    for statement in {id(found.node): found.node for found in imports_of(module)}.values():
        if isinstance(statement, ast.Import):
            named = {alias.name for alias in statement.names}
        else:
            base = _base(module, statement)
            full = {f"{base}.{alias.name}" for alias in statement.names}
            named = {name if name in known else base for name in full}
        yield from (Import(name, statement) for name in sorted(named & known))


def names_of(module: Module) -> dict[str, str]:
    """What each name at the module's top stands for: of ours in full, `package.module.name`."""
    found = {
        node.name: f"{module.name}.{node.name}"
        for node in module.tree.body
        if isinstance(node, Function)
    }
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            found |= {alias.asname or alias.name: f"{base}.{alias.name}" for alias in node.names}
    return found


def called_in(body: Iterable[ast.AST]) -> list[ast.Name]:
    """The names that are called when this runs: of a function that it defines not its body, only
    what decorates it and what its arguments are without a word."""
    found: list[ast.Name] = []
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            waiting += [*node.decorator_list, node.args]
        elif not isinstance(node, ast.Lambda) and not _runs_as_a_command(node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.append(node.func)
            waiting += ast.iter_child_nodes(node)
    return found


def _runs_as_a_command(node: ast.AST) -> bool:
    """Whether this is what a module does when it is no import."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def assert_none(rule: str, offences: Iterable[str]) -> None:
    """Fail with the rule and every place that breaks it."""
    found = sorted(set(offences))
    if found:
        pytest.fail("\n  ".join((rule, *found)), pytrace=False)
