"""Letters about signing in: invitation and new password, in the reader's language."""

from dataclasses import dataclass
from html import escape
from typing import Literal

from directapp.kernel.text import Text

Purpose = Literal["invite", "reset", "email_old", "email_new"]


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


_NOTHING_TO_DO = Text(
    "Lenken kan brukes én gang og gjelder i {life}. Var det ikke du som ba om den, se bort fra e-posten.",
    "The link works once and is good for {life}. If it was not you, there is nothing you need to do.",
)
_LETTERS: dict[str, _Letter] = {
    "invite": _Letter(
        subject=Text("Velkommen til DirectApp hos {brand}", "Welcome to DirectApp at {brand}"),
        why=Text(
            "Du er lagt til som bruker hos {brand}. Velg et passord for å komme i gang.",
            "You have been added as a user at {brand}. Choose a password to get started.",
        ),
        button=Text("Velg passord", "Choose password"),
        ending=Text(
            "Lenken kan brukes én gang og gjelder i {life}. Er den utløpt, kan daglig leder lage en ny.",
            "The link works once and is good for {life}. If it has expired, your manager can make a new one.",
        ),
    ),
    "reset": _Letter(
        subject=Text("Nytt passord til DirectApp hos {brand}", "New password for DirectApp at {brand}"),
        why=Text("Noen ba om nytt passord for denne adressen.", "Somebody asked for a new password for this address."),
        button=Text("Velg nytt passord", "Choose new password"),
        ending=_NOTHING_TO_DO,
    ),
    "email_old": _Letter(
        subject=Text("Bekreft ny e-postadresse i DirectApp", "Confirm a new e-mail address in DirectApp"),
        why=Text(
            "Noen som kjenner passordet ditt, ba om at du heretter er {email} i DirectApp. Bekreft det her, og fra den"
            " nye adressen.",
            "Somebody who knows your password asked that you be {email} in DirectApp from now on. Confirm it here, and"
            " from the new address.",
        ),
        button=Text("Bekreft endringen", "Confirm the change"),
        ending=Text(
            "Lenken virker én gang og gjelder i {life}. Var det ikke du, ikke bekreft, og bytt passord med en gang.",
            "The link works once and is good for {life}. If it was not you, change your password now instead.",
        ),
    ),
    "email_new": _Letter(
        subject=Text("Bekreft ny e-postadresse i DirectApp", "Confirm a new e-mail address in DirectApp"),
        why=Text(
            "Denne adressen skal bli din i DirectApp hos {brand}. Bekreft den her, og fra den gamle adressen.",
            "This address is to become yours in DirectApp at {brand}. Confirm it here, and from the old address.",
        ),
        button=Text("Bekreft adressen", "Confirm the address"),
        ending=_NOTHING_TO_DO,
    ),
}

_ASKED = Text("{asker} ba om nytt passord for deg.", "{asker} asked for a new password for you.")
_GREETING = Text("Hei {name},", "Hello {name},")


def link_mail(
    purpose: Purpose,
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


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _html(language: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8"><body>{body}</body></html>'
