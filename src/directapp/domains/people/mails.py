"""Letters about signing in: invitation and new password, in the reader's language."""

from dataclasses import dataclass
from html import escape
from typing import Literal

from directapp.kernel.text import Text, _

Purpose = Literal["invite", "reset", "email_old", "email_new"]
# An invitation that carries no link of its own: the company signs in at a provider.
Letter = Literal[Purpose, "invite_provider"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as text and as minimal HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Letter:
    subject: Text
    why: Text
    button: Text
    ending: Text


_NOTHING_TO_DO = _("The link works once and is good for {life}. If it was not you, there is nothing you need to do.")
_LETTERS: dict[str, _Letter] = {
    "invite": _Letter(
        subject=_("Welcome to DirectApp at {brand}"),
        why=_("You have been added as a user at {brand}. Choose a password to get started."),
        button=_("Choose password"),
        ending=_("The link works once and is good for {life}. If it has expired, your manager can make a new one."),
    ),
    "invite_provider": _Letter(
        subject=_("Welcome to DirectApp at {brand}"),
        why=_("You have been added as a user at {brand}. Sign in with your company account."),
        button=_("Sign in"),
        ending=_("If you do not get in, ask your manager."),
    ),
    "reset": _Letter(
        subject=_("New password for DirectApp at {brand}"),
        why=_("Somebody asked for a new password for this address."),
        button=_("Choose new password"),
        ending=_NOTHING_TO_DO,
    ),
    "email_old": _Letter(
        subject=_("Confirm a new e-mail address in DirectApp"),
        why=_(
            "Somebody who knows your password asked that you be {email} in DirectApp from now on. Confirm it here, and"
            " from the new address."
        ),
        button=_("Confirm the change"),
        ending=_("The link works once and is good for {life}. If it was not you, change your password now instead."),
    ),
    "email_new": _Letter(
        subject=_("Confirm a new e-mail address in DirectApp"),
        why=_("This address is to become yours in DirectApp at {brand}. Confirm it here, and from the old address."),
        button=_("Confirm the address"),
        ending=_NOTHING_TO_DO,
    ),
}

_RESET_SUBJECT = _("Your second factor in DirectApp was reset")
_RESET_WHY = _(
    "{asker} has reset your second factor at {brand}, and you are signed out everywhere. Sign in and set up a new one."
)
_RESET_ENDING = _("If you did not ask for it, tell your manager at once.")
_ASKED = _("{asker} asked for a new password for you.")
_GREETING = _("Hello {name},")


def link_mail(
    purpose: Letter,
    language: str,
    *,
    name: str,
    brand: str,
    link: str,
    life: Text,
    asker: str | None = None,
    email: str = "",
) -> Mail:
    """Return the letter that carries a one-time link.

    ``asker`` is who wanted it sent, where not the reader; ``email`` the address that is to be confirmed.
    """
    letter = _LETTERS[purpose]
    said = {"brand": brand, "name": name, "life": life, "asker": asker or "", "email": email}
    reason = letter.why if asker is None else _ASKED
    subject, greeting, why, ending = (
        part.fill(**said).pick(language) for part in (letter.subject, _GREETING, reason, letter.ending)
    )
    button = letter.button.pick(language)
    text = f"{greeting}\n\n{why}\n\n{button}: {link}\n\n{ending}\n\n{brand}\n"
    href = f'<a href="{escape(link)}">{escape(button)}</a>'
    html = _html(language, *(escape(p) for p in (greeting, why)), href, *(escape(p) for p in (ending, brand)))
    return Mail(subject=_one_line(subject), text=text, html=html)


def second_factor_mail(language: str, *, name: str, brand: str, asker: str) -> Mail:
    """Return the letter to a person whose second factor was reset."""
    said = {"name": name, "brand": brand, "asker": asker}
    greeting, why, ending = (part.fill(**said).pick(language) for part in (_GREETING, _RESET_WHY, _RESET_ENDING))
    text = f"{greeting}\n\n{why}\n\n{ending}\n\n{brand}\n"
    html = _html(language, *(escape(p) for p in (greeting, why, ending, brand)))
    return Mail(subject=_one_line(_RESET_SUBJECT.pick(language)), text=text, html=html)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _html(language: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8"><body>{body}</body></html>'
