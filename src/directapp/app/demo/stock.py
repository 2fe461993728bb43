"""Which cars stand where: makes, models and prices as a dealer knows them, with synthetic numbers."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Model:
    """A model and what it roughly costs new."""

    make: str
    model: str
    variant: str
    fuel: str
    price: int


NEW: dict[str, tuple[Model, ...]] = {
    "Volkswagen": (
        Model("Volkswagen", "ID.4", "Pro 4MOTION", "electric", 489_000),
        Model("Volkswagen", "ID.3", "Pro S", "electric", 389_000),
        Model("Volkswagen", "ID.7", "Tourer Pro S", "electric", 559_000),
        Model("Volkswagen", "ID. Buzz", "Pro lang", "electric", 619_000),
        Model("Volkswagen", "Tiguan", "eHybrid R-Line", "plug_in_hybrid", 629_000),
        Model("Volkswagen", "Transporter", "TDI 150 4MOTION", "diesel", 699_000),
    ),
    "Audi": (
        Model("Audi", "Q4 e-tron", "45 quattro", "electric", 569_000),
        Model("Audi", "Q6 e-tron", "quattro S line", "electric", 789_000),
        Model("Audi", "A6 e-tron", "Avant performance", "electric", 729_000),
        Model("Audi", "Q5", "TFSI e quattro", "plug_in_hybrid", 899_000),
    ),
    "Škoda": (
        Model("Škoda", "Enyaq", "85x", "electric", 479_000),
        Model("Škoda", "Elroq", "85", "electric", 419_000),
        Model("Škoda", "Superb", "iV stasjonsvogn", "plug_in_hybrid", 569_000),
        Model("Škoda", "Kodiaq", "iV", "plug_in_hybrid", 649_000),
    ),
    "Nissan": (
        Model("Nissan", "Ariya", "87 kWh Evolve", "electric", 459_000),
        Model("Nissan", "Leaf", "75 kWh Advance", "electric", 359_000),
        Model("Nissan", "Townstar", "EV L2", "electric", 339_000),
    ),
    "MG": (
        Model("MG", "MG4", "Trophy Extended Range", "electric", 319_000),
        Model("MG", "MGS5", "Luxury", "electric", 329_000),
    ),
    "Subaru": (
        Model("Subaru", "Solterra", "AWD Touring", "electric", 449_000),
        Model("Subaru", "Forester", "e-BOXER Adventure", "hybrid", 659_000),
    ),
    "Toyota": (
        Model("Toyota", "bZ4X", "AWD Executive", "electric", 469_000),
        Model("Toyota", "RAV4", "Plug-in Style", "plug_in_hybrid", 599_000),
        Model("Toyota", "Yaris Cross", "Hybrid AWD-i", "hybrid", 419_000),
    ),
    "Suzuki": (Model("Suzuki", "e VITARA", "AWD", "electric", 379_000),),
}

USED: tuple[Model, ...] = (
    Model("Tesla", "Model Y", "Long Range AWD", "electric", 520_000),
    Model("Tesla", "Model 3", "Standard Range", "electric", 430_000),
    Model("Volvo", "XC40", "Recharge Twin", "electric", 480_000),
    Model("Volvo", "XC60", "T8 AWD", "plug_in_hybrid", 720_000),
    Model("Toyota", "RAV4", "Hybrid AWD-i", "hybrid", 480_000),
    Model("Toyota", "Yaris", "Hybrid Active", "hybrid", 290_000),
    Model("BMW", "iX3", "Inspiring", "electric", 570_000),
    Model("BMW", "i3", "120 Ah", "electric", 340_000),
    Model("Hyundai", "IONIQ 5", "AWD Premium", "electric", 510_000),
    Model("Hyundai", "Kona", "Electric 64 kWh", "electric", 390_000),
    Model("Kia", "EV6", "AWD Exclusive", "electric", 560_000),
    Model("Kia", "Niro", "EV", "electric", 400_000),
    Model("Ford", "Mustang Mach-E", "AWD", "electric", 540_000),
    Model("Polestar", "2", "Long range", "electric", 470_000),
    Model("Mazda", "CX-5", "2.0 Optimum AWD", "petrol", 520_000),
    Model("Peugeot", "Expert", "2.0 HDi", "diesel", 420_000),
    *(m for make in ("Volkswagen", "Audi", "Škoda", "Nissan") for m in NEW[make][:3]),
)

_MAKERS = {
    "Volkswagen": "WVW", "Audi": "WAU", "Škoda": "TMB", "Nissan": "SJN", "MG": "LSJ", "Subaru": "JF1",
    "Toyota": "JTM", "Suzuki": "TSM", "Tesla": "LRW", "Volvo": "YV1", "BMW": "WBY", "Hyundai": "KMH",
    "Kia": "KNA", "Ford": "WF0", "Polestar": "LPS", "Mazda": "JMZ", "Peugeot": "VF3",
}  # fmt: skip
_ELECTRIC = ("EL", "EK", "EV", "EB", "EC", "ED", "EE", "EF", "EH")
_OTHER = ("XD", "XE", "XK", "XR")


class Numbers:
    """Hands out chassis numbers, plates and order numbers that nobody can mistake for real ones."""

    def __init__(self, seed: int) -> None:
        """Begin a series of its own."""
        self._seed = seed % 1000
        self._cars = 0
        self._orders = 10_000

    def vin(self, make: str) -> str:
        """Return a chassis number of the maker, with DEM where the model would stand."""
        self._cars += 1
        return f"{_MAKERS[make]}ZZZDEM{self._seed:03d}{self._cars:05d}"

    def plate(self, fuel: str, rng: Random) -> str:
        """Return a plate of the right kind: electric pairs, else a pair no district has."""
        letters = rng.choice(_ELECTRIC if fuel == "electric" else _OTHER)
        return f"{letters}{90_000 + self._cars}"

    def order(self, site: str) -> str:
        """Return an order number."""
        self._orders += 1
        return f"{site}-{self._orders}"


def organisation(number: int) -> str:
    """Return an organisation number with a right check digit, in a series that is not given out."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    for candidate in range(number * 10 + 10, number * 10 + 20):
        digits = f"{candidate:08d}"
        check = -sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
        if check < 10:  # noqa: PLR2004 - ten has no digit
            return f"{digits}{check}"
    raise AssertionError(number)


def phone(number: int) -> str:
    """Return a phone number from the round series 400 00 000 to 400 00 999."""
    return f"+47400{number % 1000:05d}"
