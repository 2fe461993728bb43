"""webhooks of a site: told only what a manager of that site may see"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('webhooks', sa.Column('dealership', sa.Uuid(), nullable=True))
    op.create_index('ix_webhooks_dealership', 'webhooks', ['tenant_id', 'dealership'], unique=False)
    op.create_foreign_key('fk_webhooks_dealership', 'webhooks', 'dealerships', ['tenant_id', 'dealership'], ['tenant_id', 'id'], ondelete='CASCADE', use_alter=True)


def downgrade() -> None:
    op.drop_column('webhooks', 'dealership')
