"""The catalogue: what colleagues are told of events, and customers and vendors, with its words in both languages.

``{car}`` names the car in every sentence; the other places are filled by the event handler that tells.
"""

from dataclasses import dataclass

from directapp.declare.events import Event
from directapp.declare.fields import Choice
from directapp.domains.cars import events as car_events
from directapp.domains.messages import events
from directapp.domains.planning import events as plan_events
from directapp.domains.records import events as record_events
from directapp.domains.registry import events as registry_events
from directapp.kernel.text import Text

T = Text
OPEN_CAR = T("Åpne bilen", "Open the car")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What colleagues are told of an event: ``email`` says whether a letter goes until they choose themselves.

    One event may have several, by how it went and to whom it is told.
    """

    code: str
    event: Event
    type: str
    label: Text
    title: Text
    body: Text
    priority: str = "normal"
    email: bool = False
    button: Text = OPEN_CAR


def _notice(  # noqa: PLR0917 - the parts that every notice has
    code: str, event: Event, type_: str, label: Text, title: Text, body: Text, **more: object
) -> Notice:
    return Notice(code=code, event=event, type=type_, label=label, title=title, body=body, **more)  # type: ignore[arg-type]


_ORDERS = (
    _notice(
        "order.new",
        car_events.REGISTERED,
        "order",
        T("Ny ordre", "New order"),
        T("Ny ordre: {car}", "New order: {car}"),
        T(
            "{who} har registrert ordre {order} hos {site}. Se over hvilke deler bilen trenger.",
            "{who} registered order {order} at {site}. Look over which parts the car needs.",
        ),
        email=True,
    ),
    _notice(
        "parts.ordered",
        car_events.PARTS_ORDERED_SELLER,
        "parts",
        T("Deler bestilt hos selgerforhandler", "Parts ordered at the selling site"),
        T("Deler bestilt: {car}", "Parts ordered: {car}"),
        T("{site} har bestilt deler til bilen.", "{site} has ordered parts for the car."),
    ),
    _notice(
        "accessories.changed",
        car_events.ACCESSORIES_CHANGED,
        "parts",
        T("Tilbehør endret etter bestilling", "Accessories changed after ordering"),
        T("Tilbehør endret: {car}", "Accessories changed: {car}"),
        T(
            "Deler var alt bestilt da tilbehøret ble endret. {detail}",
            "Parts were already ordered when the accessories changed. {detail}",
        ),
        priority="high",
        email=True,
    ),
    _notice(
        "parts.arrived",
        car_events.PARTS_ARRIVED,
        "parts",
        T("Deler ankommet", "Parts arrived"),
        T("Deler ankommet: {car}", "Parts arrived: {car}"),
        T("Delene er på plass hos {site}. {detail}", "The parts are here at {site}. {detail}"),
    ),
)
_ARRIVALS = (
    _notice(
        "arrival.prep",
        car_events.ARRIVED,
        "arrival",
        T("Ankommet klargjøring", "Arrived at prep centre"),
        T("Ankommet klargjøring: {car}", "Arrived at prep centre: {car}"),
        T("Bilen er mottatt hos {site} og venter på mottakskontroll.", "The car is at {site}, awaiting inspection."),
    ),
    _notice(
        "arrival.dealer",
        car_events.ARRIVED_DEALERSHIP,
        "arrival",
        T("Ankommet forhandler", "Arrived at dealership"),
        T("Ankommet forhandler: {car}", "Arrived at dealership: {car}"),
        T("Bilen er mottatt hos {site}.", "The car has been received at {site}."),
    ),
    _notice(
        "transfer.sent",
        car_events.TRANSFER_SENT,
        "transfer",
        T("Overføring sendt", "Transfer sent"),
        T("På vei: {car}", "On its way: {car}"),
        T("Sendt fra {origin} til {site}. {detail}", "Sent from {origin} to {site}. {detail}"),
    ),
    _notice(
        "transfer.received",
        car_events.TRANSFER_RECEIVED,
        "transfer",
        T("Overføring mottatt", "Transfer received"),
        T("Mottatt: {car}", "Received: {car}"),
        T("{site} har mottatt bilen fra {origin}.", "{site} has received the car from {origin}."),
    ),
    _notice(
        "transfer.refused",
        car_events.TRANSFER_REFUSED,
        "transfer",
        T("Overføring avvist", "Transfer refused"),
        T("Avvist: {car}", "Refused: {car}"),
        T("{site} tok ikke imot bilen fra {origin}. {detail}", "{site} did not take the car from {origin}. {detail}"),
        priority="high",
        email=True,
    ),
)
_INSPECTIONS = (
    _notice(
        "inspection.approved",
        car_events.INSPECTION_APPROVED,
        "inspection",
        T("Mottak godkjent", "Inspection approved"),
        T("Mottak godkjent: {car}", "Inspection approved: {car}"),
        T("Mottakskontrollen er godkjent uten merknader.", "The inspection was approved without remarks."),
    ),
    _notice(
        "inspection.remarks",
        car_events.INSPECTION_APPROVED,
        "inspection",
        T("Mottak godkjent med merknader", "Inspection approved with remarks"),
        T("Mottak godkjent med merknader: {car}", "Inspection approved with remarks: {car}"),
        T("Merknader: {detail}", "Remarks: {detail}"),
    ),
    _notice(
        "inspection.failed",
        car_events.INSPECTION_FAILED,
        "inspection",
        T("Avvik i mottak", "Inspection failed"),
        T("Avvik i mottak: {car}", "Inspection failed: {car}"),
        T("Bilen ble ikke godkjent i mottak. {detail}", "The car was not approved at inspection. {detail}"),
        priority="high",
        email=True,
    ),
)
_PLANS = (
    _notice(
        "plan.ready",
        car_events.READY_TO_PLAN,
        "planning",
        T("Klar for planlegging", "Ready to plan"),
        T("Klar for planlegging: {car}", "Ready to plan: {car}"),
        T("Mottaket er godkjent og ingen deler mangler. {detail}", "Approved, and no parts are missing. {detail}"),
    ),
    _notice(
        "booking.created",
        plan_events.BOOKED,
        "planning",
        T("Booket", "Booked"),
        T("Booket {when}: {car}", "Booked {when}: {car}"),
        T("{what} hos {site}, {when}.", "{what} at {site}, {when}."),
    ),
    _notice(
        "booking.moved",
        plan_events.MOVED,
        "planning",
        T("Booking flyttet", "Booking moved"),
        T("Flyttet til {when}: {car}", "Moved to {when}: {car}"),
        T("{what} hos {site} er flyttet til {when}.", "{what} at {site} has moved to {when}."),
        priority="high",
    ),
    _notice(
        "booking.taken",
        plan_events.MOVED,
        "planning",
        T("Booking gitt til en annen", "Booking given to somebody else"),
        T("Ikke lenger din: {car}", "No longer yours: {car}"),
        T("{what} hos {site} {when} gjøres av en annen.", "{what} at {site} {when} is done by somebody else."),
        priority="high",
    ),
    _notice(
        "booking.cancelled",
        plan_events.CANCELLED,
        "planning",
        T("Booking avlyst", "Booking cancelled"),
        T("Avlyst: {car}", "Cancelled: {car}"),
        T("{what} hos {site} {when} er avlyst.", "{what} at {site} {when} is cancelled."),
        priority="high",
    ),
    _notice(
        "timebank.full",
        plan_events.TIMEBANK_FULL,
        "planning",
        T("Timebanken er full", "Time bank full"),
        T("Timebanken er full for {who}", "The time bank is full for {who}"),
        T("{who} har ikke flere timer igjen i {when} hos {site}.", "{who} has no hours left in {when} at {site}."),
        priority="high",
        email=True,
        button=T("Åpne DirectApp", "Open DirectApp"),
    ),
)
_WORK = (
    _notice(
        "work.technical",
        car_events.TECHNICAL_COMPLETED,
        "work",
        T("Teknisk fullført", "Technical completed"),
        T("Teknisk er ferdig: {car}", "Technical is done: {car}"),
        T("{who} har fullført teknisk klargjøring.", "{who} has completed the technical preparation."),
        priority="low",
    ),
    _notice(
        "work.cosmetic",
        car_events.COSMETIC_COMPLETED,
        "work",
        T("Kosmetisk fullført", "Cosmetic completed"),
        T("Kosmetisk er ferdig: {car}", "Cosmetic is done: {car}"),
        T("{who} har fullført kosmetisk klargjøring.", "{who} has completed the cosmetic preparation."),
        priority="low",
    ),
    _notice(
        "work.completed",
        car_events.WORK_COMPLETED,
        "work",
        T("Klargjøring fullført", "Preparation completed"),
        T("Klargjøringen er ferdig: {car}", "Preparation is done: {car}"),
        T("Alt arbeidet bilen trenger, er utført.", "All the work that the car needs is done."),
    ),
    _notice(
        "quality.failed",
        car_events.QUALITY_FAILED,
        "quality",
        T("Kvalitetskontroll ikke godkjent", "Quality check failed"),
        T("Ikke godkjent: {car}", "Quality check failed: {car}"),
        T("Må gjøres om: {what}. {detail}", "To be done again: {what}. {detail}"),
        priority="high",
        email=True,
    ),
)
_DELIVERIES = (
    _notice(
        "delivery.ready",
        car_events.READY,
        "delivery",
        T("Klar for levering", "Ready for delivery"),
        T("Klar for levering: {car}", "Ready for delivery: {car}"),
        T("Bilen er ferdig klargjort hos {site}. {detail}", "The car is ready at {site}. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.pickup",
        car_events.PICKUP,
        "delivery",
        T("Klar for henting", "Ready for pick-up"),
        T("Klar for henting: {car}", "Ready for pick-up: {car}"),
        T("Kunden kan hente bilen. {detail}", "The customer may fetch the car. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.tomorrow",
        events.DELIVERY_TOMORROW,
        "delivery",
        T("Levering i morgen", "Delivery tomorrow"),
        T("Leveres i morgen: {car}", "Delivery tomorrow: {car}"),
        T("Levering er lovet {when}. {detail}", "Delivery is promised {when}. {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "delivery.done",
        car_events.DELIVERED,
        "delivery",
        T("Levert til kunde", "Delivered to customer"),
        T("Levert: {car}", "Delivered: {car}"),
        T("{who} har levert bilen til kunden.", "{who} has delivered the car to the customer."),
        priority="low",
    ),
    _notice(
        "deadline.overdue",
        events.OVERDUE,
        "deadline",
        T("Over fristen", "Overdue"),
        T("Over fristen: {car}", "Overdue: {car}"),
        T("{detail}", "{detail}"),
        priority="urgent",
        email=True,
    ),
)
_OTHERS = (
    _notice(
        "comment.mention",
        record_events.COMMENT_MENTIONED,
        "comment",
        T("Nevnt i en kommentar", "Mentioned in a comment"),
        T("{who} nevnte deg: {car}", "{who} mentioned you: {car}"),
        T("{detail}", "{detail}"),
        email=True,
    ),
    _notice(
        "vendor.answered",
        events.VENDOR_ANSWERED,
        "vendor",
        T("Svar fra leverandør", "Answer from a vendor"),
        T("{who} har svart: {car}", "{who} has answered: {car}"),
        T("{what}: {detail}", "{what}: {detail}"),
        priority="high",
        email=True,
    ),
    _notice(
        "vendor.said",
        events.VENDOR_SAID,
        "vendor",
        T("Melding fra leverandør", "Message from a vendor"),
        T("{who} har svart med egne ord: {car}", "{who} has answered in their own words: {car}"),
        T("{what}: «{detail}»", "{what}: “{detail}”"),
        priority="high",
        email=True,
    ),
    _notice(
        "vendor.unmatched",
        events.VENDOR_UNMATCHED,
        "vendor",
        T("Svar som kan gjelde flere oppdrag", "Answer that may be about several works"),
        T("Svar fra {who} som kan gjelde: {car}", "An answer from {who} that may be about: {car}"),
        T(
            "{who} har flere oppdrag, og svaret sier ikke hvilket. Ingenting er lukket. {what}: «{detail}»",
            "{who} has several works, and the answer does not say which. Nothing is closed. {what}: “{detail}”",
        ),
        priority="high",
        email=True,
    ),
    _notice(
        "registry.inspection_due",
        registry_events.INSPECTION_DUE,
        "registry",
        T("EU-kontroll nærmer seg", "Periodic inspection due"),
        T("EU-kontroll: {car}", "Periodic inspection: {car}"),
        T("Frist for EU-kontroll er {when}.", "The periodic inspection is due {when}."),
    ),
    _notice(
        "message.bounced",
        events.CAME_BACK,
        "system",
        T("Melding kom ikke fram", "Message not delivered"),
        T("Kom ikke fram til {who}: {car}", "Not delivered to {who}: {car}"),
        T(
            "{what} til {who} kom ikke fram. Ring, og se over adressen.",
            "{what} to {who} was not delivered. Call, and look over the address.",
        ),
        priority="high",
    ),
    _notice(
        "address.refused",
        events.CAME_BACK,
        "system",
        T("En kollegas e-post kom ikke fram", "A colleague’s e-mail was not delivered"),
        T("E-post til {who} kom ikke fram", "E-mail to {who} was not delivered"),
        T(
            "E-post til {address} kommer ikke fram. {detail} Rett adressen på brukeren; varslene står i DirectApp.",
            "E-mail to {address} is not delivered. {detail} Put the user’s address right; the notifications stand in"
            " DirectApp.",
        ),
        priority="high",
        button=T("Åpne DirectApp", "Open DirectApp"),
    ),
)

NOTICES: dict[str, Notice] = {
    one.code: one for one in (*_ORDERS, *_ARRIVALS, *_INSPECTIONS, *_PLANS, *_WORK, *_DELIVERIES, *_OTHERS)
}
EVENT_CHOICES: tuple[Choice, ...] = tuple(Choice(one.code, one.label) for one in NOTICES.values())
BY_EMAIL: list[str] = [one.code for one in NOTICES.values() if one.email]


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
            label=T("Til kunden: bilen er klargjort", "To the customer: the car is prepared"),
            subject=T("{model} er ferdig klargjort", "Your {model} is prepared"),
            body=T(
                "Hei {first}. Bilen din er ferdig klargjort og godkjent hos oss. {seller} tar kontakt og avtaler"
                " tid for overlevering.",
                "Hello {first}. Your car has been prepared and approved. {seller} will be in touch to agree on"
                " a time for the hand-over.",
            ),
            button=T("Følg bilen din", "Follow your car"),
        ),
        Outward(
            code="customer.pickup",
            label=T("Til kunden: klar for henting", "To the customer: ready for pick-up"),
            subject=T("{model} er klar for henting", "Your {model} is ready for pick-up"),
            body=T(
                "Hei {first}. Bilen din står klar hos {site}. {detail}Ta med førerkort, så går vi gjennom"
                " bilen sammen.",
                "Hello {first}. Your car is ready at {site}. {detail}Bring your driving licence, and we will go"
                " through the car together.",
            ),
            button=T("Se tid og sted", "See time and place"),
            sms=T(
                "Hei {first}! Bilen din er klar for henting hos {site}. {detail}Følg bilen: {link}",
                "Hello {first}! Your car is ready for pick-up at {site}. {detail}Follow it: {link}",
            ),
        ),
        Outward(
            code="customer.tomorrow",
            label=T("Til kunden: levering i morgen", "To the customer: delivery tomorrow"),
            subject=T("I morgen får du {model}", "Tomorrow you get your {model}"),
            body=T(
                "Hei {first}. I morgen, {when}, er det overlevering av bilen din hos {site}. {detail}{call}",
                "Hello {first}. Tomorrow, {when}, your car is handed over at {site}. {detail}{call}",
            ),
            button=T("Se tid og sted", "See time and place"),
            sms=T(
                "Hei {first}! I morgen, {when}, er det overlevering av bilen din hos {site}. {detail}{link}",
                "Hello {first}! Tomorrow, {when}, your car is handed over at {site}. {detail}{link}",
            ),
        ),
        Outward(
            code="customer.link",
            label=T("Til kunden: følg bilen", "To the customer: follow the car"),
            subject=T("Følg {model} fram til levering", "Follow your {model} to delivery"),
            body=T(
                "Hei {first}. Her kan du se hvor langt bilen din er kommet, og når du kan vente den.",
                "Hello {first}. Here you can see how far your car has come, and when to expect it.",
            ),
            button=T("Følg bilen din", "Follow your car"),
            sms=T(
                "Hei {first}! Følg bilen din fram til levering: {link} Hilsen {site}",
                "Hello {first}! Follow your car to delivery: {link} Regards, {site}",
            ),
        ),
    )
}
VENDOR: dict[str, Outward] = {
    "vendor.request": Outward(
        code="vendor.request",
        label=T("Til leverandør: arbeid", "To a vendor: work"),
        subject=T("Oppdrag fra {site}: {car}", "Work from {site}: {car}"),
        body=T(
            "Hei {first}. Vi ønsker hjelp med dette: {detail} Svar med pris, forsinkelse eller ferdig i lenken."
            " Du trenger ingen konto.",
            "Hello {first}. We would like help with this: {detail} Answer with a price, a delay or done by the"
            " link. You need no account.",
        ),
        button=T("Svar på oppdraget", "Answer"),
        sms=T(
            "Oppdrag fra {site}: {car}. {detail} Svar her: {link}", "Work from {site}: {car}. {detail} Answer: {link}"
        ),
    ),
    "vendor.codes": Outward(
        code="vendor.codes",
        label=T("Til leverandør: hvilket oppdrag", "To a vendor: which work"),
        subject=T("Hvilket oppdrag gjelder svaret?", "Which work is the answer about?"),
        body=T(
            "Du har flere oppdrag, og svaret sier ikke hvilket. Svar med koden: {detail}",
            "You have several works, and the answer does not say which. Answer with the code: {detail}",
        ),
        button=T("Svar på oppdraget", "Answer"),
        sms=T(
            "Du har flere oppdrag, og svaret ditt sier ikke hvilket. Svar med koden, for eksempel FERDIG {code}."
            " Åpne: {detail}",
            "You have several works, and your answer does not say which. Answer with the code, for instance DONE"
            " {code}. Open: {detail}",
        ),
    ),
}
OUTWARD: dict[str, Outward] = {**CUSTOMER, **VENDOR}
DIGEST = T("Dagens oversikt", "Today’s overview")
