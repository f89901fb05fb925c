"""What is said of a person on the archive's page: a form for each act, and the event it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.ids import short_number
from campaigns.regions import region_name
from campaigns.times import parse_instant_us, shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.archives.queries import whole_archive
from crm.copies.queries import dealer_names
from crm.masking import masked_name
from crm.notices.queries import current_notices
from crm.people.found import FoundPerson
from crm.people.queries import find_people, people_by_id
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.changes import what_changes, who_changes
from crm.web.desk.granting import answered
from crm.web.guards.visit import NotFound, Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.consents import keep_evidence
from crm.web.view.archive_view import ArchiveView
from crm.web.view.labels import label
from crm.web.view.person_acts import ACTS, PersonAct
from crm.web.view.region_typed import region_fault
from crm.web.view.signatures import LONGEST_FIELD, Signature
from crm.web.view.typed import Typed
from crm.web.view.voiding import may_void

router = APIRouter()

ALL_CARDS = "all"
_LONGEST_TEXT = 4_000
_MOST_FOUND = 8
_TELLS_FIRST = {
    **dict.fromkeys(("same", "different", "undecided", "void", "deceased", "refuse"), what_changes),
    "correct": who_changes,
}
"""Acts that reach beyond what is typed → what is told before they are said. Of a correction it is
whether cards would be another person's: the rule goes by what stands on them."""
_NOTHING_SAID = N_("还没有填。请至少填一项再提交。")
_CHOOSE = N_("请选一项。")
_WHICH_CARDS = N_("这个人有几张卡：请选改哪一张，或者所有卡都改。")
_BAD_DAY = N_("日期看不懂，或在今天以后。")
_OTHER_SEX = N_("性别对不上：这一边写的是{one}，那一边写的是{other}。")
_OTHER_YEAR = N_("出生年对不上：这一边是 {one} 年，那一边是 {other} 年，差 {n} 年。")
_YEARS_APART = 2
"""Further apart two cards are not one person's by any rule."""
_HAS_DIED = N_("档案里记着此人已去世：只补记去世以前说过的，“哪天说的”写那一天。")
_BAD_EVIDENCE = N_("凭据没有收到，或不是图片。请重签或重拍一次。")
_EVIDENCE_FULL = N_("凭据没有存下：这张卡或今天的份数已满。请找总部。")


@dataclass(frozen=True)
class About:
    """One act of one person, with the person's archive; household: who lives there too."""

    visit: Visit
    act: PersonAct
    archive: dict[str, Any]
    household: tuple[str, ...]

    def card_id(self, text: Typed) -> str:
        """The card that is spoken of: the one named, else the first that is not erased."""
        if self.act.says == "event.voided":
            return str(self.item(text)["card_id"])
        ids = [card["card_id"] for card in self.archive["cards"]]
        if text("card_id") in ids:
            return text("card_id")
        living = (card["card_id"] for card in self.archive["cards"] if not card["erased"])
        return str(next(living, ids[0]))

    @property
    def living(self) -> list[str]:
        """The cards that are not erased."""
        return [str(card["card_id"]) for card in self.archive["cards"] if not card["erased"]]

    def cards(self, text: Typed) -> list[str]:
        """The cards that are spoken of: one, or of a correction all."""
        return self.living if self.is_of_all(text) else [self.card_id(text)]

    def is_of_all(self, text: Typed) -> bool:
        """Whether a correction is meant for every card."""
        return self.act.path == "correct" and text("card_id") == ALL_CARDS

    def item(self, text: Typed) -> dict[str, Any]:
        """The line of the timeline that is to be taken back; NotFound where it may not be."""
        named = (text("of_source"), text("of_id"))
        for item in self.archive["timeline"]:
            if (item["source"], item["id"]) == named and may_void(self.visit.account, item):
                return dict(item)
        raise NotFound

    def written_us(self, card_id: str) -> int | None:
        """When a card was written."""
        for item in self.archive["timeline"]:
            if item["type"] == "card.registered" and item["card_id"] == card_id:
                return parse_instant_us(item["time"])
        return None

    @property
    def searches(self) -> bool:
        """Whether somebody else has to be found."""
        return any(each.kind == "somebody" for each in self.act.inputs)


def _about(visit: Visit, name: str, act: PersonAct) -> About:
    visit.scope.require("archive", "archives are the company's")
    sayer_of(visit, [act.says])
    with reading(visit.site.engine) as connection:
        of = (visit.scope, connection, visit.site.keyring)
        if not (whole := whole_archive(*of, name, visit.site.now_us())):
            raise NotFound
    return About(visit, act, whole.archive, whole.dossier.household)


def _shown(visit: Visit, name: str, act: PersonAct) -> Response:
    """The form; ids of what it is about may come with the address."""
    about, given = _about(visit, name, act), visit.request.query_params
    answered(visit, given.get("back", ""))
    kept = {each.name for each in act.inputs if each.kind == "kept"} | {"card_id", "back"}
    form = ActForm.of({key: value[:256] for key, value in given.items() if key in kept})
    return _page(about, form)


def _said(posting: Posting, name: str, act: PersonAct) -> Response:
    visit, about = posting.visit, _about(posting.visit, name, act)
    back = answered(visit, posting.text("back", 60))

    def typed(field: str) -> str:
        return posting.text(field, LONGEST_FIELD if field == "signature" else _LONGEST_TEXT)

    if about.searches and (typed("step") == "find" or not typed("other_card_id")):
        return _page(about, ActForm(typed("form_id"), typed), tuple(_find(about, typed("find"))))
    card_id, signature = about.card_id(typed), Signature.of(typed("signature"))
    faults = {field: visit.say(fault) for field, fault in _faults(about, typed, signature)}
    if signature.content and not faults and not keep_evidence(visit, card_id, signature.content):
        faults["signature"] = visit.say(_EVIDENCE_FULL)
    proof = {"evidence_sha256": signature.sha256} if signature.content else {}
    proof["notice_version"] = typed(f"notice_{typed('purpose')}")
    data = act.data(lambda field: proof.get(field) or typed(field))
    on = _earlier(visit, typed) if act.dated else None
    if act.says == "event.voided":
        events = [Act(act.says, data, f"card/{card_id}", on=on)]
    else:
        events = [Act(act.says, {"card_id": each, **data}, on=on) for each in about.cards(typed)]
    tells = _TELLS_FIRST.get(act.path)
    doubts = tells(visit, events) if tells is not None and not faults else ()
    if act.path == "same" and not faults:
        doubts = (*_contradictions(about, typed("other_card_id")), *doubts)
    if act.dated and about.archive["deceased"] and not faults:
        doubts = (visit.say(_HAS_DIED), *doubts)
    answer = say(posting, events, faults=faults, doubts=doubts)
    if answer.form is not None:
        return _page(about, answer.form)
    return done(visit, back or f"/people/{about.archive['person_id']}", answer)


def _contradictions(about: About, other_card_id: str) -> Iterator[str]:
    """What one person's cards could not both say: another sex, years of birth far apart."""
    visit = about.visit
    with reading(visit.site.engine) as connection:
        of = (visit.scope, connection, visit.site.keyring)
        other = whole_archive(*of, other_card_id, visit.site.now_us())
    if other is None:
        return
    sexes, years = _written(about.archive), _years(about.archive)
    if (theirs := _written(other.archive)) and sexes and sexes.isdisjoint(theirs):
        words = [visit.say(label("sex", next(iter(each)))) for each in (sexes, theirs)]
        yield visit.say(_OTHER_SEX).format(one=words[0], other=words[1])
    apart = [abs(one - two) for one in years for two in _years(other.archive)]
    if apart and min(apart) > _YEARS_APART:
        two = min(_years(other.archive))
        yield visit.say(_OTHER_YEAR).format(one=min(years), other=two, n=min(apart))


def _written(archive: dict[str, Any]) -> set[str]:
    return {card["person"]["sex"] for card in archive["cards"] if card["person"].get("sex")}


def _years(archive: dict[str, Any]) -> set[int]:
    """The years of birth that stand on some cards."""
    people = [card["person"] for card in archive["cards"]]
    said = (each.get("birth_date") or each.get("birth_year") for each in people)
    return {int(str(each)[:4]) for each in said if each}


def _faults(about: About, typed: Typed, signature: Signature) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) that the events themselves could not tell."""
    for each in about.act.inputs:
        if each.needed and not typed(each.name):
            yield each.name, _CHOOSE
    may_be = {*about.living, ALL_CARDS}
    if about.act.path == "correct" and len(may_be) > 2 and typed("card_id") not in may_be:
        yield "card_id", _WHICH_CARDS
    if about.act.path == "correct" and not about.act.data(typed):
        yield about.act.inputs[0].name, _NOTHING_SAID
    if about.act.path == "correct" and typed("region"):
        fault = region_fault(typed("region"), about.visit.say)
        if fault is not None:
            yield "region", fault
    if signature.is_broken:
        yield "signature", _BAD_EVIDENCE
    day, today = _day(typed("day")), shanghai_day(about.visit.site.now_us())
    if about.act.dated and typed("day") and (day is None or day > today):
        yield "day", _BAD_DAY


def _earlier(visit: Visit, typed: Typed) -> date | None:
    """The day on which it was said, where that is not today."""
    day = _day(typed("day"))
    return None if day == shanghai_day(visit.site.now_us()) else day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _find(about: About, wanted: str) -> Iterator[FoundPerson]:
    """Who fits what was typed; with nothing typed those of the household."""
    visit, own = about.visit, about.archive["person_id"]
    with reading(visit.site.engine) as connection:
        if wanted:
            people, _ = find_people(visit.scope, connection, wanted, digest=visit.site.digest)
        else:
            people = people_by_id(visit.scope, connection, list(about.household))
    yield from [person for person in people if person.person_id != own][:_MOST_FOUND]


def _page(about: About, form: ActForm, found: tuple[FoundPerson, ...] | None = None) -> Response:
    visit, act = about.visit, about.act
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
        notices = current_notices(connection)
    if about.searches and found is None:
        found = tuple(_find(about, form.typed("find")))
    context = {
        "title": visit.say(act.word),
        "act": act,
        "archive": about.archive,
        "chosen_card": about.card_id(form.typed),
        "all_cards": ALL_CARDS,
        "item": about.item(form.typed) if act.says == "event.voided" else None,
        "form": form,
        "found": found or (),
        "other_cards": [
            (card["card_id"], _short(about, card))
            for card in about.archive["cards"]
            if card["card_id"] != about.card_id(form.typed) or len(about.archive["cards"]) > 2
        ],
        "view": ArchiveView(about.archive, None, today),
        "at": None,
        "of_card": lambda card: _short(about, card),
        "dealers": dealers,
        "notices": notices,
        "today": today,
    }
    return visit.render("person_act.html", context, 422 if form.is_wrong else 200)


def _short(about: About, card: dict[str, Any]) -> str:
    """A card as a choice shows it: whose name, its number, when and how it was written, where."""
    name = card["person"].get("name")
    visit, today = about.visit, shanghai_day(about.visit.site.now_us())
    told = [masked_name(name)] if name else []
    told.append(visit.say(N_("档案卡 %(number)s")) % {"number": short_number(card["card_id"])})
    written = about.written_us(card["card_id"])
    if written is not None:
        told.append(day_text(shanghai_day(written), visit.language, today))
    told.append(visit.say(label("source_kind", card["source_kind"])))
    if card["region"]:
        told.append(region_name(card["region"]) or card["region"])
    return " · ".join(told)


def _add(act: PersonAct) -> None:
    """The form of an act, and where it is sent."""

    def show(visit: SignedIn, name: str) -> Response:
        return _shown(visit, name, act)

    def send(posting: SignedInPosting, name: str) -> Response:
        return _said(posting, name, act)

    router.add_api_route(f"/people/{{name}}/{act.path}", show, methods=["GET"])
    router.add_api_route(f"/people/{{name}}/{act.path}", send, methods=["POST"])


for _act in ACTS:
    _add(_act)
