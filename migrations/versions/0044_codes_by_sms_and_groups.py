"""codes by sms and groups of graph"""

import sqlalchemy as sa
from alembic import op


revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('second_factors', sa.Column('phone', sa.Text(), nullable=True))
    op.add_column('second_factors', sa.Column('code_hash', sa.Text(), nullable=True))
    op.add_column('second_factors', sa.Column('code_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('tenants', sa.Column('sms_codes', sa.Boolean(), server_default=sa.text('false'), nullable=True))
    op.add_column('identity_providers', sa.Column('asks_graph', sa.Boolean(), server_default=sa.text('false'), nullable=True))


def downgrade() -> None:
    op.drop_column('identity_providers', 'asks_graph')
    op.drop_column('tenants', 'sms_codes')
    op.drop_column('second_factors', 'code_until')
    op.drop_column('second_factors', 'code_hash')
    op.drop_column('second_factors', 'phone')
