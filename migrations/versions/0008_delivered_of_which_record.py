"""delivered of which record"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('webhook_deliveries', sa.Column('record', sa.Text(), nullable=True))
    op.create_index(
        'ix_webhook_deliveries_webhook_record_created_at',
        'webhook_deliveries',
        ['tenant_id', 'webhook', 'record', 'created_at'],
    )
    # The owner sees every tenant's rows while row-level security is not forced on it.
    op.execute('ALTER TABLE webhook_deliveries NO FORCE ROW LEVEL SECURITY')
    op.execute("""UPDATE webhook_deliveries SET record = substring(body from '"id":"([0-9a-f-]{36})"')""")
    op.execute('ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY')


def downgrade() -> None:
    op.drop_index('ix_webhook_deliveries_webhook_record_created_at', table_name='webhook_deliveries')
    op.drop_column('webhook_deliveries', 'record')
