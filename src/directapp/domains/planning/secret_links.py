"""Secret links: addresses that open one record without a sign-in, kept as digests, until they are revoked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import Field, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName
from directapp.domains.planning.rights import SYSTEM
from directapp.kernel.errors import NotFoundError, Problem
from directapp.kernel.text import _
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret
from directapp.services.command import CommandContext

_SELDOM = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SecretLinks:
    """The links to the records of one collection: the kind of their tokens, and the fields that hold them."""

    collection: str
    kind: TokenKind
    secret_hash: FieldName[str]
    last_read_at: FieldName[datetime]
    revoked_at: FieldName[datetime]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the declarations of the fields."""
        return (
            field(self.secret_hash, _("Key"), max_length=100, secret=True, computed=True),
            field(self.last_read_at, _("Last read"), Kind.INSTANT, computed=True),
            field(self.revoked_at, _("Revoked"), Kind.INSTANT, computed=True),
        )

    async def make(self, ctx: CommandContext, values: Mapping[str, Any]) -> str:
        """Make a record with a link; it is the command's answer. Return the text of its token, which nobody keeps."""
        secret = new_secret()
        ctx.answer = await ctx.create(self.collection, {**values, self.secret_hash: digest(secret)}, system=SYSTEM)
        return Token(self.kind, ctx.actor.tenant, ctx.answer.id, secret).text

    async def revoke(self, ctx: CommandContext) -> None:
        """Make the address useless."""
        await ctx.change({self.revoked_at: ctx.now}, system=SYSTEM)

    def revoked(self, case: Case) -> Problem | None:
        """Say that a link is revoked already, where it is."""
        if case.get(self.revoked_at) is None:
            return None
        return Problem(_("The link is already revoked."), field=self.revoked_at, code="CONFLICT")

    def refuse_strangers(self, ctx: CommandContext) -> None:
        """Let nobody in but who holds the secret of a link that still works.

        Raises:
            NotFoundError: the secret is another, or the link is revoked.

        """
        row = ctx.target.row
        token = Token(self.kind, ctx.actor.tenant, ctx.target.id, str(ctx.params["secret"]))
        if not token.matches(row[self.secret_hash]) or row.get(self.revoked_at) is not None:
            raise NotFoundError

    async def note_read(self, ctx: CommandContext) -> None:
        """Note when the link was last read, once an hour at most."""
        last = ctx.target.row.get(self.last_read_at)
        if last is None or ctx.now - last > _SELDOM:
            await ctx.change({self.last_read_at: ctx.now}, system=SYSTEM)
