"""What a row of a dealer's copy tells of a person, field by field: called, masked, opened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from campaigns.regions import region_name
from campaigns.wording.catalogues import LISTED, N_
from crm.feed.portal import Shared
from crm.masking import masked_name, masked_number
from crm.web.view.labels import label
from crm.web.view.person_acts import CORRECTED_BY_CATEGORY

_CALLED = {each.name: each.heading for known in CORRECTED_BY_CATEGORY.values() for each in known}
HEALTH_FIELDS = ("conditions", "medicines", "devices")


@dataclass(frozen=True, slots=True)
class SharedField:
    """One field of a row.

    name: as the row has it; category: of what is shared; corrected_as: the field of a correction.
    is_hidden: whether it is masked until it is tapped.
    """

    name: str
    category: str
    corrected_as: str
    is_hidden: bool = True

    @property
    def word(self) -> str:
        """What it is called, as a correction calls it."""
        return _CALLED[self.corrected_as]


SHARED_FIELDS = (
    SharedField("names", "identity", "name"),
    SharedField("sex", "identity", "sex", is_hidden=False),
    SharedField("birth_date", "identity", "birth_date"),
    SharedField("birth_year", "identity", "birth_year", is_hidden=False),
    SharedField("phones", "contact", "phones"),
    SharedField("addresses", "contact", "address"),
    SharedField("regions", "contact", "region", is_hidden=False),
    *(SharedField(name, "health", name) for name in HEALTH_FIELDS),
)
_BY_NAME = {each.name: each for each in SHARED_FIELDS}
FIELD_NAMES = {
    "addresses": N_("地址"),
    "conditions": N_("健康情况"),
    "medicines": N_("用药"),
    "devices": N_("器械"),
}
"""In lists, of what shows nothing of itself while it is masked."""


def is_hidden_field(name: str) -> bool:
    """Whether it is a field that opens by a tap."""
    return name in _BY_NAME and _BY_NAME[name].is_hidden


def value_of(shared: Shared, name: str) -> str:
    """What stands in a field; empty when nothing is shared there."""
    found = shared.content.get(_BY_NAME[name].category, {}).get(name) or ()
    return "、".join(map(str, found)) if isinstance(found, list) else str(found or "")


def masked(shared: Shared, name: str) -> str:
    """The same as everybody may see it over a shoulder."""
    if name == "names":
        return "、".join(map(masked_name, shared.names))
    if name == "phones":
        return "、".join(map(masked_number, shared.phones))
    value = value_of(shared, name)
    if name == "birth_date":
        return f"{value[:4]}-**-**" if value else ""
    return "****" if value else ""


def shown(shared: Shared, name: str, say: Callable[[str], str]) -> str:
    """A field as it is read: masked where it is hidden, in words where it is a code."""
    if is_hidden_field(name):
        return masked(shared, name)
    if name == "sex":
        sex = value_of(shared, name)
        return say(label("sex", sex)) if sex else ""
    if name == "regions":
        codes = shared.content.get("contact", {}).get(name) or ()
        return say(LISTED).join(region_name(code) or code for code in codes)
    return value_of(shared, name) or value_of(shared, "birth_date")[:4]


def fields_shown(shared: Shared) -> Iterator[SharedField]:
    """The fields of the categories that the row holds; of a birth that which is known."""
    for each in SHARED_FIELDS:
        is_other = each.name == "birth_year" and value_of(shared, "birth_date")
        if each.category in shared.content and not is_other:
            yield each
