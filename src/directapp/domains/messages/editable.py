"""Editable: the messages whose words a company may write itself, to customers, to vendors and to colleagues."""

from dataclasses import dataclass

from directapp.domains.messages.catalogue import NOTICES
from directapp.kernel.text import Text, _, ngettext, pgettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """What a customer or a vendor is told: a letter, and a text message where there is one."""

    code: str
    label: Text
    subject: Text
    body: Text
    button: Text
    sms: Text | None = None


CUSTOMER: dict[str, Outward] = {
    one.code: one
    for one in (
        Outward(
            code="customer.ready",
            label=_("To the customer: the car is prepared"),
            subject=_("Your {model} is prepared"),
            body=_(
                "Hello {first}. Your car has been prepared and approved. {seller} will be in touch to agree on"
                " a time for the hand-over."
            ),
            button=_("Follow your car"),
        ),
        Outward(
            code="customer.pickup",
            label=_("To the customer: ready for pick-up"),
            subject=_("Your {model} is ready for pick-up"),
            body=_(
                "Hello {first}. Your car is ready at {site}. {detail}Bring your driving licence, and we will go"
                " through the car together."
            ),
            button=_("See time and place"),
            sms=_("Hello {first}! Your car is ready for pick-up at {site}. {detail}Follow it: {link}"),
        ),
        Outward(
            code="customer.tomorrow",
            label=_("To the customer: delivery tomorrow"),
            subject=_("Tomorrow you get your {model}"),
            body=_("Hello {first}. Tomorrow, {when}, your car is handed over at {site}. {detail}{call}"),
            button=_("See time and place"),
            sms=_("Hello {first}! Tomorrow, {when}, your car is handed over at {site}. {detail}{link}"),
        ),
        Outward(
            code="customer.link",
            label=_("To the customer: follow the car"),
            subject=_("Follow your {model} to delivery"),
            body=_("Hello {first}. Here you can see how far your car has come, and when to expect it."),
            button=_("Follow your car"),
            sms=_("Hello {first}! Follow your car to delivery: {link} Regards, {site}"),
        ),
    )
}
VENDOR: dict[str, Outward] = {
    "vendor.request": Outward(
        code="vendor.request",
        label=_("To a vendor: work"),
        subject=_("Work from {site}: {car}"),
        body=_(
            "Hello {first}. We would like help with this: {detail} Answer with a price, a delay or done by the"
            " link. You need no account."
        ),
        button=pgettext("button", "Answer"),
        sms=_("Work from {site}: {car}. {detail} Answer: {link}"),
    ),
    "vendor.codes": Outward(
        code="vendor.codes",
        label=_("To a vendor: which work"),
        subject=_("Which work is the answer about?"),
        body=_("You have several works, and the answer does not say which. Answer with the code: {detail}"),
        button=pgettext("button", "Answer"),
        sms=_(
            "You have several works, and your answer does not say which. Answer with the code, for instance DONE"
            " {code}. Open: {detail}"
        ),
    ),
}
OUTWARD: dict[str, Outward] = {**CUSTOMER, **VENDOR}
# The letter that tells, once a day, of all that a person has not read.
DIGEST = Outward(
    code="digest",
    label=_("Today’s overview"),
    subject=_("Today’s overview: {count}"),
    body=_("Hello {first}. This is new since you last looked."),
    button=_("See all notifications"),
)
UNREAD = ngettext("1 unread notification", "{count} unread notifications")
# What colleagues are told, as what may be written in own words.
COLLEAGUES: dict[str, Outward] = {
    **{
        one.code: Outward(code=one.code, label=one.label, subject=one.title, body=one.body, button=one.button)
        for one in NOTICES.values()
    },
    DIGEST.code: DIGEST,
}
EDITABLE: dict[str, Outward] = {**OUTWARD, **COLLEAGUES}
