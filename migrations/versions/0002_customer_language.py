"""customer language"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows that exist get Norwegian without being rewritten, and without row-level security having a say.
    op.add_column('cars', sa.Column('customer_language', sa.Text(), server_default='nb', nullable=True))
    op.alter_column('cars', 'customer_language', server_default=None)


def downgrade() -> None:
    op.drop_column('cars', 'customer_language')
