"""columns of boards: the newest rows at each status"""

from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_TABLES = ('resource_bookings', 'work_items')


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f'ix_{table}_status_id', table, ['tenant_id', 'status', 'id'])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f'ix_{table}_status_id', table_name=table)
