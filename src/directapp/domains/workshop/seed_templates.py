"""The two checklists every tenant begins with: one for new cars, one for used cars."""

from typing import Any


def _items(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"code": code, "nb": nb, "en": en} for code, nb, en in rows]


_NEW = _items(
    ("identity", "Understellsnummer stemmer med ordre og vognkort", "VIN matches the order and the papers"),
    ("transport_damage", "Transportskader på karosseri", "Transport damage to the body"),
    ("paint", "Lakk: riper, steinsprut, misfarging", "Paint: scratches, stone chips, discolouration"),
    ("glass", "Ruter og speil uten skade", "Windows and mirrors undamaged"),
    ("wheels", "Felger og dekk: skade, lufttrykk, rett dimensjon", "Wheels and tyres: damage, pressure, size"),
    ("wheel_set", "Ekstra hjulsett levert etter ordre", "Extra wheel set delivered as ordered"),
    ("lights", "Lys ute og inne virker", "Exterior and interior lights work"),
    ("interior", "Interiør: seter, paneler og himling uten merker", "Interior: seats, trim and headliner unmarked"),
    ("equipment", "Fabrikkmontert utstyr etter ordre", "Factory equipment as ordered"),
    ("accessories", "Tilbehør til ettermontering mottatt", "Accessories to be fitted received"),
    ("keys", "To nøkler følger bilen", "Two keys with the car"),
    ("manuals", "Instruksjonsbok og servicehefte", "Owner's manual and service booklet"),
    (
        "charging_cable",
        "Ladekabler følger bilen (elbil og ladbar hybrid)",
        "Charging cables with the car (plug-in cars)",
    ),
    ("battery_12v", "12 V-batteri: spenning målt", "12 V battery: voltage measured"),
    ("charge_level", "Drivbatteri eller drivstoff: nok til klargjøring", "Charge or fuel: enough for preparation"),
    ("fluids", "Oljer og væsker: nivå, ingen lekkasje", "Oils and fluids: level, no leaks"),
    ("warning_lamps", "Ingen varsellamper eller feilkoder", "No warning lamps or fault codes"),
    ("recalls", "Åpne tilbakekallinger og kampanjer sjekket", "Open recalls and campaigns checked"),
    ("safety_kit", "Varseltrekant, vester og dekkreparasjon", "Warning triangle, vests and tyre repair kit"),
    ("odometer", "Kilometerstand lest av", "Odometer read"),
)

_USED = _items(
    ("identity", "Understellsnummer og skilt stemmer med vognkort", "VIN and plate match the papers"),
    ("odometer", "Kilometerstand lest av og sammenholdt med historikk", "Odometer read and compared with the history"),
    ("service_book", "Servicehistorikk dokumentert", "Service history documented"),
    ("keys", "Antall nøkler", "Number of keys"),
    ("periodic_inspection", "EU-kontroll: frist og merknader", "Periodic inspection: due date and remarks"),
    ("body", "Karosseri: bulker, riper og rust", "Body: dents, scratches and rust"),
    ("paint_thickness", "Lakktykkelse målt, tegn til omlakkering", "Paint thickness measured, signs of respray"),
    ("windscreen", "Frontrute: steinsprut og sprekker", "Windscreen: chips and cracks"),
    ("lights", "Lykter og lys: funksjon og sprekker", "Lamps and lights: function and cracks"),
    ("tyres", "Dekk: mønsterdybde, alder og skjev slitasje", "Tyres: tread depth, age and uneven wear"),
    ("wheel_set", "Ekstra hjulsett: stand", "Extra wheel set: condition"),
    ("brakes", "Bremser: skiver, klosser, parkeringsbrems", "Brakes: discs, pads, parking brake"),
    ("suspension", "Hjuloppheng og støtdempere: slark og lekkasje", "Suspension and dampers: play and leaks"),
    ("engine", "Motor: lyd, lekkasje, registerreim", "Engine: noise, leaks, timing belt"),
    ("gearbox", "Girkasse og clutch", "Gearbox and clutch"),
    ("battery_health", "Drivbatteri: helse og ladefunksjon", "Traction battery: health and charging"),
    ("air_conditioning", "Klimaanlegg kjøler og varmer", "Air conditioning cools and heats"),
    ("electronics", "Elektronikk: skjerm, kamera, feilkoder lest", "Electronics: screen, camera, fault codes read"),
    ("interior", "Interiør: slitasje, flekker og lukt", "Interior: wear, stains and odour"),
    ("test_drive", "Prøvekjørt uten avvik", "Test drive without remarks"),
)

SEED_TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name_nb": "Mottakskontroll nybil",
        "name_en": "Receiving inspection, new car",
        "car_type": "new",
        "kind": "mottak",
        "items": _NEW,
    },
    {
        "name_nb": "Mottakskontroll bruktbil",
        "name_en": "Receiving inspection, used car",
        "car_type": "used",
        "kind": "mottak",
        "items": _USED,
    },
)
