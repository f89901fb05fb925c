"""What was accepted before the backup is there after a restore; what was erased stays erased."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import BigInteger, Boolean, insert, select, update

from campaigns.intake import HEADQUARTERS
from crm.accounts.invitations import LinkSpent, invite, use_link
from crm.accounts.people import add_user, find_user
from crm.accounts.tables import ACCOUNT, API_TOKEN, WEB_SESSION
from crm.accounts.tokens import add_token, credential_of_token
from crm.attachments.store import AttachmentStore
from crm.feed.tables import COPY_ACKNOWLEDGEMENT
from crm.journal.events import decode, rows_after
from crm.keyring.keyring import KeyLost
from crm.members.register import Giver, LinkEnded, end_link, follow_link, make_link
from crm.operations.status import stored_status
from crm.storage.database import open_engine, reading, writing
from streams.backup.fence import erasures
from streams.backup.making import BackupRefused, back_up
from streams.backup.manifest import FILES, NAME, BackupUnusable
from streams.backup.restoring import RestoreRefused
from streams.running.lease import WorkerRunning, lease
from tests.examples import a_card, written
from tests.installations import Installation, assert_same
from tests.integration.backup.backups import (
    backed_up,
    erase_c1,
    in_plain,
    lose_data,
    opened,
    restored,
)
from tests.integration.laws.erased_life import BUYER, found_in
from tests.killed_processes import kept
from tests.seasons import assert_lawful
from tests.worlds import CLOCK_US

PNG = b"\x89PNG\r\n\x1a\n" + b"a signature" * 20


def test_everything_that_was_accepted_before_the_backup_is_there_and_lawful(
    installation: Installation, tmp_path: Path
) -> None:
    # Accepted and not recorded yet: the restore records it.
    installation.intake.accept([written(a_card("late"))], HEADQUARTERS)
    backed_up(installation, tmp_path / "b")
    installation.work()
    before, events = installation.snapshot(), kept(installation)
    lose_data(installation, keys=True)
    done = restored(installation, tmp_path / "b")
    assert not done.keyring_kept and not done.since.known
    assert sorted(kept(installation)) == sorted(events)
    assert_same(before, installation.snapshot())
    assert BUYER in names_of_buyers(installation)
    assert_lawful(installation)


def names_of_buyers(installation: Installation) -> set[str | None]:
    with reading(installation.engine) as connection:
        events = decode(rows_after(connection, 0, 100_000), installation.keyring)
    return {
        event.data.private.buyer_name  # type: ignore[attr-defined]
        for event in events
        if event.type_name == "purchase.made" and event.data.private  # type: ignore[attr-defined]
    }


def test_it_goes_on_taking_events_in_after_a_restore(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    lose_data(installation, keys=False)
    restored(installation, tmp_path / "b")
    (receipt,) = installation.intake.accept([written(a_card("after"))], HEADQUARTERS)
    assert receipt.status == "accepted"
    installation.work()
    assert_lawful(installation)


def test_what_comes_in_while_a_backup_is_made_is_in_it_whole_or_not_at_all(
    installation: Installation, tmp_path: Path
) -> None:
    during: list[tuple[str, str]] = []

    def meanwhile(_done: int, _of: int) -> None:
        card = a_card(f"during{len(during)}")
        (receipt,) = installation.intake.accept([written(card)], HEADQUARTERS)
        during.append((receipt.source or "", receipt.id or ""))
        installation.work()

    before = set(kept(installation))
    back_up(opened(installation), tmp_path / "b", meanwhile)
    assert during
    lose_data(installation, keys=True)
    restored(installation, tmp_path / "b")
    after = set(kept(installation))
    assert before <= after
    with reading(installation.engine) as connection:
        events = decode(rows_after(connection, 0, 100_000), installation.keyring)
    assert all(event.data is not None for event in events)
    assert after - before <= set(during)
    assert_lawful(installation)


def test_nothing_in_a_backup_is_plain_nor_readable_by_others(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    assert in_plain(installation) != set()
    assert list(found_in(tmp_path / "b")) == []
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_what_was_erased_after_the_backup_is_erased_before_anything_is_served(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    erase_c1(installation)
    installation.work()
    done = restored(installation, tmp_path / "b", replace=True)
    # Nothing was recorded since: this is how it would be served.
    assert done.erased_again == 1
    assert in_plain(installation) == set()
    assert installation.keyring.data_keys(["card/c1"], create=True) == {"card/c1": None}
    installation.work()
    assert in_plain(installation) == set()
    assert_lawful(installation)
    again = restored(installation, tmp_path / "b", replace=True)
    assert again.since.events == 0, "what a restore has added is not lost by the next"


def test_a_list_that_was_put_aside_tells_of_erasures_when_the_keyring_is_gone(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    erase_c1(installation)
    lines = [orjson.dumps({"subject": each.subject}) for each in erasures(installation.keyring)]
    (tmp_path / "erasures.ndjson").write_bytes(b"\n".join(lines))
    lose_data(installation, keys=True)
    done = restored(installation, tmp_path / "b", erasures=[tmp_path / "erasures.ndjson"])
    assert done.erased_again == 1
    assert in_plain(installation) == set()
    assert_lawful(installation)


def test_a_newer_backup_tells_of_erasures_to_an_older_one(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "older")
    erase_c1(installation)
    backed_up(installation, tmp_path / "newer")
    lose_data(installation, keys=True)
    done = restored(installation, tmp_path / "older", erasures=[tmp_path / "newer"])
    assert done.erased_again == 1
    assert in_plain(installation) == set()


def test_attachments_come_back_but_for_those_of_erased_cards(
    installation: Installation, tmp_path: Path
) -> None:
    store = AttachmentStore(installation.keyring)
    name = sha256(PNG).hexdigest()
    for card in ("c1", "c2"):
        store.put(card, PNG, "u-1", 5)
    assert backed_up(installation, tmp_path / "b").attachments == 2
    erase_c1(installation)
    lose_data(installation, keys=False)
    restored(installation, tmp_path / "b")
    store = AttachmentStore(installation.keyring)
    assert store.has("c2", name) and store.get("c2", name) is not None
    assert not store.has("c1", name)


def test_keys_made_since_the_backup_are_kept(installation: Installation, tmp_path: Path) -> None:
    backed_up(installation, tmp_path / "b")
    made = installation.keyring.data_keys(["card/since", "card/c1"], create=True)
    restored(installation, tmp_path / "b", replace=True)
    assert installation.keyring.data_keys(made, create=False) == made


def test_the_keyring_of_another_installation_is_refused(tmp_path: Path) -> None:
    with Installation() as one, Installation() as other:
        other.keyring.destroy("installation/content")
        with writing(other.keyring.engine) as connection:
            connection.exec_driver_sql("DELETE FROM fence")
        other.keyring.secret("content")
        (tmp_path / "key").write_bytes(one.settings.master_key_file.read_bytes())
        backed_up(one, tmp_path / "b")
        with pytest.raises(KeyLost):
            restored(other, tmp_path / "b", older_master_key=tmp_path / "key")


def test_a_place_that_holds_anything_is_left_alone_unless_it_is_to_be_replaced(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    installation.intake.accept([written(a_card("since"))], HEADQUARTERS)
    events = kept(installation)
    with pytest.raises(RestoreRefused, match="not empty"):
        restored(installation, tmp_path / "b")
    assert kept(installation) == events
    done = restored(installation, tmp_path / "b", replace=True)
    assert done.since.known and done.since.events == 1
    assert len(kept(installation)) == len(events) - 1


def test_nothing_is_replaced_under_somebody_who_works_or_is_connected(
    installation: Installation, tmp_path: Path
) -> None:
    backed_up(installation, tmp_path / "b")
    before = installation.snapshot()
    with lease(installation.settings), pytest.raises(WorkerRunning):
        restored(installation, tmp_path / "b", replace=True)
    other = open_engine(installation.settings.database_url)
    with reading(other) as reader:
        reader.exec_driver_sql("SELECT count(*) FROM journal")
        with pytest.raises(RestoreRefused, match="somebody is connected"):
            restored(installation, tmp_path / "b", replace=True)
    other.dispose()
    assert_same(before, installation.snapshot())


@pytest.mark.parametrize("name", [*FILES, NAME])
@pytest.mark.parametrize("harm", ["gone", "one bit", "cut off"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_changes(
    name: str, harm: str, tmp_path: Path
) -> None:
    with Installation() as small:
        small.intake.accept([written(a_card("c1"))], HEADQUARTERS)
        backed_up(small, tmp_path / "b")
        file = tmp_path / "b" / name
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        if harm == "gone":
            file.unlink()
        else:
            file.write_bytes(content[: len(content) // 2] if harm == "cut off" else content)
        with pytest.raises((BackupUnusable, RestoreRefused)):
            restored(small, tmp_path / "b", replace=name != NAME)
        assert len(kept(small)) == 1


def test_a_copy_of_the_folder_is_no_backup(tmp_path: Path) -> None:
    with Installation() as small, pytest.raises(BackupUnusable, match="no backup"):
        restored(small, small.folder)


def test_a_backup_never_takes_the_place_of_anything(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with Installation() as small, pytest.raises(BackupRefused, match="there already"):
        backed_up(small, tmp_path / "b")
    assert list((tmp_path / "b").iterdir()) == []


def test_a_database_that_nothing_can_read_is_replaced(tmp_path: Path) -> None:
    with Installation() as small:
        small.intake.accept([written(a_card("c1"))], HEADQUARTERS)
        small.work()
        backed_up(small, tmp_path / "b")
        small.close()
        for file in small.folder.glob("jinxi.db*"):
            file.write_bytes(b"no database at all" * 500)
        done = restored(small, tmp_path / "b", replace=True)
        assert done.keyring_kept and not done.since.known
        assert len(kept(small)) == 1
        assert_lawful(small)


def test_a_restore_says_which_dealers_know_more(installation: Installation, tmp_path: Path) -> None:
    backed_up(installation, tmp_path / "b")
    said = {
        "dealer": "D1",
        "day": date(2026, 5, 1),
        "up_to": 4_711,
        "digest": "0" * 64,
        "rows": 1,
        "state": "equal",
        "closes_up_to": 0,
        "at_us": CLOCK_US,
        "actor": "t-1",
        "claimed_at": "now",
    }
    with writing(installation.engine) as connection:
        connection.execute(insert(COPY_ACKNOWLEDGEMENT), [said])
    done = restored(installation, tmp_path / "b", replace=True)
    assert list(done.since.dealers) == ["D1"]
    assert done.since.dealers["D1"].told == 4_711 > done.since.dealers["D1"].restored


def test_tokens_revoked_and_accounts_closed_since_stay_closed(
    installation: Installation, tmp_path: Path
) -> None:
    token = add_token(installation.engine, "erp", "headquarters")
    add_user(installation.engine, "wang.fang", "only-for-tests-1", ("staff",))
    backed_up(installation, tmp_path / "b")
    with writing(installation.engine) as connection:
        connection.execute(update(API_TOKEN).values(revoked_us=CLOCK_US))
        connection.execute(update(ACCOUNT).values(active=False))
    restored(installation, tmp_path / "b", replace=True)
    with reading(installation.engine) as connection:
        assert credential_of_token(connection, token) is None
        assert connection.execute(select(ACCOUNT.c.active)).scalars().all() == [False]


def test_nobody_gets_back_a_role_that_was_taken_since(
    installation: Installation, tmp_path: Path
) -> None:
    add_user(installation.engine, "wang.fang", "only-for-tests-1", ("headquarters",))
    backed_up(installation, tmp_path / "b")
    with writing(installation.engine) as connection:
        connection.execute(update(ACCOUNT).values(roles="dealer", dealer="D1"))
    restored(installation, tmp_path / "b", replace=True)
    with reading(installation.engine) as connection:
        account = find_user(connection, "wang.fang")
    assert account is not None and (account.roles, account.dealer) == (("dealer",), "D1")


def test_no_link_is_good_after_a_restore(installation: Installation, tmp_path: Path) -> None:
    engine = installation.engine
    office = add_user(engine, "office", "only-for-tests-1", ("headquarters",))
    invited = invite(engine, ("headquarters",), None, (), office, CLOCK_US)
    given = make_link(engine, "M1", Giver(office, None), CLOCK_US)
    assert follow_link(engine, given, CLOCK_US).member == "M1"
    backed_up(installation, tmp_path / "b")
    use_link(engine, invited, "wang.fang", "only-for-tests-1", CLOCK_US)
    end_link(engine, "M1", office, CLOCK_US)
    restored(installation, tmp_path / "b", replace=True)
    with pytest.raises(LinkSpent):
        use_link(installation.engine, invited, "li.na", "only-for-tests-1", CLOCK_US)
    with pytest.raises(LinkEnded):
        follow_link(installation.engine, given, CLOCK_US)


def test_nobody_is_signed_in_after_a_restore(installation: Installation, tmp_path: Path) -> None:
    with writing(installation.engine) as connection:
        row: dict[str, Any] = {
            column.name: 1 if isinstance(column.type, BigInteger | Boolean) else "x"
            for column in WEB_SESSION.columns
        }
        connection.execute(insert(WEB_SESSION), [row])
    backed_up(installation, tmp_path / "b")
    restored(installation, tmp_path / "b", replace=True)
    with reading(installation.engine) as connection:
        assert connection.execute(select(WEB_SESSION)).all() == []


def test_the_status_knows_when_the_last_backup_was(
    installation: Installation, tmp_path: Path
) -> None:
    def last() -> int | None:
        with reading(installation.engine) as connection:
            return stored_status(connection).last_backup_us

    assert last() is None
    made = backed_up(installation, tmp_path / "b")
    assert last() == made.made_us
    lose_data(installation, keys=False)
    restored(installation, tmp_path / "b")
    assert last() == made.made_us
