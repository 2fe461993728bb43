"""Makes and models as the trade writes them: the registry writes all in capitals."""

import re

_MAKES = {
    name.casefold(): name
    for name in (
        *("BMW", "BYD", "DS", "FAW", "GAC", "GMC", "GWM", "JAC", "KGM", "KTM", "MAN", "MG", "NIO", "SEAT"),
        *("CUPRA", "MINI", "XPENG", "smart", "AMG", "McLaren", "DAF", "LEVC", "RAM", "TVR", "IVECO", "VinFast"),
    )
}
_SPELLINGS = {
    "skoda": "Škoda",
    "citroen": "Citroën",
    "vw": "Volkswagen",
    "mercedes": "Mercedes-Benz",
    "mercedes benz": "Mercedes-Benz",
    "mercedes-amg": "Mercedes-Benz",
    "tesla motors": "Tesla",
    "bmw i": "BMW",
    "morris garages": "MG",
    "ds automobiles": "DS",
}
_MODELS = {
    name.casefold(): name
    for name in (
        *("e-tron", "e-Golf", "e-up!", "up!", "bZ4X", "C-HR", "e-NV200", "e-208", "e-2008", "eVitara", "e VITARA"),
        *("ID. Buzz", "MG ZS", "Leaf", "i-Pace", "e-Niro", "e-Soul", "iX", "iX1", "iX3", "quattro", "GLC", "GLE"),
    )
}
_WORD = re.compile(r"[A-ZÆØÅÄÖÜÉÈ]{4,}")


def make_name(written: str) -> str:
    """Return a make as the trade spells it: ``VOLKSWAGEN`` is Volkswagen, ``BMW`` stays."""
    name = " ".join(written.split())
    known = _SPELLINGS.get(name.casefold()) or _MAKES.get(name.casefold())
    return known or "-".join(_titled(part) for part in name.split("-"))


def _titled(words: str) -> str:
    return " ".join(word.capitalize() if word.isupper() else word for word in words.split(" "))


def model_name(written: str, make: str | None = None) -> str:
    """Return a model as the trade spells it, without the make before it; what carries digits stays as it is."""
    name = " ".join(written.split())
    if make and name.casefold().startswith(f"{make.casefold()} "):
        name = name[len(make) + 1 :]
    known = _MODELS.get(name.casefold())
    return known or " ".join(_spelled(word) for word in name.split(" "))


def _spelled(word: str) -> str:
    known = _MODELS.get(word.casefold())
    return known or _WORD.sub(lambda found: found[0].capitalize(), word)
