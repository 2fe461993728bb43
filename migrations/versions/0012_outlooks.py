"""outlooks: when a car will be ready, as planning worked it out"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty until the next round of the clock fills it.
    op.add_column('cars', sa.Column('outlook_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('cars', 'outlook_at')
