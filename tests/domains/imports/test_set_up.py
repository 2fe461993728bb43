"""A company's set-up as files: the same in an empty company, changed by a line, never dropped unasked."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from directapp.app.container import Application
from directapp.domains.imports.set_up import apply, differences, snapshot
from directapp.domains.imports.set_up_files import Things, carried, fields_of, read, write
from directapp.domains.people.fields import ROLES, Dealerships, Roles
from directapp.interfaces.cli.set_up import register
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ConflictError, InvalidError
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.jobs import Ordered
from support.dealer import Dealer, settle
from support.own_roles import again, draft, holder, own_role, pieces, put_into_use

Run = Callable[..., Awaitable[Result]]


async def furnish(dealer: Dealer) -> None:
    """Set up a company in every kind of thing that is carried."""
    demo, site = system_actor(dealer.tenant, "demo"), dealer.sites["490"]

    async def make(collection: str, **values: Any) -> Any:
        return await dealer.create(demo, collection, **values)

    await dealer.do(
        demo, "tenants", "update", dealer.tenant, second_factor_roles=["manager", "finance"], settings={"uke": [1, 2]}
    )
    await dealer.do(
        demo,
        "dealerships",
        "update",
        site,
        stage_goals={"inspection": 1.5},
        brand_colors={"primary": "#112233", "secondary": "#aabbcc"},
    )
    await make("roles", code="mechanic", name_nb="Mekaniker", name_en="Mechanic")
    substitute = await own_role(dealer, "vikar", "planner", pieces("planner", "cars", "comments", write=()))
    provider = await sign_in_provider(dealer)
    gives = {"roles": ["mechanic"], "custom_role": str(substitute), "dealership": str(site)}
    await dealer.create(
        await dealer.person("tenant_admin", ""), "identity_mappings", provider=str(provider), value="gruppe-1", **gives
    )
    polish = await make(
        "resource_types", code="polish", name_nb="Polering", name_en="Polishing", default_hours="1.50", color="#aa3300"
    )
    await make(
        "inspection_templates", name_nb="Mottak «ny»", name_en="Reception", kind="mottak", car_type="used", items=ITEMS
    )
    template = await make("booking_templates", name="Vanlig bil", dealership=str(site))
    await make("booking_template_steps", template=str(template), resource_type=str(polish), hours="2.00", order=1)
    body = "Hei!\n\nBilen er klar.\n"
    await make("message_texts", event="customer.ready", language="nb", dealership=str(site), subject="Klar", body=body)
    await make("message_texts", event="customer.ready", language="nb", subject="Klar hos oss", body=body)
    above = await make("departments", name="Drift", cost_centre="4100")
    await make("departments", name="Verksted", parent=str(above), dealership=str(site))
    await make("service_programs", name="Service A", vehicle_type="van", every_months=12, every_km=15_000)
    other = dealer.sites["499"]
    hook = await make("webhooks", name="Regnskap", url="https://regnskap.example/krok", events=["car.sold"])
    await make("workflow_rules", name="Solgt", event="car.sold", action="call_webhook", webhook=str(hook))
    importer = system_actor(dealer.tenant, "importer")
    await dealer.create(importer, "network_rules", role="finance", network="10.1.0.0/16")
    own = {"collection": "cars", "code": "colour_code", "kind": "choice", "choices": "red: Rød | Red"}
    own |= {"label_nb": "Fargekode", "label_en": "Colour code", "placed_in": "cars.own", "readers": ["parts"]}
    own |= {"custom_reader": str(substitute)}
    await dealer.application.platform.pipeline.perform(
        Intent(actor=importer, collection="own_fields", verb="create", origin="test", patch=own)
    )
    await make(
        "resource_sharing", provider=str(other), consumer=str(site), resource_type=str(polish), max_hours_per_week=20
    )


async def sign_in_provider(dealer: Dealer) -> Any:
    """Set a provider up by hand, as in every installation."""
    values = {"label": "Entra", "kind": "openid", "issuer": "https://inn.example/felles", "client_id": "directapp"}
    return await dealer.create(await dealer.person("tenant_admin", ""), "identity_providers", **values)


ITEMS = [{"code": "lakk", "nb": "Lakk og riper", "en": "Paint"}]


async def empty(dealer: Dealer) -> Dealer:
    """Make a company beside it in which nothing is set up."""
    other = Dealer(dealer.application, uuid7())
    demo = system_actor(other.tenant, "demo")
    await other.create(demo, "tenants", id=str(other.tenant), name="Drift", second_factor_roles=[])
    return other


async def taken(dealer: Dealer) -> Things:
    return await snapshot(dealer.application.platform.pipeline, dealer.tenant)


def plain(things: Things) -> dict[str, Any]:
    return {f"{collection} {key}": thing.values for (collection, key), thing in things.items()}


def ordered(dealer: Dealer) -> Ordered:
    return Ordered(replace(system_actor(dealer.tenant, "importer"), name="Drift: ola"), "schema apply (ola)")


async def test_what_is_carried_to_an_empty_company_is_the_same_there(dealer: Dealer, tmp_path: Path) -> None:
    await furnish(dealer)
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    things = await taken(dealer)
    kinds = {collection for collection, _ in things}
    assert kinds == {meta.name for meta in carried(spec)}
    write(tmp_path, spec, things)
    files = {path: path.read_bytes() for path in tmp_path.glob("*/*")}
    assert plain(read(tmp_path, spec)) == plain(things)
    there = await empty(dealer)
    with pytest.raises(InvalidError, match=r"identity_mappings/.*inn.example"):
        await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there))
    await sign_in_provider(there)
    with pytest.raises(InvalidError, match=r"workflow_rules/solgt.yaml: .*Regnskap"):
        await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there))
    hook = {"name": "Regnskap", "url": "https://ny.example/krok", "events": ["car.sold"]}
    await there.create(system_actor(there.tenant, "demo"), "webhooks", **hook)
    done = await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there))
    assert {one.act for one in done} == {"create", "change"}
    assert plain(await taken(there)) == plain(things)
    assert await differences(pipeline, there.tenant, read(tmp_path, spec)) == []
    assert await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there)) == []
    write(tmp_path, spec, await taken(there))
    assert {path: path.read_bytes() for path in tmp_path.glob("*/*")} == files


async def test_a_line_changed_in_a_file_is_one_field_changed_and_audited(dealer: Dealer, tmp_path: Path) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    write(tmp_path, spec, await taken(dealer))
    path = tmp_path / "dealerships" / "490.yaml"
    before = yaml.safe_load(path.read_text())
    path.write_text(path.read_text().replace(f"name: {before['name']}", "name: Sørkyst Sentrum"))
    (one,) = await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    assert (one.act, one.name, one.fields) == (
        "change", "dealerships/490", {"name": (before["name"], "Sørkyst Sentrum")},
    )  # fmt: skip
    admin = await dealer.person("tenant_admin")
    row = await dealer.read(admin, "dealerships", dealer.sites["490"])
    assert (row["name"], row["version"]) == ("Sørkyst Sentrum", 2)
    history = await dealer.application.platform.reading.history(admin, "dealerships", dealer.sites["490"])
    assert (history[0]["actor_name"], history[0]["origin"], history[0]["reason"], history[0]["via"]) == (
        "Drift: ola", "cli", "schema apply (ola)", "system:importer",
    )  # fmt: skip


async def test_nothing_is_deleted_unless_it_is_named(dealer: Dealer, tmp_path: Path) -> None:
    await furnish(dealer)
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    write(tmp_path, spec, await taken(dealer))
    (step,), (template,) = (list((tmp_path / n).glob("*")) for n in ("booking_template_steps", "booking_templates"))
    step.unlink()
    template.unlink()
    names = [f"booking_template_steps/{step.stem}", f"booking_templates/{template.stem}"]
    before = plain(await taken(dealer))
    for drops in ((), names[:1]):
        with pytest.raises(ConflictError) as caught:
            await apply(pipeline, dealer.tenant, read(tmp_path, spec), drops, by=ordered(dealer))
        assert [p.field for p in caught.value.problems] == [n for n in names if n not in drops]
    with pytest.raises(ConflictError, match="the files do not take it away"):
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), [*names, "roles/mechanic"], by=ordered(dealer))
    assert plain(await taken(dealer)) == before
    done = await apply(pipeline, dealer.tenant, read(tmp_path, spec), names, by=ordered(dealer))
    assert [one.act for one in done] == ["drop", "drop"]
    (tmp_path / "roles" / "mechanic.yaml").unlink()
    with pytest.raises(ConflictError, match="cannot be deleted"):
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), ["roles/mechanic"], by=ordered(dealer))


BAD: dict[str, tuple[str, str, str]] = {
    "no such folder": ("tull/x.yaml", "a: 1", "There is nothing called tull"),
    "no such field": ("roles/x.yaml", "code: x\nfarge: rød", "There is no field farge"),
    "a secret is no part of it": ("webhooks/x.yaml", "name: x\nsecret: y", "There is nothing called webhooks"),
    "no yaml": ("roles/x.yaml", "code: [", "cannot be read"),
    "no fields": ("roles/x.yaml", "- code", "must hold fields"),
    "a value that does not fit": ("resource_types/x.yaml", "code: x\nname_nb: X\ndefault_hours: mye", "default_hours"),
    "aliases in aliases": (
        "tenants/company.yaml",
        f"settings:\n  a: &a [x]\n  b: [{'*a,' * 9}]",
        "Anchors and aliases",
    ),
    "an anchor of itself": ("booking_templates/x.yaml", "name: x\ndealership: &a [*a]", "Anchors and aliases"),
    "nested without end": ("tenants/company.yaml", f"settings: {'[' * 3000}", "nested too deeply"),
    "a reference that is none": ("booking_templates/x.yaml", "name: x\ndealership: {a: b}", "what it is known by"),
    "a number without end": ("tenants/company.yaml", f"settings: {{a: {'1' * 10_000}}}", "cannot be read"),
    "too much": ("tenants/company.yaml", f"settings: {{a: '{'x' * 1024 * 1024}'}}", "at most 1048576 bytes"),
    "a code that python would make": ("roles/x.yaml", "!!python/object/apply:os.system ['true']", "cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_does_not_belong_is_refused_with_its_file(dealer: Dealer, tmp_path: Path, case: str) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    write(tmp_path, spec, await taken(dealer))
    name, text, said = BAD[case]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    before = plain(await taken(dealer))
    with pytest.raises(InvalidError) as caught:
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    (problem,) = caught.value.problems
    told = f"{problem.message.english} {problem.field}"
    assert name in told
    assert said in told
    assert plain(await taken(dealer)) == before


async def test_nothing_is_read_or_written_through_a_link(dealer: Dealer, tmp_path: Path) -> None:
    spec, there, elsewhere = dealer.application.platform.spec, tmp_path / "there", tmp_path / "elsewhere"
    things = await taken(dealer)
    elsewhere.mkdir()
    (elsewhere / "kept.yaml").write_text("code: mechanic\nname_nb: A\nname_en: B\n")
    for link, target in (("roles", elsewhere), ("tenants/company.yaml", elsewhere / "kept.yaml")):
        place = there / link
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
        with pytest.raises(InvalidError, match=r"no link"):
            read(there, spec)
        with pytest.raises(InvalidError, match=r"nothing is written through it"):
            write(there, spec, things)
        place.unlink()
    assert (elsewhere / "kept.yaml").read_text() == "code: mechanic\nname_nb: A\nname_en: B\n"
    (there / "roles" / "x.yaml").mkdir(parents=True)
    with pytest.raises(InvalidError, match=r"roles/x.yaml: It must be a file"):
        read(there, spec)


async def test_what_is_not_here_and_what_the_product_refuses_undo_all_of_it(dealer: Dealer, tmp_path: Path) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    write(tmp_path, spec, await taken(dealer))
    (tmp_path / "roles").mkdir(exist_ok=True)
    (tmp_path / "roles" / "finance.yaml").write_text("code: finance\nname_nb: Økonomi\nname_en: Finance\n")
    (tmp_path / "booking_templates").mkdir(exist_ok=True)
    (tmp_path / "booking_templates" / "a.yaml").write_text("name: A\ndealership: '777'\n")
    before = plain(await taken(dealer))
    with pytest.raises(InvalidError, match=r"booking_templates/a.yaml: .*777") as caught:
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    assert [problem.field for problem in caught.value.problems] == ["dealership"]
    assert plain(await taken(dealer)) == before


def test_everything_a_company_sets_up_is_carried_or_left_out_on_purpose(application: Application) -> None:
    spec = application.platform.spec
    left = {"logo"}
    for meta in carried(spec):
        named = {item.name for item in fields_of(meta)}
        assert set(meta.declared.set_up.key if meta.declared.set_up else ()) <= named, meta.name
        pointed = {item.points_to for item in fields_of(meta) if item.points_to}
        assert all(spec[name].declared.set_up for name in pointed), meta.name
    assert left.isdisjoint({item.name for item in fields_of(spec["dealerships"])})
    assert Dealerships.logo in left


@pytest.fixture
async def run(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command for the company, beside the loop that the application lives in."""

    class Commands:
        @asynccontextmanager
        async def application(self) -> AsyncIterator[Application]:
            yield dealer.application

    app, loop = typer.Typer(), asyncio.get_running_loop()
    register(app, Commands)
    monkeypatch.setattr("asyncio.run", lambda work: asyncio.run_coroutine_threadsafe(work, loop).result())

    async def beside(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--tenant", str(dealer.tenant)])

    return beside


async def test_the_commands_show_do_and_say_the_way_back(run: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "oppsett")
    assert "files in" in (await run("snapshot", folder)).output
    same = await run("diff", folder)
    assert (same.exit_code, same.output) == (0, "no difference\n")
    path = tmp_path / "oppsett" / "dealerships" / "490.yaml"
    path.write_text(path.read_text() + "phone: '+4722334455'\n")
    differs = await run("diff", folder)
    assert differs.exit_code == 1
    assert "~ dealerships/490\n    phone: None -> '+4722334455'" in differs.output
    shown = await run("apply", folder)
    assert "nothing is written" in shown.output
    assert (await run("diff", folder)).exit_code == 1
    done = await run("apply", folder, "--commit")
    assert done.exit_code == 0, done.output
    back = re.search(r"directapp schema apply (\S+) --commit", done.output)
    assert back is not None
    assert (await run("diff", folder)).exit_code == 0
    assert (await run("apply", back[1], "--commit")).exit_code == 0
    assert (await run("diff", folder)).exit_code == 1
    refused = await run("apply", folder, "--commit", "--drop", "roles/tull")
    assert refused.exit_code == 1
    assert "the files do not take it away" in refused.output
    assert "there is no folder" in (await run("diff", str(tmp_path / "tull"))).output


async def test_the_history_says_who_ran_it(
    run: Run, dealer: Dealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "ola")
    folder, site = str(tmp_path / "oppsett"), dealer.sites["490"]
    await run("snapshot", folder)
    path = tmp_path / "oppsett" / "dealerships" / "490.yaml"
    admin, other = await dealer.person("tenant_admin"), await settle(dealer.application)
    mail = (await dealer.read(admin, "users", admin.user or site))["email"]
    stranger = (await other.read(who := await other.person("tenant_admin"), "users", who.user or site))["email"]

    async def told(*words: str, phone: str) -> tuple[str, str, str, str]:
        path.write_text(re.sub(r"\n?phone:.*|$", f"\nphone: '{phone}'\n", path.read_text(), count=1))
        done = await run("apply", folder, "--commit", *words)
        assert done.exit_code == 0, done.output
        (first, *_earlier) = await dealer.application.platform.reading.history(admin, "dealerships", site)
        return first["actor_name"], first["via"], first["origin"], first["reason"]

    assert await told(phone="+4722334455") == ("Drift: ola", "system:importer", "cli", "schema apply (ola)")
    assert await told("--as", mail, phone="+4722334466") == (admin.name, "system:importer", "cli", "schema apply (ola)")
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    monkeypatch.setenv("SUDO_USER", "kari")
    assert (await told(phone="+4722334477"))[0] == "Drift: kari"
    for nobody in (stranger, "ingen@example.test"):
        refused = await run("apply", folder, "--as", nobody)
        assert refused.exit_code == 2
        assert "nobody has the e-mail address" in refused.output


async def test_an_own_field_is_dropped_only_by_its_name_and_comes_back_with_its_values(
    dealer: Dealer, tmp_path: Path
) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    admin, seller = await dealer.person("tenant_admin", ""), await dealer.person("used_car_sales", "495")
    values = {"kind": "string", "label_nb": "Fargekode", "label_en": "Colour code", "placed_in": "cars.seller_notes"}
    intent = Intent(
        actor=admin,
        collection="own_fields",
        verb="create",
        origin="test",
        patch={"collection": "cars", "code": "colour_code", **values},
    )
    await pipeline.perform(intent)
    car = await dealer.create(seller, "cars", car_type="used", make="Audi", model="Q4", own_colour_code="LY7W")
    write(tmp_path, spec, await taken(dealer))
    path = tmp_path / "own_fields" / "cars-colour-code.yaml"
    text = path.read_text()
    assert "label_nb: Fargekode" in text
    path.unlink()
    with pytest.raises(ConflictError) as refused:
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    assert [p.field for p in refused.value.problems] == ["cars.own.colour_code"]
    await apply(pipeline, dealer.tenant, read(tmp_path, spec), {"cars.own.colour_code"}, by=ordered(dealer))
    assert "own_colour_code" not in await dealer.read(seller, "cars", car)
    assert await differences(pipeline, dealer.tenant, read(tmp_path, spec)) == []
    path.write_text(text.replace("Colour code", "Paint code"))
    (one,) = await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    assert (one.act, one.name) == ("create", "cars.own.colour_code")
    assert (await dealer.read(seller, "cars", car))["own_colour_code"] == "LY7W"
    assert await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer)) == []
    path.write_text(text.replace("kind: string", "kind: integer"))
    with pytest.raises(InvalidError, match=r"own_fields/cars-colour-code.yaml"):
        await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))


async def test_a_role_of_ones_own_gives_the_same_where_it_is_carried_to(dealer: Dealer, tmp_path: Path) -> None:
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    role = await own_role(dealer, "vikar", "planner", pieces("planner", "cars", write=(), verbs=(), create=False))
    write(tmp_path, spec, await taken(dealer))
    path = tmp_path / "roles" / "vikar.yaml"
    there = await settle(dealer.application)
    await there.person("tenant_admin", "")
    done = await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there))
    assert ("create", "roles/vikar") in {(one.act, one.name) for one in done}
    async with there.application.auth.open(there.tenant) as opened:
        (made,) = await opened.find(ROLES, {Roles.code: "vikar"}, limit=2)
    person = await holder(there, made.id, site="490")
    assert person.roles == (await holder(dealer, role)).roles
    # A line of the file is a right less for whoever has the role, from their next request on.
    given = yaml.safe_load(path.read_text())
    given["pieces"] = [one for one in given["pieces"] if one["collection"] != "cars"]
    path.write_text(yaml.safe_dump(given, allow_unicode=True))
    (one,) = await apply(pipeline, there.tenant, read(tmp_path, spec), by=ordered(there))
    assert (one.act, one.name, list(one.fields)) == ("change", "roles/vikar", ["pieces"])
    assert spec["cars"].grants_of((await again(there, person.user)).roles) == ()
    # What the file replaced is a version of its own once somebody puts another into use.
    first = await draft(there, made.id, pieces("planner", "comments"))
    await put_into_use(there, made.id, first)
    query = "SELECT count(*) FROM role_versions WHERE role = $1"
    async with dealer.application.platform.database.unit(system_actor(there.tenant, "signin")) as unit:
        assert await unit.value(query, made.id) == 2


async def test_a_file_gives_no_more_than_the_entries_do(dealer: Dealer, tmp_path: Path) -> None:
    """Nothing that only an administrator has, nothing beyond the entry, and nothing of an entry that is not there."""
    spec, pipeline = dealer.application.platform.spec, dealer.application.platform.pipeline
    role = await own_role(dealer, "vikar", "mechanic", [])
    person = await holder(dealer, role)
    write(tmp_path, spec, await taken(dealer))
    path, key = tmp_path / "roles" / "vikar.yaml", pieces("mechanic", "cars")[0].entry
    above = next(key for key in spec["users"].entries if key.startswith("tenant_admin."))
    given = yaml.safe_load(path.read_text())
    given["pieces"] += [
        {"collection": "users", "entry": above, "read": ["*"], "write": ["*"], "create": True, "delete": True},
        {"collection": "cars", "entry": key, "write": ["purchase_price"], "verbs": ["undo"], "delete": True},
        {"collection": "comments", "entry": "mechanic.00000000", "write": ["*"]},
    ]
    path.write_text(yaml.safe_dump(given))
    await apply(pipeline, dealer.tenant, read(tmp_path, spec), by=ordered(dealer))
    now = (await again(dealer, person.user)).roles
    cars, comments, users = (spec[name].grants_of(now) for name in ("cars", "comments", "users"))
    assert [(spec["cars"].writes(one), spec["cars"].verbs_of([one]), one.delete) for one in cars] == [
        (frozenset(), [], False)
    ]
    assert comments == ()
    assert [replace(one, role="") for one in users] == [
        replace(one, role="") for one in spec["users"].grants_of(person.roles)
    ]
