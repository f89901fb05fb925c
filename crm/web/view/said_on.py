"""Where each thing that people can say is said: event type → the forms that say it."""

_LOG = "/log/{activity_id}/submit"
_PERSON = "/people/{name}"
_ROW = "/copy/row/{key}"

SAID_ON: dict[str, tuple[str, ...]] = {
    "activity.planned": ("/plan", "/plan/copy", "/plan/list", "/log/walk-in/submit"),
    "activity.changed": ("/activities/{activity_id}/change",),
    "activity.cancelled": ("/activities/{activity_id}/cancel",),
    "activity.held": ("/activities/{activity_id}/held", "/plan/list"),
    "activity.attended": (_LOG, "/log/{activity_id}/scan"),
    "card.registered": (_LOG,),
    "card.corrected": (f"{_PERSON}/correct", f"{_ROW}/correct"),
    "card.erased": ("/rights/{request_id}/erase",),
    "person.deceased": (f"{_PERSON}/deceased", f"{_ROW}/deceased"),
    "relation.stated": (f"{_PERSON}/relation",),
    "identity.same": (f"{_PERSON}/same", "/matching/decide"),
    "identity.different": (f"{_PERSON}/different", "/matching/decide"),
    "matching.published": ("/matching/publish",),
    "identity.undecided": (f"{_PERSON}/undecided",),
    "clinic.consulted": (_LOG,),
    "trial.started": (_LOG,),
    "trial.ended": (_LOG,),
    "purchase.made": (_LOG,),
    "purchase.returned": (_LOG,),
    "gift.given": (_LOG,),
    "club.joined": (_LOG,),
    "club.left": (_LOG,),
    "complaint.raised": (_LOG,),
    "referral.made": (_LOG,),
    "consent.given": (_LOG, f"{_PERSON}/consent"),
    "consent.refused": (_LOG, f"{_PERSON}/refuse"),
    "consent.withdrawn": (f"{_PERSON}/withdraw", f"{_ROW}/withdraw"),
    "complaint.resolved": (f"{_PERSON}/resolve",),
    "follow_up.done": ("/follow-ups/{trial_id}/{number}/done", f"{_ROW}/called"),
    "member.enrolled": ("/members/new",),
    "member.changed": ("/members/{code}/change",),
    "member.trained": ("/members/trained",),
    "member.left": ("/members/{code}/leave",),
    "value.transferred": ("/members/{code}/value",),
    "reward_policy.published": ("/policies/drafts/{draft_id}/publish",),
    "dealer.contracted": ("/dealers/contract",),
    "dealer.ended": ("/dealers/{dealer}/end/{contract_id}",),
    "reward.approved": ("/rewards/decide",),
    "reward.rejected": ("/rewards/decide",),
    "reward.paid": (
        "/rewards/{reward_id}/pay",
        "/rewards/{reward_id}/orders/{order_id}/tell",
        "/rewards/files/{file_id}/answer",
    ),
    "event.voided": ("/event/void", f"{_PERSON}/void"),
}
"""By the forms' addresses as the routes have them."""
