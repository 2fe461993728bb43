"""Access: who sees and edits what. Entries add up per row."""

from dataclasses import dataclass, field

from directapp.declare.rules import Everything, Rule
from directapp.kernel.text import Text

EVERY = "*"
# The system actor that seals anew under a new key; every collection with an encrypted field lists it.
KEYRING = "keyring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One access entry: a role, the rows it is about, and what the role may do there.

    ``read`` and ``write`` name field groups or single fields, ``*`` all.
    ``edit`` narrows the rows that may be written (default: those seen); ``states`` narrows it further
    by the workflow's present state and binds only the row as it was.
    ``full`` says that these rows are seen in full: their children and history follow.
    ``approve`` is a write right on groups whose fields only an approver sets.
    """

    role: str
    rows: Rule = field(default_factory=Everything)
    read: tuple[str, ...] = (EVERY,)
    write: tuple[str, ...] = ()
    edit: Rule | None = None
    states: tuple[str, ...] = ()
    create: bool = False
    delete: bool = False
    verbs: tuple[str, ...] = ()
    full: bool = True

    @property
    def edit_rule(self) -> Rule:
        """The rows that may be written, before states are asked."""
        return self.rows if self.edit is None else self.edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All entries of a collection.

    ``systems`` names the system actors that may work on every row of the tenant here, and nothing else;
    ``erasable`` rows are deleted where a person asks to be forgotten; those of other collections keep what is no
    person's. ``delete_why`` is demanded by ``schema lint`` wherever any grant deletes.
    """

    grants: tuple[Grant, ...]
    systems: tuple[str, ...] = ()
    delete_why: Text | None = None
    erasable: bool = False


def grants(roles: str, /, **entry: object) -> tuple[Grant, ...]:
    """Return the same entry for several roles, named with spaces between."""
    return tuple(Grant(role=role, **entry) for role in roles.split())  # type: ignore[arg-type]
