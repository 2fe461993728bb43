"""open rows of a site: few of many, found by whose they are"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_OPEN = {
    'cars': ('archived', ('dealership', 'original_dealership', 'assigned_mechanic', 'assigned_detailer')),
    'car_accessories': ('installed', ('car_dealership', 'car_prep_center')),
    'parts_orders': ('installed', ('car_dealership', 'car_prep_center')),
}


def upgrade() -> None:
    for table, (ended, columns) in _OPEN.items():
        for column in columns:
            op.create_index(
                f'ix_{table}_{column}_status_some', table, ['tenant_id', column, 'status'],
                postgresql_where=sa.text(f'"status" <> \'{ended}\''),
            )


def downgrade() -> None:
    for table, (_, columns) in _OPEN.items():
        for column in columns:
            op.drop_index(f'ix_{table}_{column}_status_some', table_name=table)
