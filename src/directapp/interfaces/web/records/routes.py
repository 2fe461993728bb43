"""The routes of the derived pages; they stand after those of features, as their addresses take any word."""

from directapp.interfaces.web.records import (
    acts,
    cell_edit,
    columns,
    lists,
    live,
    mentions,
    record,
    sections,
    when,
)
from directapp.interfaces.web.records.imports import begin, exporting, runs
from directapp.interfaces.web.records.imports import columns as import_columns
from directapp.interfaces.web.records.views import board, bulk, calendar, moving, palette, saved

ROUTES = (
    *when.ROUTES,
    *live.ROUTES,
    *begin.ROUTES,
    *import_columns.ROUTES,
    *runs.ROUTES,
    *exporting.ROUTES,
    *palette.ROUTES,
    *board.ROUTES,
    *calendar.ROUTES,
    *moving.ROUTES,
    *bulk.ROUTES,
    *saved.ROUTES,
    *lists.ROUTES,
    *columns.ROUTES,
    *cell_edit.ROUTES,
    *mentions.ROUTES,
    *acts.ROUTES,
    *record.ROUTES,
    *sections.ROUTES,
)
