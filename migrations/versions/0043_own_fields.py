"""own fields"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

_ALLOWED = ('cars', 'work_items', 'car_transfers', 'car_requests', 'resource_bookings')


def upgrade() -> None:
    op.create_table('own_fields',
    sa.Column('tenant_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('collection', sa.Text(), nullable=True),
    sa.Column('label_nb', sa.Text(), nullable=True),
    sa.Column('label_en', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('choices', sa.Text(), nullable=True),
    sa.Column('help_nb', sa.Text(), nullable=True),
    sa.Column('help_en', sa.Text(), nullable=True),
    sa.Column('required', sa.Boolean(), server_default=sa.text('false'), nullable=True),
    sa.Column('minimum', sa.Numeric(precision=10, scale=2), nullable=True),
    sa.Column('maximum', sa.Numeric(precision=10, scale=2), nullable=True),
    sa.Column('max_length', sa.Integer(), nullable=True),
    sa.Column('pattern', sa.Text(), nullable=True),
    sa.Column('search', sa.Boolean(), server_default=sa.text('false'), nullable=True),
    sa.Column('personal', sa.Boolean(), server_default=sa.text('false'), nullable=True),
    sa.Column('placed_in', sa.Text(), nullable=True),
    sa.Column('readers', postgresql.ARRAY(sa.Text()), nullable=True),
    sa.Column('writers', postgresql.ARRAY(sa.Text()), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.UUID(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_by', sa.UUID(), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_own_fields'))
    )
    op.create_index('ix_own_fields_collection_id', 'own_fields', ['tenant_id', 'collection', 'id'], unique=False, postgresql_where=None, postgresql_include=[])
    op.create_index('uq_own_fields_collection_code', 'own_fields', ['tenant_id', 'collection', 'code'], unique=True, postgresql_where=None, postgresql_include=[])
    for by in ('created_by', 'updated_by'):
        op.create_foreign_key(f'fk_own_fields_{by}', 'own_fields', 'users', ['tenant_id', by], ['tenant_id', 'id'], ondelete=f'SET NULL ({by})', use_alter=True)
    for table in _ALLOWED:
        op.add_column(table, sa.Column('own', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
        op.execute(f'ALTER TABLE {table} SET (toast_tuple_target = 8160)')


def downgrade() -> None:
    for table in reversed(_ALLOWED):
        op.execute(f'ALTER TABLE {table} RESET (toast_tuple_target)')
        op.drop_column(table, 'own')
    op.drop_index('uq_own_fields_collection_code', table_name='own_fields', postgresql_where=None, postgresql_include=[])
    op.drop_index('ix_own_fields_collection_id', table_name='own_fields', postgresql_where=None, postgresql_include=[])
    op.drop_table('own_fields')
