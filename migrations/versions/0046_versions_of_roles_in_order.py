"""versions of roles in order"""

from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_role_versions_role_number_id', 'role_versions', ['tenant_id', 'role', 'number', 'id'], unique=False, postgresql_where=None, postgresql_include=[])
    op.drop_index('ix_role_versions_role', table_name='role_versions', postgresql_where=None, postgresql_include=[])


def downgrade() -> None:
    op.create_index('ix_role_versions_role', 'role_versions', ['tenant_id', 'role'], unique=False, postgresql_where=None, postgresql_include=[])
    op.drop_index('ix_role_versions_role_number_id', table_name='role_versions', postgresql_where=None, postgresql_include=[])
