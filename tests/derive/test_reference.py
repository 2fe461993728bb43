from directapp.app.spec import load_spec
from directapp.derive.reference import reference_text


def test_every_collection_field_act_and_state_stands_on_the_page() -> None:
    spec = load_spec()
    sections = reference_text(spec).split('<a id="')[1:]
    assert [s.split('"')[0] for s in sections] == [s.name for s in spec.exposed]
    for meta, section in zip(spec.exposed, sections, strict=True):
        own = [f.name for g in meta.declared.groups for f in g.fields]
        acts = [v.name for v in meta.declared.verbs]
        states = [s.code for s in meta.declared.workflow.states] if meta.declared.workflow else []
        assert [n for n in (*own, *acts, *states) if f"| `{n}` |" not in section] == []


def test_a_right_given_in_part_says_so() -> None:
    text = reference_text(load_spec())
    price = text.split("(`price`)")[1].split("###")[0]
    readers = price.split("Read by ")[1].split("\n")[0]
    assert "`used_car_sales`" in readers
    assert "`used_car_sales` (in part)" not in readers
    assert "`reception`" not in readers


def test_what_is_never_read_back_is_read_by_nobody() -> None:
    files = reference_text(load_spec()).split('<a id="files"></a>')[1].split("<a id=")[0]
    assert "never read back" in files.split("`storage_key`")[1].split("\n")[0]
