"""How a wrong call of the command is answered: Typer says it in English alone, by no code."""

import re
from functools import cache
from typing import Any

from streams.wording.say import language, say

_WORDS = {
    "No such command {name}. Did you mean {other}": "没有这个命令：{name}。是不是 {other}",
    "No such command {name}.": "没有这个命令：{name}。",
    "No such option: {name} (Possible options: {other})": "没有这个选项：{name}。是不是 {other}？",
    "No such option: {name} {more}": "没有这个选项：{name}。",
    "No such option: {name}": "没有这个选项：{name}。",
    "Missing command.": "没有写命令。",
    "Missing argument {name}.": "少了参数 {name}。",
    "Missing option {name}. Choose from:{choices}": "少了选项 {name}，可选：{choices}",
    "Missing option {name}.": "少了选项 {name}。",
    "Option {name} requires an argument.": "选项 {name} 后面要有值。",
    "Option {name} does not take a value.": "选项 {name} 不带值。",
    "Got unexpected extra argument(s) ({names})": "多了参数：{names}",
    "Option {name} requires {number} arguments.": "选项 {name} 后面要有 {number} 个值。",
    "Argument {name} takes {number} values.": "参数 {name} 要有 {number} 个值。",
    "Invalid value for {name}: Value error, {value} is not one of {choices}.": (
        "{name} 不能是 {value}，可选：{choices}。"
    ),
    "Invalid value for {name}: Input should be a valid integer, {why}": "{name} 要写整数。",
    "Invalid value for {name}: Input should be greater than or equal to {least}": (
        "{name} 不能小于 {least}。"
    ),
    "Invalid value for {name}: Input should be less than or equal to {most}": (
        "{name} 不能大于 {most}。"
    ),
    "Invalid value for {name}: {message}": "{name}：{message}",
    "Invalid value: {message}": "{message}",
}
"""Typer's sentences, each {name} standing for any text, and ours."""


_OF_PROGRAMS = ("Input should be", "Value error", "(Possible options:")
"""What the library says in English as programs say it: ours is put in its place as well."""


def usage_sentence(error: Any) -> str:
    """What is wrong with how the command was called, and where its help is.

    `error` is Typer's: it has `format_message`, and `ctx` where the command is known.
    """
    context = getattr(error, "ctx", None)
    message = str(error.format_message())
    if "\n" in message:
        return message  # without any argument it is no error but the help page
    if context is None:
        return _in_our_words(message)
    hint = say("怎么用：{command} --help", command=context.command_path)
    return f"{_in_our_words(message)}\n{hint}"


def _in_our_words(message: str) -> str:
    if language() == "en" and not any(each in message for each in _OF_PROGRAMS):
        return message
    for pattern, words in _patterns():
        found = pattern.fullmatch(message)
        if found is not None:
            return say(words, **found.groupdict())
    return message


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(theirs)), re.DOTALL), ours)
        for theirs, ours in _WORDS.items()
    ]
