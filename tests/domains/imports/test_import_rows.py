import pytest

from directapp.domains.imports.import_rows import correct_what_waits, corrected_is_a_row
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ForbiddenError, NotFoundError
from directapp.services.intent import Intent
from support.floor import Floor, case


@pytest.mark.parametrize(("outcome", "problems"), [("rejected", 0), ("held", 0), ("created", 1), ("unchanged", 1)])
def test_only_a_waiting_row_is_corrected(outcome: str, problems: int) -> None:
    before = {"outcome": outcome, "corrected": None}
    corrected = case({**before, "corrected": {"vin": "X"}}, before=before)
    assert len(correct_what_waits(corrected)) == problems


def test_a_correction_is_columns_with_values() -> None:
    assert corrected_is_a_row(case({"corrected": {"vin": "X"}})) == []
    assert len(corrected_is_a_row(case({"corrected": ["X"]}))) == 1


async def test_a_manager_reads_the_runs_of_the_own_site_and_nobody_writes_them(floor: Floor) -> None:
    importer = system_actor(floor.tenant, "importer")
    made = []
    for site in (floor.prep_site, None):
        run = await floor.pipeline.perform(
            Intent(
                actor=importer,
                collection="import_runs",
                verb="create",
                patch={"source": "csv", "dealership": site},
                origin="test",
            )
        )
        values = {"run": run.record, "collection": "cars", "row_number": 1, "outcome": "rejected", "data": {"a": "b"}}
        row = await floor.pipeline.perform(
            Intent(actor=importer, collection="import_rows", verb="create", patch=values, origin="test")
        )
        made.append((run.record, row.record))
    (own_run, own_row), (other_run, other_row) = made
    assert (await floor.row("manager", "import_runs", own_run))["status"] == "running"
    assert (await floor.row("manager", "import_rows", own_row))["data"] == {"a": "b"}
    for collection, record in (("import_runs", other_run), ("import_rows", other_row)):
        with pytest.raises(NotFoundError):
            await floor.row("manager", collection, record)
    with pytest.raises(ForbiddenError):
        await floor.do("manager", "update", "import_rows", own_row, corrected={"a": "c"})
    with pytest.raises(ForbiddenError):
        await floor.do("tenant_admin", "update", "import_rows", own_row, outcome="created")
    await floor.do("tenant_admin", "update", "import_rows", own_row, corrected={"a": "c"}, decision="take")
