"""Deleting an own field, and taking that back while its values are kept."""

from directapp.declare.case import Case
from directapp.declare.names import FieldName
from directapp.domains.own_fields.fields import OwnFields
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

_DELETED = _("The field is deleted already.")
_THERE = _("The field is not deleted.")
_OTHER = _("That is not the code of this field.")


def is_deleted(case: Case) -> Problem | None:
    """Return why a field cannot be deleted."""
    return None if case.get(OwnFields.deleted_at) is None else Problem(_DELETED)


def is_there(case: Case) -> Problem | None:
    """Return why a field cannot be restored."""
    return Problem(_THERE) if case.get(OwnFields.deleted_at) is None else None


async def remove(ctx: CommandContext) -> None:
    """Delete a field for whoever typed its code; its values are kept."""
    code: FieldName[str] = OwnFields.code
    if str(ctx.params[code]).strip() != ctx.target.row[code]:
        raise InvalidError(Problem(_OTHER, field=code))
    await ctx.change({OwnFields.deleted_at: ctx.now}, system="own_fields")


async def restore(ctx: CommandContext) -> None:
    """Take a deletion back: what stood in the field is seen again."""
    await ctx.change({OwnFields.deleted_at: None}, system="own_fields")
