"""Every macro that a template calls is in the file that it is imported from, on every branch."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

import crm.web

_FOLDER = Path(crm.web.__file__).parent / "templates"
_ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


@cache
def templates() -> dict[str, nodes.Template]:
    """Every template as a tree, by its file."""
    return {path.name: _ENVIRONMENT.parse(path.read_text("utf-8")) for path in _FOLDER.iterdir()}


def _exported(tree: nodes.Template) -> set[str]:
    """What a template offers to who imports it: macros, and names set or imported at its top."""
    found = {macro.name for macro in tree.find_all(nodes.Macro)}
    for each in tree.body:
        if isinstance(each, nodes.Assign) and isinstance(each.target, nodes.Name):
            found.add(each.target.name)
    return found


def missing_macros(trees: dict[str, nodes.Template]) -> list[str]:
    """`file: what it calls`, of what its file does not have."""
    offered = {name: _exported(tree) for name, tree in trees.items()}
    missing: list[str] = []
    for name, tree in trees.items():
        files: dict[str, str] = {}
        for imported in tree.find_all(nodes.Import):
            assert isinstance(imported.template, nodes.Const)
            files[imported.target] = imported.template.value
        for taken in tree.find_all(nodes.FromImport):
            assert isinstance(taken.template, nodes.Const)
            wanted = (each if isinstance(each, str) else each[0] for each in taken.names)
            lacking = set(wanted) - offered.get(taken.template.value, set())
            missing += [f"{name}: {taken.template.value}.{each}" for each in sorted(lacking)]
        for got in tree.find_all(nodes.Getattr):
            if not (isinstance(got.node, nodes.Name) and got.node.name in files):
                continue
            if got.attr not in offered.get(files[got.node.name], set()):
                missing.append(f"{name}: {files[got.node.name]}.{got.attr}")
    return missing


def test_every_macro_that_is_called_is_in_the_file_it_is_imported_from() -> None:
    trees = templates()
    assert len(trees) > 50 and any(tree.find(nodes.Import) for tree in trees.values())
    assert missing_macros(trees) == []


def test_a_macro_that_is_nowhere_is_named_also_on_a_branch_that_is_seldom_taken() -> None:
    page = '{% import "parts.html" as parts %}{% if False %}{{ parts.nowhere(1) }}{% endif %}'
    taken = '{% from "parts.html" import there, gone %}'
    parts = "{% macro there() %}{% endmacro %}"
    written = {"page.html": page, "taken.html": taken, "parts.html": parts}
    trees = {name: _ENVIRONMENT.parse(text) for name, text in written.items()}
    assert missing_macros(trees) == ["page.html: parts.html.nowhere", "taken.html: parts.html.gone"]
