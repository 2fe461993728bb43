"""The table of REST routes: every path, its methods, and which few of them ask for no sign-in."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.routing import Route

from directapp.connectors.storage import LocalStorage
from directapp.domains.people.flow import Auth
from directapp.interfaces.rest import catalogue, files, items, people, registry, revisions, server, signing
from directapp.interfaces.rest.docs import Docs
from directapp.interfaces.rest.door import Door, Handler, Nowhere, Surroundings
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
        for path, door in routes.items():
            router.routes.append(Route(path, door, name=f"rest:{path}"))
    for room in sorted({route.path.split("/")[1] for route in router.routes if isinstance(route, Route)}):
        router.routes.append(Route(f"/{room}/{{rest:path}}", Nowhere(application, {}), name=f"rest:/{room}/*"))
    return router


def _rows(application: Surroundings) -> dict[str, Door]:
    def door(handlers: Mapping[str, Handler], collection: str = "") -> Door:
        return Door(application, handlers, collection=collection)

    return {
        "/items/{collection}": door(MANY),
        "/items/{collection}/{key}": door(ONE),
        "/items/{collection}/{key}/{verb}": door({"POST": items.act_on_one}),
        "/users": door(MANY, "users"),
        "/users/me": door({"GET": people.read_me, "PATCH": people.update_me}, "users"),
        "/users/{key}": door(ONE, "users"),
        "/users/{key}/{verb}": door({"POST": items.act_on_one}, "users"),
        "/roles": door(READ_MANY, "roles"),
        "/roles/{key}": door({"GET": items.read_one}, "roles"),
        "/files": door({**MANY, "POST": files.upload}, "files"),
        "/files/{key}": door({"GET": items.read_one, "PATCH": items.update, "DELETE": items.delete}, "files"),
        "/assets/{key}": door({"GET": files.asset}, "files"),
    }


def _about(application: Surroundings) -> dict[str, Door]:
    return {
        "/revisions": Door(application, {"GET": revisions.read}),
        "/collections": Door(application, {"GET": catalogue.collections}),
        "/collections/{collection}": Door(application, {"GET": catalogue.collection}),
        "/fields": Door(application, {"GET": catalogue.fields}),
        "/fields/{collection}": Door(application, {"GET": catalogue.fields_of_one}),
        "/fields/{collection}/{field}": Door(application, {"GET": catalogue.field}),
        "/registry/vehicle": Door(application, {"GET": registry.look_up}),
        "/server/info": Door(application, {"GET": server.info}),
    }


def _open(application: Surroundings) -> dict[str, Door]:
    docs = Docs(application)
    handlers: dict[str, Mapping[str, Handler]] = {
        "/auth/login": {"POST": signing.login},
        "/auth/refresh": {"POST": signing.refresh},
        "/auth/logout": {"POST": signing.logout},
        "/auth/password/request": {"POST": signing.request_password},
        "/auth/password/reset": {"POST": signing.reset_password},
        "/server/health": {"GET": server.Health(application).answer},
        "/server/ping": {"GET": server.ping},
        "/openapi.json": {"GET": docs.document},
        "/docs": {"GET": docs.page},
        "/docs/{name}": {"GET": docs.part},
    }
    return {path: Door(application, methods, unlocked=True) for path, methods in handlers.items()}
