"""misfit bookings: a mark on those that their resource has become too small for, or has left"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows that exist get it without being rewritten; what fits no longer is marked when it, or its resource, is written.
    op.add_column('resource_bookings', sa.Column('misfit', sa.Boolean(), server_default=sa.text('false'), nullable=True))


def downgrade() -> None:
    op.drop_column('resource_bookings', 'misfit')
