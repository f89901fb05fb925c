"""What stands in a workbook."""

import ast
from collections.abc import Iterator

from tests.source_tree import modules_of


def named_tables() -> Iterator[tuple[str, list[str]]]:
    """Each table that a page describes: its name, and its columns as far as they stand there."""
    modules = (each for each in modules_of("crm") if each.name.startswith("crm.web.pages"))
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Table":
                columns = [
                    str(each.args[0].value)
                    for each in ast.walk(node.args[1])
                    if isinstance(each, ast.Call)
                    and getattr(each.func, "id", "") == "Column"
                    and isinstance(each.args[0], ast.Constant)
                ]
                yield str(getattr(node.args[0], "value", "")), columns
