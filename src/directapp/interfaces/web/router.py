"""The router of the pages: build(platform, auth) and include it. A feature is added as one line of ``features_of``."""

from fastapi import APIRouter

from directapp.connectors.storage import LocalStorage
from directapp.domains.people.flow import Auth
from directapp.interfaces.web.core.branding import Brandings
from directapp.interfaces.web.core.companies import CompanySpecs
from directapp.interfaces.web.core.context import PageServices
from directapp.interfaces.web.core.feature import Feature, Features, add_routes, get
from directapp.interfaces.web.core.render import Asset, build_templates, load_assets
from directapp.interfaces.web.core.routes import page_route
from directapp.interfaces.web.core.security_txt import security_routes
from directapp.interfaces.web.core.static_files import static_routes
from directapp.interfaces.web.features.account.demo import DemoPeople
from directapp.interfaces.web.features.account.feature import account_feature
from directapp.interfaces.web.features.admin.feature import FEATURE as ADMIN
from directapp.interfaces.web.features.asking.feature import FEATURE as ASKING
from directapp.interfaces.web.features.branding.feature import FEATURE as BRANDING
from directapp.interfaces.web.features.cars.feature import FEATURE as CARS
from directapp.interfaces.web.features.figures.feature import FEATURE as FIGURES
from directapp.interfaces.web.features.floor.feature import floor_feature
from directapp.interfaces.web.features.hall.feature import hall_feature
from directapp.interfaces.web.features.home.feature import FEATURE as HOME
from directapp.interfaces.web.features.messages.feature import Outside, messages_feature
from directapp.interfaces.web.features.operations.feature import operations_feature
from directapp.interfaces.web.features.own_roles.feature import FEATURE as OWN_ROLES
from directapp.interfaces.web.features.plan.feature import FEATURE as PLAN
from directapp.interfaces.web.features.privacy.feature import FEATURE as PRIVACY
from directapp.interfaces.web.features.registry.feature import FEATURE as REGISTRY
from directapp.interfaces.web.features.setup.feature import FEATURE as SETUP
from directapp.interfaces.web.features.subjects.feature import FEATURE as SUBJECTS
from directapp.interfaces.web.records.cells import lane_cards, row_cells, shown
from directapp.interfaces.web.records.record import lost
from directapp.interfaces.web.records.routes import ROUTES
from directapp.interfaces.web.records.views.bar import pinned_views
from directapp.interfaces.web.records.views.words import speak_views
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform

# Drawn at the end of every page of somebody signed in.
_OVERLAYS = ("views/palette.html",)


def features_of(platform: Platform, attachments: Attachments, outside: Outside | None, worker: Asset) -> list[Feature]:
    """Return every feature, in the order in which addresses are looked up."""
    return [
        account_feature(platform),
        HOME,
        BRANDING,
        operations_feature(platform),
        ADMIN,
        ASKING,
        OWN_ROLES,
        floor_feature(worker),
        PLAN,
        CARS,
        FIGURES,
        REGISTRY,
        PRIVACY,
        SUBJECTS,
        SETUP,
        hall_feature(platform),
        *([messages_feature(platform, attachments, outside)] if outside is not None else ()),
    ]


def build(
    platform: Platform, auth: Auth, attachments: Attachments | None = None, *, outside: Outside | None = None
) -> APIRouter:
    """Return every page as one router; the application needs ``state.authenticate`` beside it.

    Without ``attachments`` files lie in the data folder; without ``outside`` there are no pages of messages.
    """
    if attachments is None:
        attachments = Attachments(platform.pipeline, LocalStorage(platform.data / "files"), platform.short_work)
    names, assets = load_assets()
    features = Features(features_of(platform, attachments, outside, assets[names["sw.js"]]))
    templates = build_templates(
        names,
        features=features,
        overlays=_OVERLAYS,
        view_words=speak_views,
        shown=shown,
        row_cells=row_cells,
        lane_cards=lane_cards,
    )
    services = PageServices(
        platform=platform,
        auth=auth,
        templates=templates,
        brandings=Brandings(platform),
        companies=CompanySpecs(platform),
        attachments=attachments,
        pins=pinned_views,
        provided={Features: features, DemoPeople: DemoPeople()},
    )
    router = APIRouter(route_class=page_route(services), include_in_schema=False)
    add_routes(router, static_routes(assets))
    add_routes(router, security_routes(platform))
    for feature in features.all:
        add_routes(router, feature.routes)
    add_routes(router, ROUTES)
    add_routes(router, [get("/app/{path:path}", lost)])
    return router
