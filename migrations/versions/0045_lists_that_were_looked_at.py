"""lists that were looked at"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('personal_views', sa.Column('listed', sa.Integer(), nullable=True))
    op.add_column('personal_views', sa.Column('records', postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column('personal_views', 'records')
    op.drop_column('personal_views', 'listed')
