"""who sees rows of cars: copies of what decides it, on the rows themselves"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_TABLES = (
    'car_accessories', 'car_files', 'car_stages', 'car_transfers', 'comments', 'enrichment_logs', 'inspections',
    'messages', 'parts_orders', 'resource_bookings', 'service_history', 'status_links', 'vendor_links', 'work_items',
)  # fmt: skip
_SITES = ('dealership', 'original_dealership', 'prep_center')
_OTHERS = ('assigned_mechanic', 'assigned_detailer')

# What is held to its codes from now on only: rows from before, which may have others, are written all the same.
_FROM_NOW_ON = """
SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS made
  FROM pg_constraint WHERE contype = 'c' AND NOT convalidated AND conrelid::regclass::text = ANY (:tables)
"""


def upgrade() -> None:
    held = op.get_bind().execute(sa.text(_FROM_NOW_ON), {'tables': list(_TABLES)}).all()
    for place, name, _ in held:
        op.execute(f'ALTER TABLE {place} DROP CONSTRAINT {name}')
    columns = (*_SITES, 'car_type', *_OTHERS)
    sets = ', '.join(f'car_{name} = p.{name}' for name in columns)
    # The owner sees every tenant's rows while row-level security is not forced on it.
    for table in ('cars', *_TABLES):
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
    for table in _TABLES:
        kinds = {name: sa.Text() if name == 'car_type' else sa.UUID() for name in columns}
        for name in columns:
            op.add_column(table, sa.Column(f'car_{name}', kinds[name], nullable=True))
        op.execute(f'UPDATE {table} c SET {sets} FROM cars p WHERE p.tenant_id = c.tenant_id AND p.id = c.car')
    # Deferred checks of the rows just written are judged before the tables are altered again.
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    for table in ('cars', *_TABLES):
        op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')
    for place, name, made in held:
        op.execute(f'ALTER TABLE {place} ADD CONSTRAINT {name} {made}')


def downgrade() -> None:
    for table in _TABLES:
        for name in (*_SITES, 'car_type', *_OTHERS):
            op.drop_column(table, f'car_{name}')
