"""own fields in rules and of own roles"""

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('own_fields', sa.Column('custom_reader', sa.UUID(), nullable=True))
    op.add_column('own_fields', sa.Column('custom_writer', sa.UUID(), nullable=True))
    op.add_column('own_fields', sa.Column('custom_reader_code', sa.Text(), nullable=True))
    op.add_column('own_fields', sa.Column('custom_writer_code', sa.Text(), nullable=True))
    op.create_index('ix_own_fields_custom_reader', 'own_fields', ['tenant_id', 'custom_reader'], unique=False, postgresql_where=None, postgresql_include=[])
    op.create_index('ix_own_fields_custom_writer', 'own_fields', ['tenant_id', 'custom_writer'], unique=False, postgresql_where=None, postgresql_include=[])
    op.create_foreign_key('fk_own_fields_custom_reader', 'own_fields', 'roles', ['tenant_id', 'custom_reader'], ['tenant_id', 'id'], ondelete='SET NULL (custom_reader)', use_alter=True)
    op.create_foreign_key('fk_own_fields_custom_writer', 'own_fields', 'roles', ['tenant_id', 'custom_writer'], ['tenant_id', 'id'], ondelete='SET NULL (custom_writer)', use_alter=True)
    op.add_column('workflow_rules', sa.Column('set_own_field', sa.UUID(), nullable=True))
    op.create_index('ix_workflow_rules_set_own_field', 'workflow_rules', ['tenant_id', 'set_own_field'], unique=False, postgresql_where=None, postgresql_include=[])
    op.create_foreign_key('fk_workflow_rules_set_own_field', 'workflow_rules', 'own_fields', ['tenant_id', 'set_own_field'], ['tenant_id', 'id'], ondelete='SET NULL (set_own_field)', use_alter=True)


def downgrade() -> None:
    op.drop_constraint('fk_workflow_rules_set_own_field', 'workflow_rules', type_='foreignkey')
    op.drop_index('ix_workflow_rules_set_own_field', table_name='workflow_rules', postgresql_where=None, postgresql_include=[])
    op.drop_column('workflow_rules', 'set_own_field')
    op.drop_constraint('fk_own_fields_custom_writer', 'own_fields', type_='foreignkey')
    op.drop_constraint('fk_own_fields_custom_reader', 'own_fields', type_='foreignkey')
    op.drop_index('ix_own_fields_custom_writer', table_name='own_fields', postgresql_where=None, postgresql_include=[])
    op.drop_index('ix_own_fields_custom_reader', table_name='own_fields', postgresql_where=None, postgresql_include=[])
    op.drop_column('own_fields', 'custom_writer_code')
    op.drop_column('own_fields', 'custom_reader_code')
    op.drop_column('own_fields', 'custom_writer')
    op.drop_column('own_fields', 'custom_reader')
