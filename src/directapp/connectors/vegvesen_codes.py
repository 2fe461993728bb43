"""The registry's code lists: what its codes mean; a code that is not here is kept as it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directapp.kernel.text import Text, _, pgettext, verbatim


@dataclass(frozen=True, slots=True)
class Code:
    """One value from a code list: as it came, what it means, and whether we know it."""

    value: str
    label: Text
    known: bool


CodeList = Mapping[str, Text]

REGISTRATION_STATUSES: CodeList = {
    "REGISTRERT": _("Registered"),
    "AVREGISTRERT": _("Temporarily deregistered"),
    "UREGISTRERT": _("Not registered"),
    "UTFORT": _("Exported"),
    "VRAKET": _("Scrapped"),
}
STATUS_OF = {
    "REGISTRERT": "registered",
    "AVREGISTRERT": "deregistered",
    "UREGISTRERT": "not_registered",
    "UTFORT": "deregistered",
    "VRAKET": "scrapped",
}
FUELS: CodeList = {
    "1": _("Petrol"),
    "2": _("Diesel"),
    "3": _("Paraffin"),
    "4": _("Gas"),
    "5": _("Electric"),
    "6": _("Hydrogen"),
    "7": _("Petrol hybrid"),
    "8": _("Diesel hybrid"),
    "9": _("Other fuel"),
    "10": _("Biodiesel"),
    "11": _("Biopetrol"),
    "12": _("LPG"),
    "13": _("CNG"),
    "14": _("Methanol"),
    "15": _("Ethanol"),
    "16": _("LPG A"),
    "17": _("LPG B"),
    "20": _("Compressed air"),
}
PETROL = frozenset({"1", "11"})
DIESEL = frozenset({"2", "10"})
ELECTRIC = frozenset({"5", "ELEKTRISK"})
HYDROGEN = frozenset({"6", "HYDROGEN"})
GAS = frozenset({"4", "12", "13", "16", "17", "18", "19", "21", "22"})
OLD_HYBRID = frozenset({"7", "8"})

HYBRIDS: CodeList = {
    "INGEN": _("None"),
    "LADBAR": _("Plug-in hybrid"),
    "IKKE_LADBAR": _("Hybrid, not chargeable"),
}
GEARBOXES: CodeList = {"A": _("Automatic"), "M": _("Manual")}
BODIES: CodeList = {
    "AA": _("Saloon"),
    "AB": _("Hatchback"),
    "AC": _("Estate"),
    "AD": _("Coupé"),
    "AE": _("Convertible"),
    "AF": _("Multi-purpose vehicle"),
    "AG": _("Pick-up estate"),
    "BA": _("Lorry"),
    "BB": _("Van"),
    "BC": _("Tractor unit, semi-trailer"),
    "BD": _("Road tractor"),
    "ANNET": _("Other"),
    "APEN": pgettext("car body", "Open"),
}
EMISSION_CLASSES: CodeList = {
    "0": _("Zero emission"),
    "ETEEV": _("EEV"),
    "U": _("Before Euro"),
    **{f"EURO{n}": verbatim(f"Euro {n}") for n in range(1, 8)},
    **{f"{n}L": verbatim(f"Euro {n}") for n in range(1, 7)},
    **{f"{n}T": _("Euro {n} heavy").fill(n=n) for n in range(1, 7)},
}
TECHNICAL_CODES: CodeList = {
    "M1": _("Passenger car"),
    "M1G": _("Passenger car, off-road"),
    "M2": _("Bus up to 5,000 kg"),
    "M3": _("Bus over 5,000 kg"),
    "N1": _("Van"),
    "N1G": _("Van, off-road"),
    "N2": _("Lorry up to 12,000 kg"),
    "N3": _("Lorry over 12,000 kg"),
    "L1e": _("Moped"),
    "L3e": _("Motorcycle"),
    "O1": _("Trailer up to 750 kg"),
    "O2": _("Trailer up to 3,500 kg"),
}
TAX_CODES: CodeList = {
    "101": _("Passenger car"),
    "310": _("Van, class 1"),
    "311": _("Van, class 2"),
    "314": _("Van, class 1"),
    "315": _("Van, class 2"),
    "316": _("Motor home"),
}
USES: CodeList = {
    "EGENTRANSP": _("Own transport"),
    "EGENTRANSP_ANNEN": _("Own transport"),
    "EGENTRANSPORT": _("Own transport"),
    "DROSJE_EIER": _("Taxi"),
    "DROSJE_LEASING": _("Taxi, leased"),
    "DROSJE_RESERVE": _("Spare taxi"),
    "ANNEN_ERVM_KJORING": _("Other commercial use"),
    "IKKE_SATT": _("Not set"),
}
PLATE_TYPES: CodeList = {
    "ORDINART": _("Ordinary plates"),
    "VAREBIL_KLASSE_2": _("Van, class 2, green plates"),
    "VETERAN": _("Vintage plates"),
    "UTENFOR_OFFENTLIG_VEG": _("Off public roads"),
    "SVALBARD": _("Svalbard plates"),
}
# The numbers of the colour list are not published; its names are known.
COLOURS: CodeList = {
    "beige": _("Beige"),
    "blå": _("Blue"),
    "blå (også mørk blå)": _("Blue"),
    "bronse": _("Bronze"),
    "brun": _("Brown"),
    "fiolett": _("Violet"),
    "flerfarget": _("Multicoloured"),
    "grå": _("Grey"),
    "grønn": _("Green"),
    "gul": _("Yellow"),
    "gull": _("Gold"),
    "hvit": _("White"),
    "krem": _("Cream"),
    "oransje": _("Orange"),
    "rosa": _("Pink"),
    "rød": _("Red"),
    "svart": _("Black"),
    "sølv": _("Silver"),
    "turkis": _("Turquoise"),
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
    return Code(value or said, label or verbatim(said), label is not None)
