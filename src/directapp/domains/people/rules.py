"""Rules of people and sites: pure functions of a Case, and the guards that the verbs share with them."""

from collections.abc import Iterable

from directapp.declare.case import Case
from directapp.declare.names import FieldName, Patch, Row
from directapp.domains.people.fields import PREPARING, SELLING, Dealerships, Users
from directapp.domains.people.roles import ADMIN, ASKED_TOGETHER, AUDITOR, LABELS, NEVER_TOGETHER, READING, given_by
from directapp.kernel.actor import Actor
from directapp.kernel.errors import Problem
from directapp.kernel.roles import CustomRole, role_codes
from directapp.kernel.text import Text, _, join, verbatim

OWN_RIGHTS = _("You cannot change your own rights. Ask another administrator or manager.")
ABOVE = _("Only an administrator may give or change rights at this level.")
OWN_EMAIL = _("Your own e-mail is changed under My profile, with your password and a confirmation from both addresses.")
THEIR_EMAIL = _("The user changes the e-mail under My profile, or ask an administrator.")
BEYOND = _("Only an administrator may give the role {role}.")
OTHER_SITE = _("You manage users of your own site only.")
NO_ROLE = _("Choose at least one role.")
_APART = _("The same person cannot be {one} and {other}: one role controls what the other does.")
_TOGETHER = _("{one} and {other} in one person: nobody else controls what this person does.")
NO_SITE = _("Choose a site. Only administrators go without.")


# --- users ----------------------------------------


def is_admin(roles: Iterable[str] | None) -> bool:
    """Whether roles reach the whole tenant."""
    return ADMIN in set(roles or ())


def roles_and_site(case: Case) -> list[Problem]:
    """Demand a role of everyone, and a dealership of everyone but administrators."""
    if case.before is not None and not case.changed(Users.roles, Users.custom_roles, Users.dealership):
        return []
    roles = case.get(Users.roles) or []
    problems = [] if roles or case.get(Users.custom_roles) else [Problem(NO_ROLE, field=Users.roles)]
    if case.get(Users.dealership) is None and not is_admin(roles):
        problems.append(Problem(NO_SITE, field=Users.dealership))
    return problems


def roles_that_conflict(case: Case) -> list[Problem]:
    """Refuse roles of which one controls the other in one hand; some are let through when somebody says yes."""
    return conflicts(case.get(Users.roles) or ()) if case.changed(Users.roles) else []


def conflicts(roles: Iterable[str]) -> list[Problem]:
    """Return why roles do not go together, with code CONFIRM where they may after all."""
    held = set(roles)
    writing = sorted(held - READING) if AUDITOR in held else []
    never = [*(pair for pair in NEVER_TOGETHER if held.issuperset(pair)), *((AUDITOR, role) for role in writing)]
    asked = [pair for pair in ASKED_TOGETHER if held.issuperset(pair)]
    return [
        *(_conflict(_APART, pair) for pair in never),
        *(_conflict(_TOGETHER, pair, code="CONFIRM") for pair in asked),
    ]


def _conflict(message: Text, pair: tuple[str, str], code: str | None = None) -> Problem:
    one, other = (LABELS.get(role, verbatim(role)) for role in pair)
    return Problem(message.fill(one=one, other=other), field=Users.roles, code=code)


def not_own_rights(case: Case) -> list[Problem]:
    """Nobody takes or gives rights to themselves: so there is always an administrator left."""
    if case.actor.is_system or case.before is None or case.was(Users.id) != case.actor.user:
        return []
    return [
        Problem(OWN_RIGHTS, field=name)
        for name in (Users.roles, Users.custom_roles, Users.active)
        if case.changed(name)
    ]


def not_above_own(case: Case) -> list[Problem]:
    """Only an administrator makes, unmakes or changes an administrator (own profile apart)."""
    if case.actor.is_system or is_admin(case.actor.roles) or case.was(Users.id) == case.actor.user:
        return []
    if is_admin(case.was(Users.roles)) or is_admin(case.get(Users.roles)):
        return [Problem(ABOVE, field=Users.roles if case.changed(Users.roles) else None, code="CONFLICT")]
    return []


def email_by_its_own_way(case: Case) -> list[Problem]:
    """Let an address in use be changed by its user alone, who confirms it; administrators help others."""
    if case.actor.is_system or case.before is None or not case.changed(Users.email):
        return []
    if case.was(Users.id) == case.actor.user:
        return [Problem(OWN_EMAIL, field=Users.email)]
    if is_admin(case.actor.roles):
        return []
    # A link for a password goes to the address: whoever sets it becomes a user who never signed in.
    own = case.was(Users.custom_roles) or ()
    above = bool(own) or not_given_by(case.actor, case.was(Users.roles) or ()) is not None
    return [Problem(THEIR_EMAIL, field=Users.email)] if above or case.was(Users.last_seen_at) is not None else []


def mark_administrator(case: Case) -> Patch:
    """Store whether the user is an administrator, so that a row rule can ask it."""
    return {Users.administrator: is_admin(case.get(Users.roles))}


def end_sessions_of_inactive(case: Case) -> Patch:
    """Note when a user was deactivated: sessions from before never count again."""
    if case.was(Users.active) and not case.get(Users.active):
        return {Users.sessions_ended_at: case.now}
    return {}


def mark_deactivated_here(case: Case) -> Patch:
    """Note whether a person shut the user out, and not a directory: the one stays, the other follows the directory."""
    if not case.changed(Users.active):
        return {}
    if case.get(Users.active):
        return {Users.deactivated_here: False}
    return {} if case.actor.is_system else {Users.deactivated_here: True}


def not_given_by(actor: Actor, roles: Iterable[str], field: FieldName[object] | None = None) -> Problem | None:
    """Say which of some roles an actor may not give."""
    given = given_by(actor)
    found = [LABELS.get(code, verbatim(code)) for code in roles if code not in given]
    if not found:
        return None
    return Problem(BEYOND.fill(role=join(found, ", ")), field=field)


def may_manage(actor: Actor, target: Row, roles: Iterable[str] | None = None) -> Problem | None:
    """Say why an actor may not manage a user, or give these roles; None where they may."""
    if target.get(Users.id) is not None and target.get(Users.id) == actor.user:
        return Problem(OWN_RIGHTS)
    if is_admin(actor.roles):
        return None
    if is_admin(target.get(Users.roles)) or is_admin(roles):
        return Problem(ABOVE, field=None if roles is None else Users.roles)
    if actor.site is None or target.get(Users.dealership) != actor.site:
        return Problem(OTHER_SITE, field=Users.dealership)
    return None


def key_roles(actor: Actor, wanted: Iterable[str] | None) -> tuple[list[str], list[str], Problem | None]:
    """Return the roles of a new API key, the product's and the company's own, never more than the actor's.

    Where none are chosen they are all of the actor's; else those of the company's own that are chosen too.
    """
    own = [role.code for role in actor.roles if isinstance(role, CustomRole)]
    chosen = list(wanted or ()) or role_codes(actor.roles)
    beyond = next((code for code in chosen if code not in own and code not in actor.roles), None)
    if beyond is None:
        return [c for c in chosen if c not in own], [c for c in chosen if c in own], None
    message = _("You do not have the role {role} yourself.")
    return [], [], Problem(message.fill(role=LABELS.get(beyond, beyond)), field=Users.roles)


# --- dealerships ----------------------------------------


def prep_fits_type(case: Case) -> list[Problem]:
    """Demand a prep centre where a site only sells, and that what does not prepare says so."""
    kind, problems = case.get(Dealerships.dealership_type), []
    if kind == "sales_only" and case.get(Dealerships.prep_center) is None:
        message = _("A site that only sells needs a prep centre.")
        problems.append(Problem(message, field=Dealerships.prep_center))
    if kind is not None and kind not in PREPARING and case.get(Dealerships.does_own_prep):
        message = (
            _("A site that only sells does no prep itself.") if kind in SELLING else _("Such a site does no prep.")
        )
        problems.append(Problem(message, field=Dealerships.does_own_prep))
    return problems


def prep_center_fits(case: Case) -> list[Problem]:
    """Demand that a prep centre is a site that prepares cars."""
    if case.get(Dealerships.prep_center) is None or not case.changed(
        Dealerships.prep_center, Dealerships.dealership_type
    ):
        return []
    own = case.get(Dealerships.prep_center) == case.get(Dealerships.id)
    kind = case.get(Dealerships.dealership_type) if own else case.one("prep").get(Dealerships.dealership_type)
    if kind is None or kind in PREPARING:
        return []
    message = _("That site prepares no cars; choose another.")
    return [Problem(message, field=Dealerships.prep_center)]


def has_a_position(case: Case) -> list[Problem]:
    """Demand both coordinates, or none."""
    missing = [name for name in (Dealerships.latitude, Dealerships.longitude) if case.get(name) is None]
    if len(missing) != 1:
        return []
    return [Problem(_("A position has both a latitude and a longitude."), field=missing[0])]
