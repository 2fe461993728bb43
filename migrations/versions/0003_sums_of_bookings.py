"""sums of bookings: counted anew, in minutes; exclusions carry the tenant and are judged at the end of an act"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_HELD = """(("status" IN ('scheduled', 'confirmed', 'in_progress')) AND (("{key}" IS NULL) IS NOT TRUE) AND (("{lane}" IS NULL) IS NOT TRUE))"""
_EXCLUSIONS = (('resource', 'lane'), ('person', 'person_lane'))
_HOURS = """
(SELECT round(coalesce(sum(ceil(extract(epoch FROM b.ends_at - b.starts_at) / 60)), 0) / 60, 2) FROM resource_bookings b
  WHERE b.tenant_id = c.tenant_id AND b.status NOT IN ('cancelled', 'no_show') AND {same})
"""
_DAY = 'b.provider = c.dealership AND b.resource_type = c.resource_type AND b.day = c.day AND (c.resource IS NULL OR b.resource = c.resource)'
_WEEK = 'b.agreement = c.agreement AND b.week = c.week'
_TABLES = ('resource_bookings', 'resource_capacities', 'sharing_weeks')


def _exclude(key: str, lane: str, tenant: str, tail: str) -> None:
    name = f'ex_resource_bookings_{key}_{lane}'
    op.execute(f'ALTER TABLE resource_bookings DROP CONSTRAINT {name}')
    op.execute(
        f'ALTER TABLE resource_bookings ADD CONSTRAINT {name} EXCLUDE USING gist ({tenant}'
        f'uuidrange("{key}", "{key}", \'[]\') WITH =, int4range("{lane}", "{lane}", \'[]\') WITH =,'
        f' tstzrange("starts_at", "ends_at") WITH &&) WHERE ({_HELD.format(key=key, lane=lane)}){tail}'
    )


def upgrade() -> None:
    op.add_column('capacity_rules', sa.Column('on_holidays', sa.Boolean(), server_default=sa.text('false'), nullable=True))
    # The owner sees every tenant's rows while row-level security is not forced on it.
    for table in _TABLES:
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
    for key, lane in _EXCLUSIONS:
        _exclude(key, lane, 'uuidrange("tenant_id", "tenant_id", \'[]\') WITH =, ', ' DEFERRABLE INITIALLY DEFERRED')
    # A day or a week that turns out to be overdrawn keeps what is booked, and room for no more.
    op.execute(
        'UPDATE resource_capacities c SET used_hours = n.used, allocated_hours = greatest(c.allocated_hours, n.used)'
        f' FROM (SELECT c.tenant_id, c.id, {_HOURS.format(same=_DAY)} AS used FROM resource_capacities c) n'
        ' WHERE n.tenant_id = c.tenant_id AND n.id = c.id AND c.used_hours IS DISTINCT FROM n.used'
    )
    op.execute(
        'UPDATE sharing_weeks c SET used_hours = n.used, cap_hours = greatest(c.cap_hours, n.used)'
        f' FROM (SELECT c.tenant_id, c.id, {_HOURS.format(same=_WEEK)} AS used FROM sharing_weeks c) n'
        ' WHERE n.tenant_id = c.tenant_id AND n.id = c.id AND c.used_hours IS DISTINCT FROM n.used'
    )
    for table in _TABLES:
        op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')


def downgrade() -> None:
    for key, lane in _EXCLUSIONS:
        _exclude(key, lane, '', '')
    op.drop_column('capacity_rules', 'on_holidays')
