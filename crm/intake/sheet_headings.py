"""What headings of their own senders said to mean: asked once, remembered for the next sheet."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Engine, select

from campaigns.intake import Credential
from campaigns.sheets.columns import plain_heading
from crm.intake.tables import LONGEST_HEADING, SHEET_HEADING
from crm.storage.bulk import driver_values, replace_rows
from crm.storage.database import reading, writing


def sender_of_sheets(credential: Credential) -> str:
    """Whose headings they are: a dealer's hands are one sender."""
    if credential.dealer is not None:
        return credential.journaled_role
    return credential.actor or credential.role


def remembered(engine: Engine, sender: str, headings: Collection[str]) -> dict[str, str]:
    """Those of the headings, as they are written, that the sender said the meaning of before."""
    with reading(engine) as connection:
        known = _known(connection, sender)
    return {
        heading: known[plain]
        for heading in headings
        if (plain := plain_heading(heading)[:LONGEST_HEADING]) in known
    }


def remember(engine: Engine, sender: str, said: Mapping[str, str]) -> None:
    """Keep what headings mean; the last word holds."""
    rows = {plain_heading(heading)[:LONGEST_HEADING]: key for heading, key in said.items()}
    with reading(engine) as connection:
        known = _known(connection, sender)
    new = {heading: key for heading, key in rows.items() if known.get(heading) != key}
    if not new:
        return
    values = [{"sender": sender, "heading": h, "key": new[h]} for h in sorted(new)]
    with writing(engine) as connection:
        replace_rows(connection, SHEET_HEADING, driver_values(connection, SHEET_HEADING, values))


def _known(connection: Connection, sender: str) -> dict[str, str]:
    query = select(SHEET_HEADING.c.heading, SHEET_HEADING.c.key)
    return {h: key for h, key in connection.execute(query.where(SHEET_HEADING.c.sender == sender))}
