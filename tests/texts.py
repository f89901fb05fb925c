"""Every text that people see, as it is marked in the code; `make texts` updates the catalogues.

What is new gets an empty translation, which a person fills in (a test waits for it); what nobody
says any more goes.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from campaigns.wording.catalogues import C_, catalogue_file
from campaigns.wording.languages import DEFAULT_LANGUAGE, LANGUAGES, Language
from streams.cli.commands.sheet_files import ANSWER_ENDING
from streams.wording.codes import WORDS
from tests.source_tree import ROOT, Module, modules_of

CHINESE = re.compile(r"[\u3400-\u9fff]")
NOT_SAID = {ANSWER_ENDING}
"""Chinese in the command's code that is no sentence: the ending of a file's name."""
_KEYWORDS = {"_": None, "N_": None, "C_": ((1, "c"), 2)}


def marked() -> set[str]:
    """What is marked in templates and code, found the way gettext's own tools find it."""
    found = set()
    for folder in ("campaigns", "crm"):
        for _, _, message, _, about in extract_from_dir(
            str(ROOT / folder),
            [("**.py", "python"), ("**/templates/**", "jinja2")],
            {"**/templates/**": {"trim_blocks": "true", "lstrip_blocks": "true"}},
            keywords=_KEYWORDS,
        ):
            text = message[-1] if isinstance(message, tuple) else message
            found.add(C_(about, text) if about else str(text))
    return found


def said_in(module: Module) -> Iterator[str]:
    """Every Chinese text of a module of the command; of a docstring what the command does."""
    notes = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if not CHINESE.search(node.value) or node.value in NOT_SAID:
            continue
        if id(node) not in notes:
            yield node.value
        elif CHINESE.match(node.value):
            yield node.value.partition("\n\n")[0].strip()


@cache
def texts() -> frozenset[str]:
    """Everything that is said anywhere."""
    said = {sentence for module in modules_of("streams") for sentence in said_in(module)}
    words = {words for codes in WORDS.values() for words in codes.values()}
    return frozenset(marked() | said | words)


def update(language: Language) -> tuple[int, int]:
    """Bring one catalogue up to the code: (how many texts are new, how many are gone)."""
    file = catalogue_file(language)
    with file.open("rb") as stream:
        known = read_po(stream)
    said = {tuple(reversed(text.split("\x04", 1))) for text in texts()}
    wanted = {(pair[0], pair[1] if len(pair) > 1 else None) for pair in said}
    kept = {(str(m.id), m.context): str(m.string) for m in known if m.id}
    fresh = Catalog(locale=language.replace("-", "_"), header_comment=known.header_comment)
    fresh.fuzzy = False
    for text, about in sorted(wanted, key=lambda pair: (pair[0], pair[1] or "")):
        flags = ["python-format"] if "%(" in text else []
        fresh.add(text, kept.get((text, about), ""), context=about, flags=flags)
    with file.open("wb") as stream:
        write_po(stream, fresh, width=100, omit_header=True)
    header = (
        f"{known.header_comment}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language.replace("-", "_")}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    file.write_text(header + file.read_text("utf-8"), "utf-8")
    return len(wanted - kept.keys()), len(kept.keys() - wanted)


def main() -> None:
    """Bring every catalogue up to the code, and say what a person has to fill in."""
    for language in LANGUAGES:
        if language != DEFAULT_LANGUAGE:
            new, gone = update(language)
            print(f"{catalogue_file(language)}: {new} new, {gone} gone")


if __name__ == "__main__":
    main()
