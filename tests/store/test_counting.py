"""Cars are counted by status in an index alone: it holds whatever decides who sees them."""

import re

from directapp.app.spec import load_spec
from directapp.domains.cars.access import ACCESS
from directapp.store.figures import compile_aggregate
from directapp.store.policies import policy_statements
from directapp.store.query import Aggregate, Query
from directapp.store.tables import build_metadata

SPEC = load_spec()
METADATA = build_metadata(SPEC)
QUERY = Query(aggregate=(Aggregate("count", "*"),), group_by=("status",))


def test_no_car_is_read_to_be_counted_by_status() -> None:
    index = next(i for i in METADATA.tables["cars"].indexes if i.name == "ix_cars_status_seen")
    held = {c.name for c in index.columns} | {*index.dialect_options["postgresql"]["include"]}
    policy = next(s for s in policy_statements(SPEC, METADATA) if s.startswith('CREATE POLICY "cars_select"'))
    asked = {*re.findall(r'"cars"\."?(\w+)', policy)}
    for role in {grant.role for grant in ACCESS.grants}:
        asked |= {*re.findall(r'\bc\."?(\w+)', compile_aggregate(SPEC, frozenset({role}), SPEC["cars"], QUERY).sql)}
    assert {"dealership", "prep_center", "tenant_id"} <= asked
    assert asked <= held
