"""names of event handlers: what is under way knows which have had it"""

from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def _rename(before: str, after: str) -> None:
    # The owner sees every tenant's rows while row-level security is not forced on it.
    for table in ('outbox', 'failed_jobs'):
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
    op.execute(
        f"""UPDATE outbox SET passed = ARRAY(SELECT replace(name, '.{before}.', '.{after}.') FROM unnest(passed) name)
        WHERE done_at IS NULL AND passed <> '{{}}'"""
    )
    op.execute(
        f"""UPDATE failed_jobs SET payload = jsonb_set(
            payload, '{{_job,passed}}', replace((payload #> '{{_job,passed}}')::text, '.{before}.', '.{after}.')::jsonb
        ) WHERE payload #> '{{_job,passed}}' IS NOT NULL"""
    )
    for table in ('outbox', 'failed_jobs'):
        op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')


def upgrade() -> None:
    _rename('reactions', 'handlers')


def downgrade() -> None:
    _rename('handlers', 'reactions')
