"""Relatives and buyers as RelatedPerson: of other people only what the person's own card says."""

from campaigns.events.people import RelationStated
from campaigns.events.purchases import PurchaseMade
from crm.fhir.elements import details, identifier, part_id, reference
from crm.fhir.terms import CARD_ID, PURCHASE_ID, RELATIONS, Element


def relative(patient: Element, stated: RelationStated) -> Element:
    """Somebody with a card of their own: the card's id and the relation, nothing else."""
    return _related(patient, stated.relation) | {
        "id": part_id(patient["id"], "relative", [stated.other_card_id, stated.relation]),
        "identifier": [identifier(CARD_ID, stated.other_card_id)],
    }


def buyer(patient: Element, purchase: PurchaseMade) -> list[Element]:
    """Who paid for somebody else; a person who bought for themselves is no relative."""
    relation = purchase.buyer.relation if purchase.buyer else None
    name = purchase.private.buyer_name if purchase.private else None
    phone = purchase.private.buyer_phone if purchase.private else None
    if relation == "self" or not (relation or name or phone):
        return []
    found = _related(patient, relation or "other") | {
        "id": part_id(patient["id"], "buyer", purchase.purchase_id),
        **details({"bought": purchase.purchase_id}),
        "identifier": [identifier(PURCHASE_ID, purchase.purchase_id)],
    }
    if name:
        found["name"] = [{"text": name}]
    if phone:
        found["telecom"] = [{"system": "phone", "value": phone}]
    return [found]


def _related(patient: Element, relation: str) -> Element:
    meant = RELATIONS.get(relation, {}) | {"text": relation}
    return {
        "resourceType": "RelatedPerson",
        "id": "",
        "patient": reference(patient),
        "relationship": [meant],
    }
