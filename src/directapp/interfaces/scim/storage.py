"""Where the SCIM server reads and writes: the directory's collections, through the pipeline as any other interface."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from scim2_models import (
    ForbiddenException,
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimFilter,
    SearchRequest,
    TooManyException,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison
from scim2_server.storage import AsyncScimStorage, SearchPage

from directapp.domains.people.fields import (
    DIRECTORY_GROUPS,
    DIRECTORY_MEMBERS,
    DIRECTORY_PEOPLE,
    USERS,
    DirectoryGroups,
    DirectoryMembers,
    DirectoryPeople,
    Users,
)
from directapp.interfaces.scim.models import Group, Member, User
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    DirectAppError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotUniqueError,
    StaleError,
)
from directapp.services.intent import Intent
from directapp.services.platform import Platform
from directapp.store.query import Condition, Junction, Order, Query

# A filter that no index answers is judged row by row, over this many.
MOST_JUDGED = 10_000
_PAGE = 1_000
_FURTHEST = 2**53
_COLLECTIONS = {"User": DIRECTORY_PEOPLE, "Group": DIRECTORY_GROUPS}
_INDEXED = {
    ("User", "username"): "user_name",
    ("User", "externalid"): "external_id",
    ("Group", "externalid"): "external_id",
}
_OWN = {"schemas", "id", "meta", "groups"}
Row = Mapping[str, Any]


def in_scim(error: DirectAppError) -> SCIMException:
    """Return a refusal in the protocol's words."""
    detail = "; ".join(problem.message.english for problem in error.problems)
    kinds: tuple[tuple[type[DirectAppError], type[SCIMException]], ...] = (
        (NotFoundError, NotFoundException),
        (NotUniqueError, UniquenessException),
        (StaleError, PreconditionFailedException),
        (InvalidError, InvalidValueException),
        (ForbiddenError, ForbiddenException),
    )
    for ours, theirs in kinds:
        if isinstance(error, ours):
            return theirs(detail=detail)
    found = SCIMException(detail=detail)
    found.status = int(error.status)
    return found


class DirectoryStorage(AsyncScimStorage):
    """The people and groups of one company's directory, for one request of it."""

    def __init__(self, platform: Platform, actor: Actor, request_id: str) -> None:
        """Keep who asks."""
        self._platform, self._actor, self._request_id = platform, actor, request_id

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Return a person or a group with its members."""
        del response_parameters
        collection, record = _COLLECTIONS[str(resource_type.name)], _record(resource_id)
        try:
            row = orjson.loads(await self._platform.reading.one(self._actor, collection, record))
        except NotFoundError as error:
            raise in_scim(error) from error
        return (await self._resources(str(resource_type.name), [row]))[0]

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """Return a page of people or groups; what an index answers is asked of it, the rest is judged one by one."""
        del position
        if (search_request.start_index or 0) > _FURTHEST:
            raise InvalidValueException(detail="startIndex is too large")
        found: list[Resource[Any]] = []
        for name in (str(one.name) for one in resource_types):
            rows = await self._rows(name, search_request.filter)
            if not found and len(resource_types) == 1 and search_request.filter is None:
                # Nothing to judge: only what is shown is put together.
                start, stop = _bounds(search_request)
                return SearchPage(len(rows), await self._resources(name, rows[start:stop]))
            found += await self._resources(name, rows)
        if search_request.filter is not None:
            found = [one for one in found if _bound(search_request.filter, one).match(one)]
        start, stop = _bounds(search_request)
        return SearchPage(len(found), found[start:stop])

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Provision a person or a group."""
        return await self._write(resource_type, "provision", resource)

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Write down what the directory says now."""
        return await self._write(resource_type, "revise", resource, target=str(resource.id), version=expected_version)

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """Take a person or a group out."""
        await self._perform(
            _COLLECTIONS[str(resource_type.name)], "withdraw", {}, _record(resource_id), expected_version
        )

    # -- reading ------------------------------------------------------------------------------------

    async def _rows(self, name: str, asked: ScimFilter[Any] | None) -> list[Row]:
        indexed = _indexed(name, asked)
        rows: list[Row] = []
        query = Query(filter=indexed, sort=(Order("created_at"), Order("id")), limit=_PAGE)
        while True:
            page: list[Row] = orjson.loads(
                (await self._platform.reading.page(self._actor, _COLLECTIONS[name], query)).json
            )
            rows += page
            if len(page) < _PAGE:
                return rows
            if len(rows) >= MOST_JUDGED:
                raise TooManyException
            query = replace(query, offset=len(rows))

    async def _resources(self, name: str, rows: list[Row]) -> list[Resource[Any]]:
        if not rows:
            return []
        side, other = (
            (DirectoryMembers.person, DirectoryMembers.group)
            if name == "User"
            else (DirectoryMembers.group, DirectoryMembers.person)
        )
        called = DirectoryGroups.display_name if name == "User" else DirectoryPeople.user_name
        members: dict[str, list[tuple[str, str]]] = {}
        for start in range(0, len(rows), _PAGE):
            among = [UUID(str(row["id"])) for row in rows[start : start + _PAGE]]
            query = Query(
                fields=((side,), (other, "id"), (other, called)),
                filter=Condition((side,), "in", among),
                sort=(Order("id"),),
                limit=MOST_JUDGED,
            )
            for row in orjson.loads((await self._platform.reading.page(self._actor, DIRECTORY_MEMBERS, query)).json):
                members.setdefault(str(row[side]), []).append((row[other]["id"], row[other][called]))
        if name != "User":
            return [_group(row, members.get(str(row["id"]), [])) for row in rows]
        out = await self._shut_out_here(rows)
        return [_user(row, members.get(str(row["id"]), []), out=row[DirectoryPeople.user] in out) for row in rows]

    async def _shut_out_here(self, rows: list[Row]) -> set[str]:
        """Return the accounts that a person here has shut out: what active means is for us to say (RFC 7643, 4.1.1)."""
        found: set[str] = set()
        users = [UUID(row[DirectoryPeople.user]) for row in rows if row[DirectoryPeople.user]]
        for start in range(0, len(users), _PAGE):
            among = users[start : start + _PAGE]
            out = (Condition(("id",), "in", among), Condition((Users.deactivated_here,), "eq", value=True))
            query = Query(fields=(("id",),), filter=Junction("and", out), limit=_PAGE)
            page = await self._platform.reading.page(self._actor, USERS, query)
            found |= {row["id"] for row in orjson.loads(page.json)}
        return found

    # -- writing ------------------------------------------------------------------------------------

    async def _write(
        self,
        resource_type: ResourceType,
        verb: str,
        resource: Resource[Any],
        *,
        target: str | None = None,
        version: str | None = None,
    ) -> Resource[Any]:
        name = str(resource_type.name)
        patch = _told_of_group(resource) if isinstance(resource, Group) else _told_of_person(resource)
        record = None if target is None else _record(target)
        made = await self._perform(_COLLECTIONS[name], verb, patch, record, version)
        return await self.get(resource_type, str(made))

    async def _perform(
        self, collection: str, verb: str, patch: dict[str, Any], target: UUID | None, version: str | None
    ) -> UUID | None:
        intent = Intent(
            actor=self._actor,
            collection=collection,
            verb=verb,
            origin="scim",
            target=target,
            patch=patch,
            version=_number(version),
            request_id=self._request_id,
            read_back=False,
        )
        try:
            return (await self._platform.pipeline.perform(intent)).record
        except DirectAppError as error:
            raise in_scim(error) from error


def _record(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundException(detail=f"There is no resource {text[:80]}") from None


def _number(version: str | None) -> int | None:
    return int(version.removeprefix('W/"').rstrip('"')) if version else None


def _bounds(request: SearchRequest[Any]) -> tuple[int, int | None]:
    start = request.start_index_0 or 0
    return start, None if request.count is None else start + request.count


def _bound(asked: ScimFilter[Any], resource: Resource[Any]) -> ScimFilter[Any]:
    """Return a filter as it applies to a resource of one of the types that are searched."""
    kind: Any = type(resource)
    return ScimFilter[kind](asked) if len(asked.models) > 1 else asked


def _indexed(name: str, asked: ScimFilter[Any] | None) -> Condition | None:
    """Return the condition that finds by an index all that a filter may fit; None where it compares something else."""
    node = asked.ast if asked is not None else None
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or not isinstance(node.value, str):
        return None
    column = None if node.attr_path.sub_attr else _INDEXED.get((name, node.attr_path.attr.lower()))
    # What is never kept is not asked of the database, which has no text for it.
    if column is None or not node.value.isprintable():
        return None
    # User names are kept in small letters.
    return Condition((column,), "eq", node.value.lower() if column == "user_name" else node.value)


def _meta(row: Row, name: str) -> Meta:
    return Meta(
        resource_type=name,
        created=row["created_at"],
        last_modified=row["updated_at"] or row["created_at"],
        version=f'W/"{row["version"]}"',
    )


def _user(row: Row, groups: list[tuple[str, str]], *, out: bool) -> User:
    kept: dict[str, Any] = {**(row.get(DirectoryPeople.attributes) or {})}
    user = User.model_validate(kept)
    user.id, user.meta, user.external_id = str(row["id"]), _meta(row, "User"), row.get(DirectoryPeople.external_id)
    if user.active and out:
        user.active = False
    listed = [{"value": group, "display": called, "$ref": f"Groups/{group}"} for group, called in groups]
    user.groups = User.model_validate({"userName": "x", "groups": listed}).groups if listed else None
    return user


def _group(row: Row, members: list[tuple[str, str]]) -> Group:
    listed = [
        Member.model_validate({"value": person, "$ref": f"Users/{person}", "type": "User"}) for person, _name in members
    ]
    group = Group(display_name=row[DirectoryGroups.display_name], members=listed or None)
    group.id, group.meta, group.external_id = str(row["id"]), _meta(row, "Group"), row.get(DirectoryGroups.external_id)
    return group


def _told_of_person(resource: Resource[Any]) -> dict[str, Any]:
    assert isinstance(resource, User)
    attributes = {name: value for name, value in resource.model_dump().items() if name not in _OWN}
    return {
        "user_name": resource.user_name,
        "external_id": resource.external_id,
        "active": resource.active is not False,
        "attributes": attributes,
    }


def _told_of_group(group: Group) -> dict[str, Any]:
    members = []
    for member in group.members or ():
        try:
            members.append(str(UUID(str(member.value))))
        except ValueError:
            raise InvalidValueException(detail="A member is named by the id of a user") from None
    return {
        "display_name": group.display_name,
        "external_id": group.external_id,
        "members": list(dict.fromkeys(members)),
    }
