"""Operations: the queue, jobs that failed, and regular tasks."""

from directapp.interfaces.web.core.feature import Feature, SettingsPage
from directapp.interfaces.web.core.rights import opens
from directapp.interfaces.web.features.operations import page
from directapp.interfaces.web.features.operations.status import Status
from directapp.interfaces.web.features.operations.words import WORDS
from directapp.services.platform import Platform


def operations_feature(platform: Platform) -> Feature:
    """Return the operations page, and the page that tells everybody whether things work."""
    settings = SettingsPage(
        order=120,
        href=page.PATH,
        label=WORDS["title"],
        about=WORDS["settings_about"],
        icon="player-play",
        visible=opens("failed_jobs"),
        collections=("failed_jobs",),
    )
    return Feature(name="operations", routes=(*page.ROUTES, *Status(platform).routes()), settings=(settings,))
