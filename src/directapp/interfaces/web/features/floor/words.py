"""The words of the floor's pages. What the declaration names is not here."""

from functools import cache
from typing import Any

from directapp.kernel.text import Language, Text

T = Text
WORDS: dict[str, Text] = {
    # My cars
    "my_cars_today": T("Mine biler i dag", "My cars today"),
    "scan": T("Skann", "Scan"),
    "running": T("Pågår", "Under way"),
    "next": T("Neste", "Next"),
    "waiting": T("Venter", "Waiting"),
    "done": T("Ferdig i dag", "Done today"),
    "to_inspect": T("Mottak", "To receive and inspect"),
    "to_check": T("Kvalitetskontroll", "Quality check"),
    "nothing": T("Du har ingen biler nå.", "You have no cars now."),
    "nothing_help": T(
        "Nye biler kommer hit når de er tildelt deg.", "New cars come here when they are assigned to you."
    ),
    "nothing_reception": T(
        "Biler kommer hit når de er ankommet, og når de skal kvalitetskontrolleres.",
        "Cars come here when they have arrived, and when their quality is to be checked.",
    ),
    "where": T("Står på", "Parked at"),
    "key": T("Nøkkel", "Key"),
    "not_said": T("ikke oppgitt", "not said"),
    "planned": T("Planlagt", "Planned"),
    "promised": T("Lovet", "Promised"),
    "estimate": T("Tid", "Time"),
    "start_technical": T("Start teknisk", "Start technical"),
    "start_cosmetic": T("Start kosmetisk", "Start cosmetic"),
    "done_technical": T("Teknisk er ferdig", "Technical is done"),
    "done_cosmetic": T("Kosmetisk er ferdig", "Cosmetic is done"),
    "begin_inspection": T("Start mottakskontroll", "Start inspection"),
    "go_on_inspection": T("Fortsett kontrollen", "Go on with the inspection"),
    "approve_quality": T("Godkjenn kvalitet", "Approve quality"),
    "not_approved": T("Ikke godkjent", "Not approved"),
    "missing_part": T("Mangler del", "Missing part"),
    "found_damage": T("Fant skade", "Found damage"),
    "note": T("Notat", "Note"),
    "take_next": T("Ta neste bil", "Take the next car"),
    "take_next_free": T("Ta neste bil ({count} ledige)", "Take the next car ({count} free)"),
    "which_part": T("Hvilken del", "Which part"),
    "what_damage": T("Hva og hvor", "What and where"),
    "optional": T("kan stå tomt", "may stay empty"),
    "take_photo": T("Ta bilde", "Take a photo"),
    "tell_missing": T("Meld fra til delelageret", "Tell the parts department"),
    "tell_damage": T("Meld skaden", "Report the damage"),
    "save_note": T("Lagre notatet", "Save the note"),
    "said_missing": T("Meldt til delelageret: mangler del", "Told the parts department: missing part"),
    "said_damage": T("Skaden er meldt", "The damage is reported"),
    "said_note": T("Notatet er lagret", "The note is saved"),
    "missing_comment": T("Mangler del: {text}", "Missing part: {text}"),
    "missing_bare": T("Mangler del. Spør den som har bilen.", "A part is missing. Ask the person who has the car."),
    "damage_bare": T("Skade funnet, se bildet", "Damage found, see the photo"),
    "photo_of": T("Skade", "Damage"),
    "changed_by": T(
        "{who} har alt ført dette: {field}, {value}.", "{who} has recorded this already: {field}, {value}."
    ),
    "someone": T("Noen", "Someone"),
    "open_car": T("Åpne bilen", "Open the car"),
    "labels": T("Etiketter", "Labels"),
    # Scan
    "scan_title": T("Skann bil", "Scan a car"),
    "scan_help": T(
        "Hold strekkoden på ruten eller i døråpningen, eller bilens QR-etikett, foran kameraet.",
        "Hold the barcode in the windscreen or the door frame, or the car's QR label, before the camera.",
    ),
    "start_camera": T("Start kameraet", "Start the camera"),
    "stop_camera": T("Stopp kameraet", "Stop the camera"),
    "no_camera": T(
        "Kameraet er ikke tilgjengelig. Ta et bilde, eller skriv koden.",
        "The camera is not available. Take a photo, or type the code.",
    ),
    "photo_of_code": T("Bilde av koden", "Photo of the code"),
    "type_code": T("Skilt eller understellsnummer", "Plate or VIN"),
    "find": T("Finn bilen", "Find the car"),
    "reading": T("Leser koden", "Reading the code"),
    "nothing_read": T(
        "Fant ingen strekkode eller QR-kode i bildet. Gå nærmere, eller skriv koden.",
        "There is no barcode or QR code in the picture. Move closer, or type the code.",
    ),
    "read_code": T("Lest: {code}", "Read: {code}"),
    "unknown_car": T("Du har ingen bil med {code}", "You have no car with {code}"),
    "unknown_help": T(
        "Står den her, kan du ta imot den. Da finner vi ordren den hører til, eller lager en kladd.",
        "If it stands here, you can receive it. We find the order it belongs to, or make a draft.",
    ),
    "unknown_no_right": T(
        "Den finnes ikke, eller du har ikke innsyn i den.", "It does not exist, or it is not yours to see."
    ),
    "receive": T("Ta imot bilen", "Receive the car"),
    "several": T("Flere biler passer", "Several cars fit"),
    # Offline
    "queue": T("Ikke sendt ennå", "Not sent yet"),
    "queue_help": T(
        "Det du gjør uten nett, ligger på denne enheten og sendes i rekkefølge når nettet er tilbake.",
        "What you do without a network lies on this device and is sent in order when the network is back.",
    ),
    "queue_empty": T("Alt er sendt.", "Everything is sent."),
    "queued": T("I kø", "Queued"),
    "waits": T("Venter på nett", "Waits for the network"),
    "refused": T("Ble ikke lagret", "Was not saved"),
    "signed_out": T("Logg inn på nytt, så sendes det som venter.", "Sign in again, and what waits is sent."),
    "other_person": T(
        "Gjort av en annen på denne enheten. Sendes når den personen logger inn.",
        "Done by another person on this device. Sent when that person signs in.",
    ),
    "you_typed": T("Du skrev", "You typed"),
    "stored": T("Lagret nå", "Stored now"),
    "field": T("Felt", "Field"),
    "use_mine": T("Send mitt likevel", "Send mine anyway"),
    "keep_stored": T("Behold det som er lagret", "Keep what is stored"),
    "send_now": T("Send nå", "Send now"),
    "photo": T("Bilde", "Photo"),
    "yes": T("Ja", "Yes"),
    "empty": T("tomt", "empty"),
    "not_kept_title": T("Ikke på nett", "No network"),
    "not_kept": T(
        "Denne siden er ikke lagret på enheten. Mine biler og sidene du har åpnet, er her.",
        "This page is not kept on the device. My cars and the pages you have opened are here.",
    ),
    # Prints
    "print": T("Skriv ut", "Print"),
    "print_help": T(
        "Velg «Lagre som PDF» i utskriftsvinduet for en fil.", "Choose “Save as PDF” in the print window for a file."
    ),
    "card": T("Bilkort", "Car card"),
    "handover": T("Overleveringsprotokoll", "Hand-over protocol"),
    "inspection": T("Kontrollrapport", "Inspection report"),
    "label": T("Etikett", "Label"),
    "scan_label": T("Skann for å åpne bilen", "Scan to open the car"),
    "no_labels": T("Ingen biler å skrive ut", "No cars to print"),
    "printed": T("Skrevet ut {when} av {who}", "Printed {when} by {who}"),
    "car_received": T(
        "Kunden har mottatt bilen og det som er krysset av.", "The customer has received the car and what is ticked."
    ),
    "sign_here": T("Underskriv her", "Sign here"),
    "signature": T("Underskrift", "Signature"),
    "customer_signature": T("Kundens underskrift", "The customer's signature"),
    "seller_signature": T("Selgers underskrift", "The seller's signature"),
    "wipe": T("Tøm", "Clear"),
    "save_signature": T("Lagre underskriften", "Save the signature"),
    "signed_saved": T("Underskriften er lagret på bilen", "The signature is saved on the car"),
    "no_signature": T("Underskriften er tom.", "The signature is empty."),
    "on_the_car": T("Ført på bilen", "Noted on the car"),
    "no_checklist": T(
        "Mottakskontrollen er ført rett på bilen, uten sjekkliste.",
        "The inspection was noted on the car itself, without a checklist.",
    ),
    "no_inspection": T("Bilen har ingen kontroll ennå.", "The car has no inspection yet."),
    "photos": T("Bilder", "Photos"),
    "checked_points": T("Kontrollpunkter", "Points checked"),
    "unanswered": T("Ikke svart", "Not answered"),
    "manual": T("Instruksjonsbok og servicehefte", "Manual and service book"),
    "charging": T("Ladekabler", "Charging cables"),
    "walkthrough": T("Gjennomgang av bilen", "Walk-through of the car"),
    "damage_free": T("Kontrollert uten synlige skader", "Checked without visible damage"),
    "back": T("Tilbake", "Back"),
}


@cache
def speak_floor(language: Language) -> dict[str, str]:
    """Return the floor's words in a language."""
    return {name: text.pick(language) for name, text in WORDS.items()}


def say(name: str, language: Language, **values: Any) -> str:
    """Return a word with its blanks filled in."""
    text = WORDS[name].pick(language)
    return text.format(**values) if values else text
