"""From the registry's answer to a Vehicle: every branch may be absent; what cannot be read is named, not guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from directapp.connectors import vegvesen_codes as codes
from directapp.connectors.vegvesen_codes import Code, read_code, words
from directapp.connectors.vegvesen_names import make_name, model_name
from directapp.connectors.vegvesen_types import Details, Identity, Registration, Vehicle
from directapp.kernel.clock import OSLO
from directapp.kernel.languages import DEFAULT

_OWNER = frozenset({"eierskap", "neringskode", "neringskodeBeskrivelse", "registrertForstegangPaEierskap"})
_DEEPEST = 40
_FIRST_CAR, _LAST_CAR = 1886, 2100
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_PLATE = re.compile(r"[A-ZÆØÅ0-9]{2,7}")
_NOISE = re.compile(r"[\s\-]+")
_MOST_POWER = 5_000
_HORSEPOWER = Decimal("1.35962")
_TECHNICAL = "godkjenning.tekniskGodkjenning.tekniskeData"
_CLASS = "godkjenning.tekniskGodkjenning.kjoretoyklassifisering"
_FIRST = "godkjenning.forstegangsGodkjenning"
_PERSONAL = "PERSONLIG"
_MODEL_YEAR = frozenset({"årsmodell", "arsmodell", "modellår", "modellar"})


def without_owner(found: Any, *, depth: int = 0) -> Any:
    """Return an answer without anything about its owner; what nests deeper than any answer does is dropped too."""
    if isinstance(found, str):
        return found.replace("\x00", "")
    if not isinstance(found, Mapping | list):
        return found
    if depth == _DEEPEST:
        return None
    if isinstance(found, list):
        return [without_owner(value, depth=depth + 1) for value in found]
    return {name: without_owner(value, depth=depth + 1) for name, value in found.items() if name not in _OWNER}


def compact(written: str) -> str:
    """Return a plate or chassis number without spaces and dashes, in capitals."""
    return _NOISE.sub("", written).upper()


class Reader:
    """Reads values by their path; one of the wrong kind is taken as absent and its path kept."""

    def __init__(self, found: Mapping[str, Any], unreadable: list[str] | None = None) -> None:
        """Keep the answer, and the list that the readers of its parts share."""
        self._found = found
        self._unreadable = [] if unreadable is None else unreadable

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The paths whose values could not be read."""
        return tuple(self._unreadable)

    def get(self, path: str) -> Any:
        """Return what stands at a path of names, or None."""
        here: Any = self._found
        for name in path.split("."):
            here = here.get(name) if isinstance(here, Mapping) else None
        return here

    def every(self, path: str) -> list[Any]:
        """Return the list at a path; a single value is a list of one."""
        found = self.get(path)
        return [] if found is None else found if isinstance(found, list) else [found]

    def each(self, path: str) -> Iterator["Reader"]:
        """Yield a reader for every object in the list at a path."""
        for part in self.every(path):
            if isinstance(part, Mapping):
                yield Reader(part, self._unreadable)

    def text(self, path: str, *, most: int = 200) -> str | None:
        """Return the words at a path; what is longer than a field holds is cut."""
        found = next((one for one in self.every(path) if one), None)
        return words(found, most=most) or None

    def code(self, path: str, known: codes.CodeList) -> Code | None:
        """Return the code at a path."""
        return read_code(self.get(path), known)

    def number(self, path: str, *, most: int) -> Decimal | None:
        """Return the number at a path, between nothing and the most that can be meant."""
        found = next(iter(self.every(path)), None)
        if found is None or found == "":
            return None
        try:
            number = Decimal(str(found)) if not isinstance(found, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and 0 <= number <= most:
            return number
        self._unreadable.append(path)
        return None

    def whole(self, *paths: str, most: int) -> int | None:
        """Return the first whole number among paths."""
        for path in paths:
            number = self.number(path, most=most)
            if number is not None:
                return _whole(number)
        return None

    def day(self, *paths: str) -> date | None:
        """Return the first day among paths; an instant counts as the day it is in Norway."""
        for path in paths:
            found = self.get(path)
            if not found:
                continue
            try:
                day = _day(str(found))
            except ValueError:
                self._unreadable.append(path)
                continue
            if _FIRST_CAR <= day.year <= _LAST_CAR:
                return day
            self._unreadable.append(path)
        return None


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        instant = datetime.fromisoformat(written)
    return instant.astimezone(OSLO).date() if instant.tzinfo else instant.date()


def read_vehicle(found: Mapping[str, Any], fetched_at: datetime) -> Vehicle:
    """Return the vehicle of one ``kjoretoydata``."""
    raw = without_owner(found)
    reader = Reader(raw)
    details = _details(reader)
    return Vehicle(
        identity=_identity(reader, details),
        registration=_registration(reader, details),
        details=details,
        fetched_at=fetched_at,
        unreadable=tuple(dict.fromkeys(reader.unreadable)),
        raw=raw,
    )


def names_of(found: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the plates and the chassis numbers that a ``kjoretoydata`` goes by."""
    reader = Reader(found)
    plates = [reader.text("kjoretoyId.kjennemerke"), *(one.text("kjennemerke") for one in reader.each("kjennemerke"))]
    vin = reader.text("kjoretoyId.understellsnummer")
    return frozenset(compact(p) for p in plates if p), frozenset({compact(vin)} if vin else ())


def _identity(reader: Reader, details: Details) -> Identity:
    plate = compact(reader.text("kjoretoyId.kjennemerke") or "")
    makes = [name for one in reader.each(f"{_TECHNICAL}.generelt.merke") if (name := one.text("merke", most=60))]
    make = make_name(makes[0]) if makes else None
    model = reader.text(f"{_TECHNICAL}.generelt.handelsbetegnelse", most=100)
    color = " / ".join(dict.fromkeys(one.label.pick(DEFAULT) for one in details.colours))
    return Identity(
        vin=details.chassis_number if _VIN.fullmatch(details.chassis_number or "") else None,
        license_plate=plate if _PLATE.fullmatch(plate) else None,
        make=make,
        model=model_name(model, make) or None if model else None,
        variant=details.approval_variant,
        model_year=_model_year(reader),
        color=color[:60].rstrip(" /") or None,
    )


def _model_year(reader: Reader) -> int | None:
    """Return the model year where the answer says one among its other data; it has no place of its own."""
    for other in reader.each(f"{_TECHNICAL}.ovrigeTekniskeData"):
        if (other.text("datafeltNavn") or "").casefold() in _MODEL_YEAR:
            year = other.whole("datafeltVerdi", most=_LAST_CAR)
            return year if year and year >= _FIRST_CAR else None
    return None


def _registration(reader: Reader, details: Details) -> Registration:
    first = reader.day(f"{_FIRST}.forstegangRegistrertDato", "forstegangsregistrering.registrertForstegangNorgeDato")
    fuel = fuel_of(details, flagged=reader.get(f"{_TECHNICAL}.motorOgDrivverk.hybridElektriskKjoretoy") is True)
    power = _power(reader)
    status = details.registration_status
    weights, sizes = f"{_TECHNICAL}.vekter", f"{_TECHNICAL}.dimensjoner"
    return Registration(
        year=first.year if first else None,
        fuel_type=fuel,
        engine_size=_largest(r.whole("slagvolum", most=30_000) for r in _motors(reader)),
        power_kw=power,
        horsepower=None if power is None else _whole(power * _HORSEPOWER),
        co2_emissions=_co2(reader, fuel),
        electric_range_km=_range(reader),
        first_registered=first,
        registration_status=codes.STATUS_OF.get(status.value) if status else None,
        next_inspection_due=reader.day("periodiskKjoretoyKontroll.kontrollfrist"),
        last_inspection=reader.day("periodiskKjoretoyKontroll.sistGodkjent"),
        curb_weight=reader.whole(f"{weights}.egenvekt", f"{weights}.egenvektMinimum", most=100_000),
        total_weight=reader.whole(f"{weights}.tillattTotalvekt", f"{weights}.tekniskTillattTotalvekt", most=100_000),
        payload=reader.whole(f"{weights}.nyttelast", most=100_000),
        trailer_weight_braked=reader.whole(f"{weights}.tillattTilhengervektMedBrems", most=100_000),
        trailer_weight_unbraked=reader.whole(f"{weights}.tillattTilhengervektUtenBrems", most=100_000),
        length=reader.whole(f"{sizes}.lengde", f"{sizes}.maksimalLengde", most=30_000),
        width=reader.whole(f"{sizes}.bredde", f"{sizes}.maksimalBredde", most=30_000),
        height=reader.whole(f"{sizes}.hoyde", f"{sizes}.maksimalHoyde", most=30_000),
    )


def fuel_of(details: Details, *, flagged: bool = False) -> str | None:
    """Return the fuel as a car's field has it, from its fuels and hybrid category; None where no choice fits."""
    named = {code.value.upper() for code in details.fuels}
    hybrid = details.hybrid.value if details.hybrid else ""
    if hybrid == "LADBAR":
        return "plug_in_hybrid"
    burns = bool(named & (codes.PETROL | codes.DIESEL | codes.GAS))
    mixed = burns and bool(named & codes.ELECTRIC)
    if hybrid == "IKKE_LADBAR" or flagged or mixed or named & codes.OLD_HYBRID:
        return "hybrid"
    order = (
        ("hydrogen", codes.HYDROGEN),
        ("gas", codes.GAS),
        ("petrol", codes.PETROL),
        ("diesel", codes.DIESEL),
        ("electric", codes.ELECTRIC),
    )
    return next((fuel for fuel, members in order if named & members), None)


def _motors(reader: Reader) -> Iterator[Reader]:
    return reader.each(f"{_TECHNICAL}.motorOgDrivverk.motor")


def _largest(numbers: Iterable[int | None]) -> int | None:
    return max((n for n in numbers if n is not None), default=None)


def _power(reader: Reader) -> Decimal | None:
    """Return the engine's power: of what burns where something does, else of all electric motors together."""
    burning: list[Decimal] = []
    electric: list[Decimal] = []
    for motor in _motors(reader):
        of_motor: dict[bool, Decimal] = {}
        for fuel in motor.each("drivstoff"):
            power = fuel.number("maksNettoEffekt", most=_MOST_POWER) or fuel.number(
                "maksEffektPrTime", most=_MOST_POWER
            )
            code = fuel.code("drivstoffKode", codes.FUELS)
            is_electric = code is not None and code.value.upper() in codes.ELECTRIC
            if power:
                of_motor[is_electric] = max(power, of_motor.get(is_electric, power))
        burning += [of_motor[False]] if False in of_motor else []
        electric += [of_motor[True]] if True in of_motor else []
    total = (sum(burning, Decimal()) or sum(electric, Decimal())).quantize(Decimal("0.01"))
    return total if 0 < total <= _MOST_POWER else None


def _consumption(reader: Reader) -> list[Reader]:
    groups = reader.each(f"{_TECHNICAL}.miljodata.miljoOgdrivstoffGruppe")
    return [measured for group in groups for measured in group.each("forbrukOgUtslipp")]


_OF_VEHICLE = "wltpKjoretoyspesifikk"
_CO2 = (
    f"{_OF_VEHICLE}.co2VektetKombinert",
    f"{_OF_VEHICLE}.co2Kombinert",
    "vektetKombinertDrivstoffCO2",
    "co2BlandetKjoring",
    f"{_OF_VEHICLE}.nedcVektetKombinertDrivstoffCo2",
    f"{_OF_VEHICLE}.nedcCo2BlandetKjoringGPrKm",
)
_RANGE = (f"{_OF_VEHICLE}.rekkeviddeKmBlandetkjoring", "rekkeviddeKm", f"{_OF_VEHICLE}.nedcRekkeviddeKm")


def _co2(reader: Reader, fuel: str | None) -> int | None:
    if fuel in {"electric", "hydrogen"}:
        return 0
    measured = _consumption(reader)
    for path in _CO2:
        if (value := _largest(one.whole(path, most=2_000) for one in measured)) is not None:
            return value
    return None


def _range(reader: Reader) -> int | None:
    measured = _consumption(reader)
    for path in _RANGE:
        if value := _largest(one.whole(path, most=3_000) for one in measured):
            return value
    return None


def _details(reader: Reader) -> Details:
    general, body = f"{_TECHNICAL}.generelt", f"{_TECHNICAL}.karosseriOgLasteplan"
    drive, people = f"{_TECHNICAL}.motorOgDrivverk", f"{_TECHNICAL}.persontall"
    weights, approval = f"{_TECHNICAL}.vekter", f"{_CLASS}.efTypegodkjenning"
    vin = reader.text("kjoretoyId.understellsnummer")
    rubber = [r for c in reader.each(f"{_TECHNICAL}.dekkOgFelg.akselDekkOgFelgKombinasjon") for r in c.each(_AXLE)]
    return Details(
        chassis_number=compact(vin) if vin else None,
        personal_plate=_personal_plate(reader),
        manufacturer=next((r.text("fabrikantNavn") for r in reader.each(f"{general}.fabrikant")), None),
        type_designation=reader.text(f"{general}.typebetegnelse"),
        approval_number=reader.text(f"{approval}.typegodkjenningNrTekst"),
        approval_variant=reader.text(f"{approval}.variant"),
        approval_version=reader.text(f"{approval}.versjon"),
        classification=reader.text(f"{_CLASS}.beskrivelse"),
        registration_status=reader.code("registrering.registreringsstatus", codes.REGISTRATION_STATUSES),
        plate_type=next((r.code("kjennemerketype", codes.PLATE_TYPES) for r in reader.each("kjennemerke")), None),
        use=reader.code("registrering.kjoringensArt", codes.USES),
        fuels=_fuels(reader),
        hybrid=reader.code(f"{drive}.hybridKategori", codes.HYBRIDS),
        gearbox=reader.code(f"{drive}.girkassetype", codes.GEARBOXES),
        body=reader.code(f"{body}.karosseritype", codes.BODIES),
        colours=_codes(read_code(one, codes.COLOURS) for one in reader.every(f"{body}.rFarge")),
        emission_class=reader.code(f"{_TECHNICAL}.miljodata.euroKlasse", codes.EMISSION_CLASSES),
        technical_code=reader.code(f"{_CLASS}.tekniskKode", codes.TECHNICAL_CODES)
        or reader.code(f"{general}.tekniskKode", codes.TECHNICAL_CODES),
        tax_code=reader.code(f"{_CLASS}.kjoretoyAvgiftsKode", codes.TAX_CODES),
        engine_codes=_texts(motor.text("motorKode") for motor in _motors(reader)),
        cylinders=_largest(motor.whole("antallSylindre", most=32) for motor in _motors(reader)),
        gears=reader.whole(f"{drive}.antallGir", most=32),
        top_speed_kmh=reader.whole(f"{drive}.maksimumHastighet", most=600),
        doors=reader.whole(f"{body}.antallDorer", most=20),
        seats=reader.whole(f"{people}.sitteplasserTotalt", most=200),
        seats_in_front=reader.whole(f"{people}.sitteplasserForan", most=10),
        axles=reader.whole(f"{_TECHNICAL}.akslinger.antallAksler", most=20),
        driven_axles=_driven_axles(reader),
        tyres=_texts(one.text("dekkdimensjon") for one in rubber),
        rims=_texts(one.text("felgdimensjon") for one in rubber),
        consumption_l_100km=_fuel_consumption(reader),
        electric_consumption_wh_km=_largest(
            one.whole(f"{_OF_VEHICLE}.elEnergiforbruk", "elEnergiforbruk", most=5_000) for one in _consumption(reader)
        ),
        roof_load=reader.whole(f"{weights}.tillattTaklast", most=10_000),
        coupling_load=reader.whole(f"{weights}.tillattVertikalKoplingslast", most=10_000),
        combination_weight=reader.whole(f"{weights}.tillattVogntogvekt", most=200_000),
        registered_in_norway=reader.day("forstegangsregistrering.registrertForstegangNorgeDato"),
        deregistered_since=reader.day("registrering.avregistrertSidenDato"),
        imported_from=reader.text(f"{_FIRST}.bruktimport.importland.landNavn"),
        import_mileage_km=reader.whole(f"{_FIRST}.bruktimport.kilometerstand", most=5_000_000),
        remarks=_texts(one.text("merknad") for one in reader.each("godkjenning.kjoretoymerknad")),
    )


_AXLE = "akselDekkOgFelg"


def _texts(found: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def _codes(found: Iterable[Code | None]) -> tuple[Code, ...]:
    return tuple(dict.fromkeys(one for one in found if one))


def _fuels(reader: Reader) -> tuple[Code, ...]:
    burnt = [fuel.code("drivstoffKode", codes.FUELS) for motor in _motors(reader) for fuel in motor.each("drivstoff")]
    groups = reader.each(f"{_TECHNICAL}.miljodata.miljoOgdrivstoffGruppe")
    return _codes([*burnt, *(group.code("drivstoffKodeMiljodata", codes.FUELS) for group in groups)])


def _personal_plate(reader: Reader) -> str | None:
    plates = (r.text("kjennemerke") for r in reader.each("kjennemerke") if r.get("kjennemerkekategori") == _PERSONAL)
    return next((compact(plate) for plate in plates if plate), None)


def _driven_axles(reader: Reader) -> int | None:
    groups = reader.each(f"{_TECHNICAL}.akslinger.akselGruppe")
    axles = [axle for group in groups for axle in group.each("akselListe.aksel")]
    return sum(axle.get("drivAksel") is True for axle in axles) or None


def _fuel_consumption(reader: Reader) -> Decimal | None:
    paths = (f"{_OF_VEHICLE}.forbrukVektetKombinert", f"{_OF_VEHICLE}.forbrukKombinert", "forbrukBlandetKjoring")
    for path in paths:
        found = [number for one in _consumption(reader) if (number := one.number(path, most=500))]
        if found:
            return max(found)
    return None
