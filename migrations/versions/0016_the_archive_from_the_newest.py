"""the archive from the newest"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_cars_status_id_some', 'cars', ['tenant_id', 'status', 'id'],
        postgresql_where=sa.text('"status" = \'archived\''),
    )


def downgrade() -> None:
    op.drop_index('ix_cars_status_id_some', table_name='cars')
