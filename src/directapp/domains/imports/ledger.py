"""The collections in which imports are kept, for those who run them."""

from directapp.domains.imports.fields import ImportRuns
from directapp.services.incoming import Ledger

LEDGER = Ledger(runs="import_runs", rows="import_rows", site="dealership")
# What a list of runs shows of each.
SHOWN = (ImportRuns.started_at, ImportRuns.name, ImportRuns.status, ImportRuns.dry_run, ImportRuns.rows_total)
