"""The registry's code lists: what its codes mean in nb and en; a code that is not here is kept as it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directapp.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Code:
    """One value from a code list: as it came, what it means, and whether we know it."""

    value: str
    label: Text
    known: bool


CodeList = Mapping[str, Text]

REGISTRATION_STATUSES: CodeList = {
    "REGISTRERT": Text("Registrert", "Registered"),
    "AVREGISTRERT": Text("Midlertidig avregistrert", "Temporarily deregistered"),
    "UREGISTRERT": Text("Ikke registrert", "Not registered"),
    "UTFORT": Text("Utført av landet", "Exported"),
    "VRAKET": Text("Vraket", "Scrapped"),
}
STATUS_OF = {
    "REGISTRERT": "registered",
    "AVREGISTRERT": "deregistered",
    "UREGISTRERT": "not_registered",
    "UTFORT": "deregistered",
    "VRAKET": "scrapped",
}
FUELS: CodeList = {
    "1": Text("Bensin", "Petrol"),
    "2": Text("Diesel", "Diesel"),
    "3": Text("Parafin", "Paraffin"),
    "4": Text("Gass", "Gas"),
    "5": Text("Elektrisk", "Electric"),
    "6": Text("Hydrogen", "Hydrogen"),
    "7": Text("Bensin/hybrid", "Petrol hybrid"),
    "8": Text("Diesel/hybrid", "Diesel hybrid"),
    "9": Text("Annet drivstoff", "Other fuel"),
    "10": Text("Biodiesel", "Biodiesel"),
    "11": Text("Biobensin", "Biopetrol"),
    "12": Text("LPG", "LPG"),
    "13": Text("CNG", "CNG"),
    "14": Text("Metanol", "Methanol"),
    "15": Text("Etanol", "Ethanol"),
    "16": Text("LPG A", "LPG A"),
    "17": Text("LPG B", "LPG B"),
    "20": Text("Komprimert luft", "Compressed air"),
}
PETROL = frozenset({"1", "11"})
DIESEL = frozenset({"2", "10"})
ELECTRIC = frozenset({"5", "ELEKTRISK"})
HYDROGEN = frozenset({"6", "HYDROGEN"})
GAS = frozenset({"4", "12", "13", "16", "17", "18", "19", "21", "22"})
OLD_HYBRID = frozenset({"7", "8"})

HYBRIDS: CodeList = {
    "INGEN": Text("Ingen", "None"),
    "LADBAR": Text("Ladbar hybrid", "Plug-in hybrid"),
    "IKKE_LADBAR": Text("Ikke ladbar hybrid", "Hybrid, not chargeable"),
}
GEARBOXES: CodeList = {"A": Text("Automat", "Automatic"), "M": Text("Manuell", "Manual")}
BODIES: CodeList = {
    "AA": Text("Sedan", "Saloon"),
    "AB": Text("Kombikupé", "Hatchback"),
    "AC": Text("Stasjonsvogn", "Estate"),
    "AD": Text("Kupé", "Coupé"),
    "AE": Text("Kabriolet", "Convertible"),
    "AF": Text("Flerbruksbil", "Multi-purpose vehicle"),
    "AG": Text("Dobbelkabin", "Pick-up estate"),
    "BA": Text("Separat førerhus", "Lorry"),
    "BB": Text("Varebil", "Van"),
    "BC": Text("Trekkbil for semitrailer", "Tractor unit, semi-trailer"),
    "BD": Text("Trekkbil for tilhenger", "Road tractor"),
    "ANNET": Text("Annet", "Other"),
    "APEN": Text("Åpen", "Open"),
}
EMISSION_CLASSES: CodeList = {
    "0": Text("Nullutslipp", "Zero emission"),
    "ETEEV": Text("EEV", "EEV"),
    "U": Text("Før Euro", "Before Euro"),
    **{f"EURO{n}": Text(f"Euro {n}", f"Euro {n}") for n in range(1, 8)},
    **{f"{n}L": Text(f"Euro {n}", f"Euro {n}") for n in range(1, 7)},
    **{f"{n}T": Text(f"Euro {n} tung", f"Euro {n} heavy") for n in range(1, 7)},
}
TECHNICAL_CODES: CodeList = {
    "M1": Text("Personbil", "Passenger car"),
    "M1G": Text("Personbil (terreng)", "Passenger car, off-road"),
    "M2": Text("Buss inntil 5000 kg", "Bus up to 5,000 kg"),
    "M3": Text("Buss over 5000 kg", "Bus over 5,000 kg"),
    "N1": Text("Varebil", "Van"),
    "N1G": Text("Varebil (terreng)", "Van, off-road"),
    "N2": Text("Lastebil inntil 12 000 kg", "Lorry up to 12,000 kg"),
    "N3": Text("Lastebil over 12 000 kg", "Lorry over 12,000 kg"),
    "L1e": Text("Moped", "Moped"),
    "L3e": Text("Motorsykkel", "Motorcycle"),
    "O1": Text("Tilhenger inntil 750 kg", "Trailer up to 750 kg"),
    "O2": Text("Tilhenger inntil 3500 kg", "Trailer up to 3,500 kg"),
}
TAX_CODES: CodeList = {
    "101": Text("Personbil", "Passenger car"),
    "310": Text("Varebil klasse 1", "Van, class 1"),
    "311": Text("Varebil klasse 2", "Van, class 2"),
    "314": Text("Varebil klasse 1", "Van, class 1"),
    "315": Text("Varebil klasse 2", "Van, class 2"),
    "316": Text("Campingbil", "Motor home"),
}
USES: CodeList = {
    "EGENTRANSP": Text("Egentransport", "Own transport"),
    "EGENTRANSP_ANNEN": Text("Egentransport", "Own transport"),
    "EGENTRANSPORT": Text("Egentransport", "Own transport"),
    "DROSJE_EIER": Text("Drosje", "Taxi"),
    "DROSJE_LEASING": Text("Drosje, leaset", "Taxi, leased"),
    "DROSJE_RESERVE": Text("Reservedrosje", "Spare taxi"),
    "ANNEN_ERVM_KJORING": Text("Annen ervervsmessig kjøring", "Other commercial use"),
    "IKKE_SATT": Text("Ikke satt", "Not set"),
}
PLATE_TYPES: CodeList = {
    "ORDINART": Text("Ordinære kjennemerker", "Ordinary plates"),
    "VAREBIL_KLASSE_2": Text("Varebil klasse 2, grønne skilt", "Van, class 2, green plates"),
    "VETERAN": Text("Veterankjennemerker", "Vintage plates"),
    "UTENFOR_OFFENTLIG_VEG": Text("Utenfor offentlig vei", "Off public roads"),
    "SVALBARD": Text("Svalbard-kjennemerker", "Svalbard plates"),
}
# The numbers of the colour list are not published; its names are known.
COLOURS: CodeList = {
    "beige": Text("Beige", "Beige"),
    "blå": Text("Blå", "Blue"),
    "blå (også mørk blå)": Text("Blå", "Blue"),
    "bronse": Text("Bronse", "Bronze"),
    "brun": Text("Brun", "Brown"),
    "fiolett": Text("Fiolett", "Violet"),
    "flerfarget": Text("Flerfarget", "Multicoloured"),
    "grå": Text("Grå", "Grey"),
    "grønn": Text("Grønn", "Green"),
    "gul": Text("Gul", "Yellow"),
    "gull": Text("Gull", "Gold"),
    "hvit": Text("Hvit", "White"),
    "krem": Text("Krem", "Cream"),
    "oransje": Text("Oransje", "Orange"),
    "rosa": Text("Rosa", "Pink"),
    "rød": Text("Rød", "Red"),
    "svart": Text("Svart", "Black"),
    "sølv": Text("Sølv", "Silver"),
    "turkis": Text("Turkis", "Turquoise"),
}


def words(found: Any, *, most: int = 200) -> str:
    """Return what was written on one line, cut to what a field holds; empty for what is no words."""
    if not isinstance(found, str | int) or isinstance(found, bool):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(found)).split())
    return line[:most].rstrip()


def read_code(found: Any, known: CodeList) -> Code | None:
    """Return a code object of the registry; one that the list lacks keeps the registry's own words."""
    if not isinstance(found, Mapping):
        return None
    value = words(found.get("kodeVerdi"))
    said = words(found.get("kodeNavn")) or words(found.get("kodeBeskrivelse")) or value
    if not value and not said:
        return None
    label = known.get(value) or known.get(said.casefold())
    return Code(value or said, label or Text(said, said), label is not None)
