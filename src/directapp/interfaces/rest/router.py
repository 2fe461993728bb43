"""The table of REST routes: every path, its methods, and which few of them ask for no sign-in."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.routing import Route

from directapp.connectors.storage import LocalStorage
from directapp.domains.people.flow import Auth
from directapp.interfaces.rest import catalogue, files, items, people, registry, revisions, server, signing
from directapp.interfaces.rest.docs import Docs
from directapp.interfaces.rest.endpoint import Endpoint, Handler, Surroundings, UnknownPath
from directapp.services.attachments import Attachments
from directapp.services.platform import Platform

MANY: Mapping[str, Handler] = {
    "GET": items.read_many,
    "SEARCH": items.search_many,
    "POST": items.create,
    "PATCH": items.update_many,
    "DELETE": items.delete_many,
}
ONE: Mapping[str, Handler] = {
    "GET": items.read_one,
    "PATCH": items.update,
    "DELETE": items.delete,
    "POST": items.act_on_all,
}
READ_MANY: Mapping[str, Handler] = {"GET": items.read_many, "SEARCH": items.search_many}


def build(platform: Platform, auth: Auth, attachments: Attachments | None = None) -> APIRouter:
    """Return every REST route; without ``attachments`` files lie in the data folder."""
    if attachments is None:
        attachments = Attachments(platform.pipeline, LocalStorage(platform.data / "files"), platform.short_work)
    application = Surroundings(platform=platform, auth=auth, attachments=attachments)
    router = APIRouter()
    for routes in (_rows(application), _about(application), _open(application)):
        for path, endpoint in routes.items():
            router.routes.append(Route(path, endpoint, name=f"rest:{path}"))
    for room in sorted({route.path.split("/")[1] for route in router.routes if isinstance(route, Route)}):
        router.routes.append(Route(f"/{room}/{{rest:path}}", UnknownPath(application, {}), name=f"rest:/{room}/*"))
    return router


def _rows(application: Surroundings) -> dict[str, Endpoint]:
    def endpoint(handlers: Mapping[str, Handler], collection: str = "") -> Endpoint:
        return Endpoint(application, handlers, collection=collection)

    return {
        "/items/{collection}": endpoint(MANY),
        "/items/{collection}/{key}": endpoint(ONE),
        "/items/{collection}/{key}/{verb}": endpoint({"POST": items.act_on_one}),
        "/users": endpoint(MANY, "users"),
        "/users/me": endpoint({"GET": people.read_me, "PATCH": people.update_me}, "users"),
        "/users/{key}": endpoint(ONE, "users"),
        "/users/{key}/{verb}": endpoint({"POST": items.act_on_one}, "users"),
        "/roles": endpoint(READ_MANY, "roles"),
        "/roles/{key}": endpoint({"GET": items.read_one}, "roles"),
        "/files": endpoint({**MANY, "POST": files.upload}, "files"),
        "/files/{key}": endpoint({"GET": items.read_one, "PATCH": items.update, "DELETE": items.delete}, "files"),
        "/assets/{key}": endpoint({"GET": files.asset}, "files"),
    }


def _about(application: Surroundings) -> dict[str, Endpoint]:
    return {
        "/revisions": Endpoint(application, {"GET": revisions.read}),
        "/collections": Endpoint(application, {"GET": catalogue.collections}),
        "/collections/{collection}": Endpoint(application, {"GET": catalogue.collection}),
        "/fields": Endpoint(application, {"GET": catalogue.fields}),
        "/fields/{collection}": Endpoint(application, {"GET": catalogue.fields_of_one}),
        "/fields/{collection}/{field}": Endpoint(application, {"GET": catalogue.field}),
        "/registry/vehicle": Endpoint(application, {"GET": registry.look_up}),
        "/server/info": Endpoint(application, {"GET": server.info}),
        "/auth/mfa/setup": Endpoint(application, {"POST": signing.set_up_factor}, waiting=True),
        "/auth/mfa/verify": Endpoint(application, {"POST": signing.verify_factor}, waiting=True),
    }


def _open(application: Surroundings) -> dict[str, Endpoint]:
    docs = Docs(application)
    health = server.Health(application)
    handlers: dict[str, Mapping[str, Handler]] = {
        "/auth/login": {"POST": signing.login},
        "/auth/refresh": {"POST": signing.refresh},
        "/auth/logout": {"POST": signing.logout},
        "/auth/password/request": {"POST": signing.request_password},
        "/auth/password/reset": {"POST": signing.reset_password},
        "/server/health": {"GET": health.answer},
        "/server/ready": {"GET": health.ready},
        "/server/ping": {"GET": server.ping},
        "/openapi.json": {"GET": docs.document},
        "/docs": {"GET": docs.page},
        "/docs/{name}": {"GET": docs.part},
    }
    return {path: Endpoint(application, methods, unlocked=True) for path, methods in handlers.items()}
