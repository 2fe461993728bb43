"""The collections in which imports are kept, for those who run them."""

from directapp.services.incoming import Ledger

LEDGER = Ledger(runs="import_runs", rows="import_rows", site="dealership")
# What a list of runs shows of each.
SHOWN = ("started_at", "name", "status", "dry_run", "rows_total")
