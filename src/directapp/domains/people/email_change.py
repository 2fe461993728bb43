"""Another e-mail address of one's own: asked for with the password, confirmed from the old address and from the new."""

from collections.abc import Mapping

from directapp.declare.kinds import BadValueError, Kind, read
from directapp.domains.people import lockout
from directapp.domains.people.auth import demand_password
from directapp.domains.people.fields import USERS, OneTimeLinks, Users
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import RESET_LIFE, end_links, issue_link, link_path, use_up
from directapp.domains.people.links import DEAD_LINK, LinkSeen, brand_of, live_link, parse_link, read_link
from directapp.domains.people.mails import Purpose, link_mail
from directapp.domains.people.principal import load_user
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    ForbiddenError,
    InvalidError,
    NotUniqueError,
    Problem,
    StaleError,
    UnauthenticatedError,
)
from directapp.kernel.text import _

OLD: Purpose = "email_old"
NEW: Purpose = "email_new"
_OTHER: Mapping[str, Purpose] = {OLD: NEW, NEW: OLD}
_LIFE = _("one hour")
_SAME = _("That is the address you have.")
_TAKEN = _("The address cannot be used. Choose another one, and ask for confirmation again.")


async def ask_email_change(
    auth: Auth, actor: Actor, *, email: str, password: str, address: str, form: str | None = None
) -> None:
    """Send a link to the present address and one to the new; both have to be confirmed within the hour.

    A form that comes again with the same address sends nothing.

    Raises:
        ForbiddenError: the actor is not a person who signed in.
        InvalidError: the password is wrong, or the new address is none or the present one.
        TooManyError: too many wrong passwords.

    """
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    try:
        new = str(read(Kind.EMAIL, email))
    except BadValueError as error:
        raise InvalidError(Problem(error.text, field=Users.email)) from None
    sent = form and f"{actor.user} {new} {form}"
    async with auth.open(actor.tenant) as rows:
        old = str((await load_user(rows, actor.user))[Users.email])
        again = await rows.came_before(sent)
    if again:
        return
    if new == old:
        raise InvalidError(Problem(_SAME, field=Users.email))
    tried = lockout.attempt(old, address, str(actor.session))
    await demand_password(auth, actor.tenant, actor.user, password=password, tried=tried)
    now, tokens = auth.clock(), {}
    async with auth.open(actor.tenant) as rows:
        if await rows.came_before(sent):
            return
        await rows.keep_form(sent)
        user = await load_user(rows, actor.user)
        for link in await rows.find(
            "one_time_links", {OneTimeLinks.user: actor.user, OneTimeLinks.purpose: [OLD, NEW]}, limit=1000
        ):
            if link.row[OneTimeLinks.expires_at] > now:
                await rows.change({OneTimeLinks.expires_at: now}, on=link)
        for purpose, to in ((OLD, old), (NEW, new)):
            about = {"id": user[Users.id], "email": to}
            tokens[to] = purpose, await issue_link(rows, actor.tenant, about, purpose, now=now, life=RESET_LIFE)
        brand = await brand_of(rows, actor.tenant, user)
    for to, (purpose, token) in tokens.items():
        link = auth.base_url.rstrip("/") + link_path(token)
        said = {"name": user[Users.first_name], "brand": brand, "email": new}
        await auth.port.send_mail(to, link_mail(purpose, user[Users.language], link=link, life=_LIFE, **said))


async def confirm_email(auth: Auth, text: str) -> tuple[LinkSeen, bool]:
    """Confirm from one of the two addresses; return what the link said, and whether the address is changed now.

    Raises:
        UnauthenticatedError: the link is used, expired or none.
        InvalidError: the address has become somebody else's.

    """
    token, seen, now = parse_link(text), await read_link(auth, text), auth.clock()
    if seen.purpose not in _OTHER:
        raise UnauthenticatedError(DEAD_LINK)
    try:
        async with auth.open(token.tenant) as rows:
            link, user = await live_link(rows, token, now)
            await use_up(rows, link, now)
            pair = await rows.find(
                "one_time_links",
                {OneTimeLinks.user: user[Users.id], OneTimeLinks.purpose: _OTHER[seen.purpose]},
                limit=1000,
            )
            confirmed = [
                one.row
                for one in pair
                if one.row.get(OneTimeLinks.used_at) is not None and one.row[OneTimeLinks.expires_at] > now
            ]
            if not confirmed:
                return seen, False
            new = link.row[OneTimeLinks.sent_to] if seen.purpose == NEW else confirmed[0][OneTimeLinks.sent_to]
            await rows.change({Users.email: new}, on=await rows.look_up(USERS, user[Users.id]))
            await end_links(rows, user[Users.id], now)
    except StaleError:
        raise UnauthenticatedError(DEAD_LINK) from None
    except NotUniqueError:
        raise InvalidError(Problem(_TAKEN, field=Users.email)) from None
    await auth.port.notify_invalidation(token.tenant, seen.user)
    return seen, True
