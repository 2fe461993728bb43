"""The router of the pages: build(platform, auth) and include it."""

from fastapi import APIRouter

from directapp.connectors.storage import LocalStorage
from directapp.domains.people.flow import Auth
from directapp.interfaces.web.core.branding import Looks
from directapp.interfaces.web.core.context import PageServices
from directapp.interfaces.web.core.render import build_templates, load_assets
from directapp.interfaces.web.core.routes import page_route
from directapp.interfaces.web.core.static_files import add_static
from directapp.interfaces.web.features.account.calendar_links import add_calendar_links
from directapp.interfaces.web.features.account.profile import add_profile
from directapp.interfaces.web.features.account.sign_in import add_sign_in
from directapp.interfaces.web.features.admin.overview import in_admin, runs_admin
from directapp.interfaces.web.features.admin.permissions import add_permissions
from directapp.interfaces.web.features.admin.router import add_admin
from directapp.interfaces.web.features.branding.page import add_branding
from directapp.interfaces.web.features.figures.page import add_figures, opens_figures
from directapp.interfaces.web.features.floor.inspections.answers import add_checklist
from directapp.interfaces.web.features.floor.inspections.damage import add_damage
from directapp.interfaces.web.features.floor.mine import on_floor
from directapp.interfaces.web.features.floor.router import add_floor
from directapp.interfaces.web.features.home.page import add_home
from directapp.interfaces.web.features.messages.router import Outside, add_messages
from directapp.interfaces.web.features.operations.page import add_operations
from directapp.interfaces.web.features.plan.outlook.router import add_outlook
from directapp.interfaces.web.features.plan.router import add_plan
from directapp.interfaces.web.features.plan.scope import opens_plan, plan_home
from directapp.interfaces.web.features.registry.router import add_registry
from directapp.interfaces.web.records.acts import add_acts
from directapp.interfaces.web.records.cell_edit import add_cells
from directapp.interfaces.web.records.columns import add_columns
from directapp.interfaces.web.records.imports.router import add_imports
from directapp.interfaces.web.records.lists import add_lists
from directapp.interfaces.web.records.live import add_live
from directapp.interfaces.web.records.mentions import add_mentions
from directapp.interfaces.web.records.record import add_records, lost
from directapp.interfaces.web.records.sections import add_sections
from directapp.interfaces.web.records.uploads import add_uploads
from directapp.interfaces.web.records.views.bar import pinned_views
from directapp.interfaces.web.records.views.router import add_views
from directapp.interfaces.web.records.views.words import speak_views
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform


def build(
    platform: Platform, auth: Auth, attachments: Attachments | None = None, *, outside: Outside | None = None
) -> APIRouter:
    """Return every page as one router; the application needs ``state.authenticate`` beside it.

    Without ``attachments`` files lie in the data folder; without ``outside`` there are no pages of messages.
    """
    if attachments is None:
        attachments = Attachments(platform.pipeline, LocalStorage(platform.data / "files"), platform.short_work)
    names, assets = load_assets()
    services = PageServices(
        platform=platform,
        auth=auth,
        templates=build_templates(
            names,
            view_words=speak_views,
            on_floor=on_floor,
            opens_plan=opens_plan,
            plan_home=plan_home,
            opens_figures=opens_figures,
            in_admin=in_admin,
            runs_admin=runs_admin,
        ),
        looks=Looks(platform),
        pins=pinned_views,
    )
    router = APIRouter(route_class=page_route(services), include_in_schema=False)
    add_static(router, assets)
    add_sign_in(router)
    add_home(router)
    add_profile(router)
    add_checklist(router)
    add_damage(router, attachments)
    add_branding(router, attachments)
    add_live(router)
    add_permissions(router)
    add_operations(router)
    add_admin(router)
    add_floor(router, attachments, assets[names["sw.js"]])
    add_imports(router)
    add_plan(router)
    add_outlook(router)
    add_calendar_links(router, platform)
    add_figures(router)
    add_registry(router)
    if outside is not None:
        add_messages(router, platform, attachments, outside)
    add_views(router)
    add_lists(router)
    add_columns(router)
    add_cells(router)
    add_mentions(router)
    add_acts(router)
    add_records(router)
    add_sections(router)
    add_uploads(router, attachments)
    router.add_api_route("/app/{path:path}", lost, methods=["GET"])
    return router
