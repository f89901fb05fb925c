"""Templates of the pages compiled once in a session, not once for each site that a test starts."""

from collections.abc import Callable
from types import CodeType

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from campaigns.wording.languages import Language
from tests.servers import shared

Making = Callable[[Language, NullTranslations], Environment]


class _Kept(FileSystemBytecodeCache):
    """What was compiled of each template, while its source is what it was.

    In this process, and in a folder for the others of the session.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code
        else:
            super().load_bytecode(bucket)
            self._keep(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._keep(bucket)
        super().dump_bytecode(bucket)

    def _keep(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code


def keeping(making: Making) -> Making:
    """Environments as `making` makes them; those of one language share what is compiled."""
    # Of each language: what is constant in a template is computed in it when it is compiled.
    kept: dict[Language, _Kept] = {}

    def make(language: Language, words: NullTranslations) -> Environment:
        environment = making(language, words)
        if language not in kept:
            folder = shared.folder_of(f"templates-{language}")
            folder.mkdir(exist_ok=True)
            kept[language] = _Kept(str(folder))
        environment.bytecode_cache = kept[language]
        return environment

    return make
