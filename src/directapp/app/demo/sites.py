"""The sites of the demo tenants: invented names, real shapes."""

from dataclasses import dataclass, field

Staff = dict[str, int]

_SALES: Staff = {"new_car_sales": 1, "used_car_sales": 1, "parts": 1, "sales_manager": 1, "manager": 1}
_WORKSHOP: Staff = {"reception": 1, "planner": 1, "mechanic": 1, "detailer": 1}
_FLEET: Staff = {
    "fleet_manager": 1,
    "supervisor": 1,
    "dispatcher": 1,
    "technician": 1,
    "driver": 3,
    "safety_officer": 1,
}
_SOLD = ("new_sales", "used_sales", "parts")
_PREPARED = ("mechanical", "detailing")

GOALS = {
    "at_prep_center": 8,
    "inspection": 4,
    "inspection_failed": 24,
    "waiting_parts": 72,
    "ready_to_plan": 16,
    "planned": 48,
    "technical_prep": 8,
    "cosmetic_prep": 8,
    "quality_check": 4,
    "qc_failed": 8,
    "ready_for_delivery": 16,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as the administrator sets it up."""

    number: str
    code: str
    name: str
    location: str
    kind: str
    brands: tuple[str, ...]
    colors: tuple[str, str]
    functions: tuple[str, ...]
    staff: Staff
    prep: str
    parent: str | None = None
    archive_after_days: int = 14
    quality_check: bool = True
    spots: str = "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A demo tenant."""

    name: str
    domain: str
    sites: tuple[Site, ...]
    seed: int
    scale: float = 1.0
    vehicles: int = 0
    languages: dict[str, str] = field(default_factory=dict)

    def site(self, number: str) -> Site:
        """Return a site by its number."""
        return next(s for s in self.sites if s.number == number)


COAST = Group(
    name="Kystveien Bil",
    domain="demo.directapp.no",
    seed=490,
    vehicles=30,
    languages={"new_car_sales.326": "en", "mechanic.499-3": "en"},
    sites=(
        Site(
            number="490",
            code="KV",
            name="Kystveien Volkswagen",
            location="Kristiansand vest",
            kind="sales_and_prep",
            brands=("Volkswagen",),
            colors=("#001e50", "#00b0f0"),
            functions=(*_SOLD, *_PREPARED),
            staff={
                **_SALES,
                **_WORKSHOP,
                "new_car_sales": 2,
                "mechanic": 3,
                "detailer": 2,
                "finance": 1,
                "fleet_manager": 1,
                "driver": 1,
            },
            prep="490",
            spots="V",
        ),
        Site(
            number="499",
            code="KS",
            name="Kystveien Skade og Bilpleie",
            location="Sørlandsparken",
            kind="prep_center_only",
            brands=(),
            colors=("#37474f", "#ffb300"),
            functions=(*_PREPARED, "parts", "body_repair", "paint"),
            staff={"parts": 1, "reception": 2, "planner": 1, "mechanic": 3, "detailer": 3, "manager": 1},
            prep="499",
            parent="490",
            spots="K",
        ),
        Site(
            number="495",
            code="KA",
            name="Kystveien Audi",
            location="Sørlandsparken",
            kind="sales_only",
            brands=("Audi",),
            colors=("#1a1a1a", "#f50537"),
            functions=_SOLD,
            staff=_SALES,
            prep="499",
            parent="490",
            spots="A",
        ),
        Site(
            number="324",
            code="KŠ",
            name="Kystveien Škoda",
            location="Sørlandsparken",
            kind="sales_only",
            brands=("Škoda",),
            colors=("#0e3a2f", "#78faae"),
            functions=_SOLD,
            staff=_SALES,
            prep="499",
            parent="490",
            spots="S",
        ),
        Site(
            number="326",
            code="KN",
            name="Kystveien Nissan, MG og Subaru",
            location="Sørlandsparken",
            kind="sales_only",
            brands=("Nissan", "MG", "Subaru"),
            colors=("#c3002f", "#3d3d3d"),
            functions=_SOLD,
            staff=_SALES,
            prep="499",
            parent="490",
            archive_after_days=10,
            spots="N",
        ),
        Site(
            number="332",
            code="KG",
            name="Kystveien Grenland",
            location="Porsgrunn",
            kind="sales_and_prep",
            brands=("Volkswagen", "Škoda"),
            colors=("#0b4f6c", "#f2a541"),
            functions=(*_SOLD, *_PREPARED),
            staff={**_SALES, **_WORKSHOP, "mechanic": 2},
            prep="332",
            parent="490",
            archive_after_days=7,
            spots="G",
        ),
        Site(
            number="340",
            code="KL",
            name="Kystveien Lyngdal",
            location="Lyngdal",
            kind="sales_and_prep",
            brands=("Volkswagen", "Audi"),
            colors=("#2e5d34", "#f4d35e"),
            functions=(*_SOLD, *_PREPARED),
            staff={**_SALES, **_WORKSHOP},
            prep="340",
            parent="490",
            archive_after_days=0,
            quality_check=False,
            spots="L",
        ),
    ),
)

MOUNTAIN = Group(
    name="Fjell Auto",
    domain="fjell.directapp.no",
    seed=101,
    scale=0.05,
    vehicles=120,
    sites=(
        Site(
            number="101",
            code="FG",
            name="Fjell Auto Gol",
            location="Gol",
            kind="sales_and_prep",
            brands=("Toyota",),
            colors=("#4a148c", "#ffca28"),
            functions=(*_SOLD, *_PREPARED),
            staff={**_SALES, **_WORKSHOP, **_FLEET},
            prep="101",
            spots="F",
        ),
        Site(
            number="102",
            code="FÅ",
            name="Fjell Auto Ål",
            location="Ål",
            kind="sales_only",
            brands=("Toyota", "Suzuki"),
            colors=("#004d40", "#ff7043"),
            functions=_SOLD,
            staff=_SALES,
            prep="101",
            parent="101",
            spots="Å",
        ),
    ),
)

GROUPS = (COAST, MOUNTAIN)
