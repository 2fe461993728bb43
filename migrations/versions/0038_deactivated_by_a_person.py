"""deactivated by a person"""

import sqlalchemy as sa
from alembic import op


revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

READ = ('users', 'directory_people', 'directory_members')


def upgrade() -> None:
    op.add_column('users', sa.Column('deactivated_here', sa.Boolean(), server_default=sa.text('false'), nullable=True))
    for table in READ:
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
    # Whom no directory has shut out, a person has.
    op.execute(
        'UPDATE users u SET deactivated_here = true WHERE NOT u.active AND NOT EXISTS ('
        'SELECT FROM directory_people p WHERE p.tenant_id = u.tenant_id AND p."user" = u.id AND (NOT p.active OR NOT EXISTS ('
        'SELECT FROM directory_members m WHERE m.tenant_id = p.tenant_id AND m.person = p.id)))'
    )
    for table in READ:
        op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')


def downgrade() -> None:
    op.drop_column('users', 'deactivated_here')
