"""What headquarters does with accounts and tokens: each act is checked and kept with its author.

Nobody changes the own account here, so somebody who may manage always stays.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, update

from campaigns.wording.catalogues import N_
from crm.accounts.changes import AccountChange, What, log_change, rights
from crm.accounts.invitations import fitting_roles, invite, reset_link, take_back
from crm.accounts.people import Account, account_of
from crm.accounts.roles import AccountInvalid, checked_regions
from crm.accounts.second_factor import forget_factor
from crm.accounts.sessions import end_sessions_of
from crm.accounts.tables import ACCOUNT, INVITATION
from crm.accounts.tokens import Token, add_token_row, revoke_in
from crm.scope import OutOfScope, Scope
from crm.storage.database import writing


@dataclass(frozen=True, slots=True)
class Manager:
    """Who manages, and when; OutOfScope for whoever may not."""

    engine: Engine
    scope: Scope
    actor: str
    now_us: int

    def __post_init__(self) -> None:
        """The right is asked for before anything is done."""
        self.scope.require("accounts", "who manages accounts")

    def invite(
        self,
        roles: Collection[str],
        dealer: str | None,
        dealers: Collection[str],
        regions: Collection[str] = (),
    ) -> str:
        """The secret of a link to a new account; AccountInvalid."""
        return invite(self.engine, roles, dealer, dealers, self.actor, self.now_us, regions)

    def take_back(self, number: str) -> None:
        """A link that nobody used yet opens nothing any more; LinkSpent."""
        with writing(self.engine) as connection:
            take_back(connection, number, self.actor, self.now_us)

    def change_roles(
        self,
        actor: str,
        roles: Collection[str],
        dealer: str | None,
        dealers: Collection[str],
        regions: Collection[str] = (),
    ) -> None:
        """Other roles from now on; who is signed in has to do so again, unless they are the same.

        AccountInvalid.
        """
        kept, within = fitting_roles(roles, dealer, dealers), checked_regions(roles, regions)
        with writing(self.engine) as connection:
            known = self._other(connection, actor)
            if (known.roles, known.dealer, known.regions) == (kept, dealer, within):
                return
            values = {"roles": " ".join(kept), "dealer": dealer, "regions": " ".join(within)}
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(values))
            end_sessions_of(connection, actor)
            self._log(connection, "roles", actor, rights(kept, dealer, within))

    def reset_password(self, actor: str) -> str:
        """The secret of a link to a new password; AccountInvalid."""
        with writing(self.engine) as connection:
            self._other(connection, actor)
            self._log(connection, "password", actor)
            return reset_link(connection, actor, self.actor, self.now_us)

    def reset_factor(self, actor: str) -> None:
        """The second factor is to be set up anew; AccountInvalid."""
        with writing(self.engine) as connection:
            self._other(connection, actor)
            forget_factor(connection, actor)
            end_sessions_of(connection, actor)
            self._log(connection, "factor", actor)

    def sign_out(self, actor: str) -> None:
        """Everywhere: a phone that is lost opens nothing any more; AccountInvalid."""
        with writing(self.engine) as connection:
            self._other(connection, actor)
            end_sessions_of(connection, actor)
            self._log(connection, "signed_out", actor)

    def close(self, actor: str) -> None:
        """Nobody signs in with it any more; AccountInvalid."""
        with writing(self.engine) as connection:
            self._other(connection, actor)
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.actor == actor).values(active=False))
            connection.execute(INVITATION.delete().where(INVITATION.c.actor == actor))
            end_sessions_of(connection, actor)
            self._log(connection, "closed", actor)

    def make_token(self, name: str, role: str, dealer: str | None, dealers: Collection[str]) -> str:
        """A new token, which is shown this once; AccountInvalid."""
        if dealer is not None and dealer not in dealers:
            raise AccountInvalid(N_("没有这家经销商：先登记经销商合同"))
        with writing(self.engine) as connection:
            token, actor = add_token_row(connection, name, role, dealer)
            self._log(connection, "token_made", actor, rights([role], dealer))
        return token

    def revoke_token(self, token_id: str) -> Token:
        """From now on it opens nothing; AccountInvalid."""
        with writing(self.engine) as connection:
            revoked = revoke_in(connection, token_id)
            self._log(connection, "token_revoked", revoked.token_id)
        return revoked

    def _other(self, connection: Connection, actor: str) -> Account:
        """An open account that is not the manager's own; OutOfScope for who may not any more.

        Of two who close each other at once the first does: somebody who may always stays.
        """
        both = select(ACCOUNT.c.actor).where(ACCOUNT.c.actor.in_([actor, self.actor]))
        connection.execute(both.order_by(ACCOUNT.c.actor).with_for_update()).all()
        own = account_of(connection, self.actor)
        if own is None or not own.scope.may("accounts"):
            raise OutOfScope("who manages accounts")
        found = account_of(connection, actor)
        if found is None or actor == self.actor:
            raise AccountInvalid(N_("这个账号已关闭，或者是你自己的：自己的账号请别人来改。"))
        return found

    def _log(self, connection: Connection, what: What, subject: str, detail: str = "") -> None:
        log_change(connection, AccountChange(self.now_us, self.actor, what, subject, detail))
