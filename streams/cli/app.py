"""The `jinxi` command: puts the subcommands together, and says plainly what went wrong.

A subcommand's module is loaded when it is called (streams/running/loading.py): to look at people
nobody waits for the library of sheets, or for the names of an invented season. The list of all of
them, `jinxi --help`, loads none: what each does stands here as in the command itself.
"""

import os
import sys
from collections.abc import Callable, Iterable

import typer

from crm.storage.owner_alone import UMASK
from streams.cli.catalogue import COMMANDS, GROUPS
from streams.cli.errors import is_foreseen, sentence_of, status_of
from streams.cli.help_pages import Command, Group, translate_help
from streams.cli.usage import usage_sentence
from streams.running.loading import loaded
from streams.wording.output import print_notice
from streams.wording.say import language, say

INTERRUPTED = 130
_ABOUT = "金夕：以事件为本的患者与消费者活动管理。"


def build_app(names: Iterable[str] = (*COMMANDS, *GROUPS)) -> typer.Typer:
    """The command with these subcommands."""
    app = _empty("jinxi", _ABOUT)
    for name in names:
        if name in COMMANDS:
            app.command(name, cls=Command)(loaded(COMMANDS[name][0]))
        else:
            app.add_typer(_group(name), help=GROUPS[name][0])
    return app


def build_contents() -> typer.Typer:
    """The command with every subcommand by name alone: for its help, and for a mistyped name."""
    app = _empty("jinxi", _ABOUT)
    summaries = {name: about for name, (_, about) in COMMANDS.items()}
    summaries |= {name: about for name, (about, _) in GROUPS.items()}
    for name, about in summaries.items():
        app.command(name, cls=Command)(_stand_in(about))
    return app


def _stand_in(about: str) -> Callable[[], None]:
    def stand_in() -> None:
        """Nothing: it is only listed."""

    stand_in.__doc__ = about
    return stand_in


def _empty(name: str, about: str) -> typer.Typer:
    app = typer.Typer(
        name=name,
        help=about,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        cls=Group,
    )

    def only_a_group() -> None:
        """Keeps a group with one command a group."""

    app.callback()(only_a_group)
    return app


def _group(name: str) -> typer.Typer:
    about, commands = GROUPS[name]
    group = _empty(name, about)
    for command_name, place in commands.items():
        group.command(command_name, cls=Command)(loaded(place))
    return group


def main() -> None:
    """Run `jinxi`; every foreseeable trouble ends in a sentence, not in a traceback."""
    os.umask(UMASK)
    asked = sys.argv[1:2]
    known = [name for name in (*COMMANDS, *GROUPS) if name in asked]
    command = typer.main.get_command(build_app(known) if known else build_contents())
    translate_help(command, language())
    try:
        status = command.main(prog_name="jinxi", standalone_mode=False)
    except typer.Abort:
        _end(say("已停止"), INTERRUPTED)
    except typer.TyperException as error:
        _end(usage_sentence(error), getattr(error, "exit_code", 2))
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Exception as error:
        if not is_foreseen(error):
            raise
        _end(sentence_of(error), status_of(error))
    if status == INTERRUPTED:
        _end(say("已停止"), INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _end(sentence: str, status: int) -> None:
    print_notice(sentence)
    sys.exit(status)
