"""subjects: comments, files, messages and notifications say which record they belong to, of whichever collection"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

_NAMED = (('comments', 'collection', 'record'), ('notifications', 'collection', 'record'))
_ADDED = ('car_files', 'messages')
# What belongs to a car; others said so before, but were seen with the car that they named beside.
_PARTS = ('car_accessories', 'car_transfers', 'inspections', 'parts_orders', 'work_items')
_TABLES = ('car_files', 'comments', 'messages', 'notifications', *_PARTS)


def _lift(word: str) -> None:
    # The owner sees every tenant's rows while row-level security is not forced on it.
    for table in _TABLES:
        op.execute(f'ALTER TABLE {table} {word} ROW LEVEL SECURITY')


def upgrade() -> None:
    _lift('NO FORCE')
    # They look at columns by their names; they are made anew with the policies.
    op.execute('DROP TRIGGER IF EXISTS comments_choices ON comments')
    op.execute('ALTER TABLE comments DROP CONSTRAINT IF EXISTS ck_comments_collection_choice')
    op.drop_index('ix_comments_collection_record', table_name='comments')
    for table, collection, record in _NAMED:
        op.alter_column(table, collection, new_column_name='subject_collection')
        op.alter_column(table, record, new_column_name='subject_id')
    there = ' '.join(
        f"AND NOT (c.subject_collection = '{name}' AND EXISTS (SELECT 1 FROM {name} p"
        f' WHERE p.tenant_id = c.tenant_id AND p.id = c.subject_id AND p.car = c.car))'
        for name in _PARTS
    )
    op.execute(
        f"""UPDATE comments c SET subject_collection = 'cars', subject_id = c.car
        WHERE (c.subject_collection, c.subject_id) IS DISTINCT FROM ('cars', c.car) {there}"""
    )
    for table in _ADDED:
        op.add_column(table, sa.Column('subject_collection', sa.Text(), nullable=True))
        op.add_column(table, sa.Column('subject_id', sa.UUID(), nullable=True))
        op.execute(f"UPDATE {table} SET subject_collection = 'cars', subject_id = car WHERE car IS NOT NULL")
    # Deferred checks of the rows just written are judged before the tables are altered again.
    op.execute('SET CONSTRAINTS ALL IMMEDIATE')
    _lift('FORCE')
    op.drop_index('uq_car_files_car_file', table_name='car_files')
    op.create_index('uq_car_files_subject_id_file', 'car_files', ['tenant_id', 'subject_id', 'file'], unique=True)
    for table in ('car_files', 'comments', 'messages'):
        op.create_index(
            f'ix_{table}_subject_collection_subject_id', table, ['tenant_id', 'subject_collection', 'subject_id']
        )


def downgrade() -> None:
    op.execute('DROP TRIGGER IF EXISTS comments_choices ON comments')
    for table in ('car_files', 'comments', 'messages'):
        op.drop_index(f'ix_{table}_subject_collection_subject_id', table_name=table)
        op.execute(f'DROP TRIGGER IF EXISTS {table}_car_copies ON {table}')
        op.execute(f'DROP POLICY IF EXISTS {table}_select ON {table}')
        op.execute(f'DROP POLICY IF EXISTS {table}_insert ON {table}')
        op.execute(f'DROP POLICY IF EXISTS {table}_update ON {table}')
        op.execute(f'DROP POLICY IF EXISTS {table}_delete ON {table}')
    for table in (*_PARTS, 'resource_bookings', 'users'):
        op.execute(f'DROP TRIGGER IF EXISTS {table}_subject ON {table}')
    op.execute("DELETE FROM schema_state WHERE name = 'policies'")
    op.drop_index('uq_car_files_subject_id_file', table_name='car_files')
    op.create_index('uq_car_files_car_file', 'car_files', ['tenant_id', 'car', 'file'], unique=True)
    for table in _ADDED:
        op.drop_column(table, 'subject_collection')
        op.drop_column(table, 'subject_id')
    for table, collection, record in _NAMED:
        op.alter_column(table, 'subject_collection', new_column_name=collection)
        op.alter_column(table, 'subject_id', new_column_name=record)
    op.create_index('ix_comments_collection_record', 'comments', ['tenant_id', 'collection', 'record'])
