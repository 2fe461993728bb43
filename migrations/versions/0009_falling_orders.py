"""falling orders"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_PLAIN = ('ready_for_delivery_at', 'sold_at', 'delivered_to_customer_at')


def upgrade() -> None:
    for name in _PLAIN:
        op.drop_index(f'ix_cars_{name}', table_name='cars')
    for name in ('delivery_date', *_PLAIN):
        columns = ['tenant_id', sa.literal_column(f'{name} DESC NULLS LAST'), sa.literal_column('id DESC')]
        op.create_index(f'ix_cars_desc_{name}_desc_id', 'cars', columns)


def downgrade() -> None:
    for name in ('delivery_date', *_PLAIN):
        op.drop_index(f'ix_cars_desc_{name}_desc_id', table_name='cars')
    for name in _PLAIN:
        op.create_index(f'ix_cars_{name}', 'cars', ['tenant_id', name])
