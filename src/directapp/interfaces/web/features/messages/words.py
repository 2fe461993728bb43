"""The words of the pages of messages. What the declaration names is not here."""

from functools import cache

from directapp.kernel.text import Language, Text

T = Text
WORDS: dict[str, Text] = {
    "suppressed_settings": T(
        "Adresser som ga retur eller klage. De prøves ikke igjen før noen åpner dem.",
        "Addresses that bounced or complained. They are not tried until somebody releases them.",
    ),
    "letters_settings": T(
        "Se hvordan meldinger til kolleger, kunder og leverandører ser ut, på begge språk.",
        "See how messages to colleagues, customers and vendors look, in both languages.",
    ),
    # The bell and the list
    "notifications": T("Varsler", "Notifications"),
    "unread_none": T("Ingen uleste varsler", "No unread notifications"),
    "unread_one": T("1 ulest varsel", "1 unread notification"),
    "unread_many": T("{count} uleste varsler", "{count} unread notifications"),
    "unread": T("Uleste", "Unread"),
    "everything": T("Alle", "All"),
    "every_type": T("Alle typer", "All types"),
    "mark_all": T("Merk alle som lest", "Mark all as read"),
    "mark_type": T("Merk disse som lest", "Mark these as read"),
    "mark_read": T("Merk som lest", "Mark as read"),
    "mark_unread": T("Merk som ulest", "Mark as unread"),
    "nothing_unread": T("Du er à jour", "You are up to date"),
    "nothing_unread_help": T(
        "Nye varsler dukker opp her og i klokken øverst.", "New notifications turn up here and at the bell."
    ),
    "nothing_ever": T("Ingen varsler ennå", "No notifications yet"),
    "nothing_ever_help": T(
        "Når noe skjer med bilene dine, får du vite det her.", "When something happens to your cars, you are told here."
    ),
    "choose": T("Varslingsvalg", "Notice choices"),
    "read_before": T("Tidligere", "Earlier"),
    "priority": T("Prioritet", "Priority"),
    # Choices
    "choices_title": T("Hva vil du ha på e-post?", "What do you want by e-mail?"),
    "choices_help": T(
        "I DirectApp får du alltid beskjed. Her velger du hva som også skal på e-post.",
        "In DirectApp you are always told. Here you choose what goes by e-mail too.",
    ),
    "in_app": T("I DirectApp", "In DirectApp"),
    "by_email": T("E-post", "E-mail"),
    "always": T("Alltid", "Always"),
    "quiet": T("Stille tid", "Quiet hours"),
    "quiet_help": T(
        "E-post venter til stilletiden er over. Det som haster, går likevel.",
        "E-mail waits until the quiet hours are over. What is urgent goes anyway.",
    ),
    "overview": T("Daglig oversikt", "Daily overview"),
    "saved_choices": T("Varslingsvalgene er lagret", "Your notice choices are saved"),
    # Preview
    "letters": T("E-postmaler", "E-mail templates"),
    "letters_about": T("Se hvordan e-postene ser ut i deres farger", "See how the e-mails look in your colours"),
    "letters_help": T(
        "Slik ser meldingene ut hos mottakeren, med deres navn, farger og logo.",
        "This is how the messages look to their receivers, with your name, colours and logo.",
    ),
    "to_colleagues": T("Til kolleger", "To colleagues"),
    "to_customers": T("Til kunder", "To customers"),
    "to_vendors": T("Til leverandører", "To vendors"),
    "norwegian": T("Norsk", "Norwegian"),
    "english": T("Engelsk", "English"),
    "plain": T("Ren tekst", "Plain text"),
    "sms": T("SMS", "SMS"),
    "preview_of": T("Forhåndsvisning av {label}", "Preview of {label}"),
    "suppressed": T("Sperrede adresser", "Suppressed addresses"),
    "suppressed_about": T("Adresser som ga retur eller klage", "Addresses that bounced or complained"),
    # A car's communication
    "communication": T("Kommunikasjon", "Communication"),
    "no_messages": T("Ingen er varslet om bilen ennå.", "Nobody has been told of the car yet."),
    "log_call": T("Loggfør samtale", "Log a call"),
    "what_said": T("Hva ble sagt?", "What was said?"),
    "with_whom": T("Med hvem", "With whom"),
    "who_called": T("Hvem ringte", "Who called"),
    "we_called": T("Vi ringte", "We called"),
    "came_in": T("Mottatt", "Received"),
    "they_called": T("De ringte", "They called"),
    "customer_link": T("Kundens statusside", "The customer’s status page"),
    "no_link": T("Kunden har ingen lenke ennå.", "The customer has no link yet."),
    "link_until": T("Virker til {when}", "Works until {when}"),
    "link_seen": T("Åpnet av kunden {when}", "Opened by the customer {when}"),
    "link_unseen": T("Ikke åpnet ennå", "Not opened yet"),
    "make_link": T("Lag lenke", "Make a link"),
    "send_email": T("Send på e-post", "Send by e-mail"),
    "send_sms": T("Send på SMS", "Send by SMS"),
    "revoke": T("Trekk tilbake", "Revoke"),
    "to": T("til {who}", "to {who}"),
    "from": T("fra {who}", "from {who}"),
    "logged": T("Samtalen er loggført", "The call is logged"),
    # Pages without a sign-in
    "status_title": T("Bilen din", "Your car"),
    "hello": T("Hei, {name}", "Hello, {name}"),
    "hello_nobody": T("Hei", "Hello"),
    "your_car": T("Her er {model}", "Here is your {model}"),
    "how_far": T("Så langt er bilen kommet", "How far your car has come"),
    "step_done": T("ferdig", "done"),
    "step_now": T("nå", "now"),
    "step_next": T("senere", "later"),
    "expected": T("Ventet levering", "Expected delivery"),
    "hand_over": T("Overlevering", "Hand-over"),
    "no_date": T("Datoen er ikke satt ennå. Vi sier fra.", "The date is not set yet. We will tell you."),
    "questions": T("Spørsmål?", "Questions?"),
    "call": T("Ring {phone}", "Call {phone}"),
    "closed_title": T("Lenken virker ikke lenger", "The link no longer works"),
    "closed_help": T(
        "Den er utløpt eller trukket tilbake. Ta kontakt med forhandleren, så får du en ny.",
        "It has run out or was taken back. Contact the dealership for a new one.",
    ),
    "too_many_title": T("Vent litt", "Wait a moment"),
    "too_many_help": T("Siden er åpnet for mange ganger. Prøv igjen om et minutt.", "Too many tries. Try in a minute."),
    "work_title": T("Oppdrag", "Work"),
    "work_for": T("Til {vendor} fra {site}", "To {vendor} from {site}"),
    "note_to_you": T("Beskjed", "Note"),
    "vehicle": T("Bil", "Car"),
    "vin": T("Understellsnummer", "VIN"),
    "your_answer": T("Svaret ditt", "Your answer"),
    "answer_done": T("Ferdig", "Done"),
    "answer_price": T("Pris", "Price"),
    "answer_delayed": T("Forsinket", "Delayed"),
    "help_done": T("Arbeidet er utført.", "The work is done."),
    "help_price": T("Hva det vil koste, uten mva.", "What it will cost, without VAT."),
    "help_delayed": T("Det blir klart en annen dag.", "It will be ready another day."),
    "price_kr": T("Pris i kroner, uten mva.", "Price in NOK, without VAT"),
    "ready_on": T("Klar dato", "Ready on"),
    "message": T("Melding", "Message"),
    "photos": T("Bilder", "Photos"),
    "photos_help": T("Ta bilde eller velg fra telefonen. Høyst ti.", "Take a photo or choose. Ten at most."),
    "send_answer": T("Send svar", "Send answer"),
    "answered": T("Takk. Svaret er mottatt {when}.", "Thank you. Your answer arrived {when}."),
    "answer_again": T("Du kan svare på nytt om noe endrer seg.", "You may answer again if something changes."),
    "choose_answer": T("Velg hva du vil svare.", "Choose what to answer."),
    "only_photos": T("{name}: bare bilder.", "{name}: photos only."),
    "item_closed": T("Arbeidet er alt avsluttet hos oss. Takk.", "The work is already closed with us. Thank you."),
}


@cache
def speak_messages(language: Language) -> dict[str, str]:
    """Return all words of these pages in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}
