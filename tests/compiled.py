"""Templates of the pages compiled once in a process, not once for each site that a test starts."""

from collections.abc import Callable
from types import CodeType

from babel.support import NullTranslations
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from campaigns.wording.languages import Language

Making = Callable[[Language, NullTranslations], Environment]


class _Kept(BytecodeCache):
    """What was compiled of each template, while its source is what it was."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.checksum, bucket.code


def keeping(making: Making) -> Making:
    """Environments as `making` makes them; those of the same words share what is compiled."""
    # Of each words: what is constant in a template is computed in its language when it is compiled.
    kept: dict[NullTranslations, _Kept] = {}

    def make(language: Language, words: NullTranslations) -> Environment:
        environment = making(language, words)
        environment.bytecode_cache = kept.setdefault(words, _Kept())
        return environment

    return make
