"""kinds of failed jobs: a job and an event handler are called what they are"""

from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def _rename(names: dict[str, str]) -> None:
    # It judges by the names that were; it is made anew with the policies.
    op.execute('DROP TRIGGER IF EXISTS failed_jobs_choices ON failed_jobs')
    # The owner sees every tenant's rows while row-level security is not forced on it.
    op.execute('ALTER TABLE failed_jobs NO FORCE ROW LEVEL SECURITY')
    for before, after in names.items():
        op.execute(f"UPDATE failed_jobs SET kind = '{after}' WHERE kind = '{before}'")
    op.execute('ALTER TABLE failed_jobs FORCE ROW LEVEL SECURITY')


def upgrade() -> None:
    _rename({'errand': 'job', 'reaction': 'event_handler'})


def downgrade() -> None:
    _rename({'job': 'errand', 'event_handler': 'reaction'})
    op.execute("DELETE FROM schema_state WHERE name = 'policies'")
