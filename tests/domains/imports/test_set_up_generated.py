"""Whatever a company has set up is carried to an empty one and is the same there: tried on generated set-ups."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.domains.imports.set_up import apply, differences
from directapp.domains.imports.set_up_files import carried, fields_of, read, write
from directapp.domains.people.fields import IDENTITY_MAPPINGS, IDENTITY_PROVIDERS, ROLES
from directapp.domains.people.role_pieces import pieces_of_role, stored
from directapp.domains.people.roles import WORKING
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError
from directapp.kernel.roles import Piece
from directapp.services.intent import Intent
from domains.imports.test_set_up import empty, ordered, plain, sign_in_provider, taken
from support.dealer import Dealer
from support.own_roles import SPEC

# Webhooks are made by hand in each installation, before the rules that name them.
BY_HAND = {"workflow_rules"}
METAS = [meta for meta in carried(SPEC) if meta.name not in {"tenants", *BY_HAND}]
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1
)
# What YAML takes for something else than a text, or for an end of one.
_NASTY = st.sampled_from(
    [
        *("yes", "no", "null", "~", "1.0", "0x1f", "12:30", "2026-01-01", "- a", "a: b", "#x", "'", '"', "{a}", "%"),
        *("&a", "*a", "|", "Å/..", "linje\nto", "[", "]", "@", "`", "!!str", "?", ":", "a ", "NaN", ".inf", "0o7"),
    ]
)
# What has a form of its own.
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "network": st.integers(0, 255).map(lambda part: f"10.{part}.0.0/16"),
    "color": st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"),
    "items": st.just([{"code": "lakk", "nb": "Lakk: «ja»", "en": "Paint"}]),
    "settings": st.dictionaries(_WORDS.map(lambda word: word[:9]), st.none() | st.integers(-9, 9) | _NASTY, max_size=4),
    "archive_after_days": st.integers(1, 900),
}


@st.composite
def roles(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a role of the company's own: some of what some entries of the product's roles give, or switched off."""
    code, based_on = draw(st.from_regex(r"egen_[a-z0-9_]{1,9}", fullmatch=True)), draw(st.sampled_from(WORKING.split()))
    every = [one for role in (based_on, "manager") for one in pieces_of_role(SPEC, role)]
    given = draw(
        st.none() | st.lists(st.sampled_from(every).flatmap(parts_of), max_size=4, unique_by=lambda p: p.entry)
    )
    names = {name: draw(_NASTY | _WORDS)[:60] for name in ("name_nb", "name_en")}
    return {"code": code, "based_on": based_on, "pieces": None if given is None else stored(given), **names}


def parts_of(piece: Piece) -> st.SearchStrategy[Piece]:
    """Return pieces that give some of what a piece does."""
    some = {
        name: st.lists(st.sampled_from(held), unique=True).map(tuple)
        for name in ("read", "write", "verbs")
        if (held := getattr(piece, name))
    }
    flags = {name: st.booleans() for name in ("create", "delete") if getattr(piece, name)}
    return st.builds(Piece, st.just(piece.collection), st.just(piece.entry), **some, **flags)


def value_of(item: Field) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line a kind
    """Return values as they fit a field's kind; what a rule of the product refuses is left out where it is made."""
    if item.name in NAMED:
        return NAMED[item.name]
    match item.kind:
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.INTEGER:
            return st.integers(int(item.minimum or 0), int(item.maximum or 60))
        case Kind.DECIMAL | Kind.MONEY:
            return st.decimals(0, 40, places=2).map(str)
        case Kind.CHOICE if item.choices:
            return st.sampled_from([choice.code for choice in item.choices])
        case Kind.CHOICES if item.choices:
            return st.lists(st.sampled_from([choice.code for choice in item.choices]), unique=True, max_size=3)
        case Kind.STRING | Kind.TEXT:
            most = item.max_length or 60
            return (_WORDS | _NASTY).map(lambda word: word[:most])
        case _:
            return st.none()


@st.composite
def set_ups(draw: st.DrawFn, metas: list[CollectionMeta]) -> list[tuple[str, dict[str, Any], dict[str, int]]]:
    """Draw rows: of which collection, with which values, and which earlier row each reference is to."""
    rows = []
    for meta in metas:
        for _ in range(draw(st.integers(1, 3))):
            values = {
                item.name: draw(value_of(item))
                for item in fields_of(meta)
                if item.points_to is None and (item.required or draw(st.booleans()))
            }
            if meta.name == ROLES and draw(st.booleans()):
                values = draw(roles())
            refs = {item.name: draw(st.integers(0, 5)) for item in fields_of(meta) if item.points_to}
            rows.append((meta.name, values, refs))
    return rows


async def furnish(dealer: Dealer, rows: list[tuple[str, dict[str, Any], dict[str, int]]]) -> None:
    """Make what the product takes of these rows."""
    spec = dealer.application.platform.spec
    known: dict[str, list[UUID]] = {IDENTITY_PROVIDERS: [await sign_in_provider(dealer)]}
    for name, values, refs in rows:
        pointed: dict[str, Any] = {}
        for field, turn in refs.items():
            there = known.get(str(spec[name].fields[field].points_to), [])
            pointed |= {field: str(there[turn % len(there)])} if there else {}
        for system in ("demo", "importer"):
            try:
                made = await dealer.application.platform.pipeline.perform(
                    Intent(
                        actor=system_actor(dealer.tenant, system),
                        collection=name,
                        verb="create",
                        origin="test",
                        patch=values | pointed,
                    )
                )
            except DirectAppError:
                continue
            assert made.record is not None
            known.setdefault(name, []).append(made.record)
            break


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Return what differs: of which thing, in which field, and both values."""
    names = [(thing, name) for thing in {*before, *after} for name in {**before.get(thing, {}), **after.get(thing, {})}]
    pairs = [(thing, name, *(one.get(thing, {}).get(name) for one in (before, after))) for thing, name in names]
    return [found for found in pairs if found[2] != found[3]]


OWN = "roles of the company's own"
seen: set[str] = set()


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(rows=set_ups(METAS))
async def test_a_generated_set_up_is_the_same_in_an_empty_company(dealer: Dealer, rows: list[Any]) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    source = await empty(dealer)
    await furnish(source, rows)
    things = await taken(source)
    seen.update(collection for collection, _ in things)
    seen.update(OWN for (name, _), one in things.items() if name == ROLES and one.values["pieces"])
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, spec, things)
        assert plain(read(folder, spec)) == plain(things)
        there = await empty(dealer)
        await sign_in_provider(there)
        await apply(pipeline, there.tenant, read(folder, spec), by=ordered(there))
        assert differing(plain(things), plain(await taken(there))) == []
        assert await differences(pipeline, there.tenant, read(folder, spec)) == []


def test_what_was_generated_is_of_many_kinds() -> None:
    """Where the product refuses all that is drawn, nothing was tried."""
    assert len(seen) > len(METAS) // 2, seen
    assert {OWN, IDENTITY_MAPPINGS} <= seen
