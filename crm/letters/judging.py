"""Whether somebody is sent a letter now, what it says, and where it goes: asked here alone.

The page that says before whom it reaches, the letters on paper and the postman look at a person
with the same eyes, so what the page promises is broken only by what happened since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from campaigns.wording.languages import Language
from crm.components.evaluation import PersonView
from crm.letters.addressee import (
    addresses_of,
    names_no_activity,
    never_tried,
    postal_address_of,
    values_of,
    what_stands_against,
)
from crm.letters.occasions import Occasion
from crm.letters.sending import Obstacle, Way
from crm.letters.template import Letter, LetterTemplate, rendered
from crm.rights.own_copy import Keeper

WhyNot = Obstacle | Literal["no_trial", "no_activity", "no_mail", "no_phone", "over", "off"]
_NO_ADDRESS: Mapping[Way, WhyNot] = {"mail": "no_mail", "sms": "no_phone", "wechat": "no_phone"}


@dataclass(frozen=True, slots=True)
class Errand:
    """What is sent, in which language, on which way; when that was asked for, and who keeps."""

    template: LetterTemplate
    language: Language
    way: Way
    at_us: int
    keeper: Keeper


@dataclass(frozen=True, slots=True)
class Judged:
    """Somebody who is sent it, what it says to them, and where it goes; on paper: nowhere."""

    person: PersonView
    letter: Letter
    to: str


def judge(
    person: PersonView | None, errand: Errand, about: Occasion | None, now_us: int
) -> Judged | WhyNot:
    """What somebody gets as they stand now; None: nobody is known by that name any more.

    Of the hour it is not asked: paper wakes nobody, and the postman waits for the day.
    """
    # Who writes to its guests when it is over, or called off, means to.
    if about is not None and errand.at_us < about.over_us <= now_us:
        return "over"
    if about is not None and about.off_us is not None and errand.at_us < about.off_us:
        return "off"
    if person is None:
        return "erased"
    against = what_stands_against(person, errand.template, "print", now_us)
    if against is not None:
        return against
    template, language = errand.template, errand.language
    # On paper it says when the run was made, so that a second print is the same.
    dated_us = errand.at_us if errand.way == "print" else now_us
    values = values_of(person, errand.keeper, language, dated_us, about)
    if never_tried(template, language, values):
        return "no_trial"
    if names_no_activity(template, language, values):
        return "no_activity"
    to = next(iter(addresses_of(person, errand.way)), "")
    if errand.way != "print" and not to:
        return _NO_ADDRESS[errand.way]
    letter = rendered(template, language, values)
    if errand.way == "print":
        letter = replace(letter, to=postal_address_of(person))
    return Judged(person, letter, to)
