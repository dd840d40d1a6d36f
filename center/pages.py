"""Pages of a list: a cursor that stays right while rows come and go (keyset, not offset)."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from fastapi import Depends, Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from center.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
MAX_CURSOR = 1000  # characters; a cursor holds a few short values

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page: its items, and the cursor of the next page or null at the end."""

    items: list[T]
    next: str | None = Field(
        None,
        description="Give it as `after` to read on; null at the end.",
        examples=["WyJ3YW5nLndlaSJd"],
    )


@dataclass(frozen=True)
class PageParameters:
    """How many items, and after which cursor."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None

    def key(self, *types: Any) -> tuple[Any, ...] | None:
        """The key of the last item of the page before, None on the first page.

        Raises:
            Invalid: the cursor is not one of ours.
        """
        return None if self.after is None else _decode(self.after, types)


# Nothing here waits; a plain `def` would be sent through a thread, at some tenths of a millisecond.
async def _parameters(
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="Most items in the answer.")
    ] = DEFAULT_LIMIT,
    after: Annotated[
        str | None, Query(max_length=MAX_CURSOR, description="`next` of the page before.")
    ] = None,
) -> PageParameters:
    return PageParameters(limit, after)


PageQuery = Annotated[PageParameters, Depends(_parameters)]


def paginate(
    session: Session,
    statement: sa.Select[Any],
    keys: Sequence[Any],
    page: PageParameters,
    read: Callable[..., T],
    *,
    descending: bool = False,
) -> Page[T]:
    """One page of `statement` in the order of `keys`: not-null columns, unique together.

    `read` makes an item of what the statement selects (an entity, or the columns one by one).
    """
    last = page.key(*(key.type.python_type for key in keys))
    if last is not None:
        here, there = sa.tuple_(*keys), sa.tuple_(*map(_bound, keys, last))
        statement = statement.where(here < there if descending else here > there)
    order = [key.desc() if descending else key.asc() for key in keys]
    marks = [key.label(f"_key_{n}") for n, key in enumerate(keys)]
    rows = session.execute(
        statement.add_columns(*marks).order_by(*order).limit(page.limit + 1)
    ).all()
    items = [(read(*row[: -len(keys)]), row[-len(keys) :]) for row in rows]
    return cut(items, page)


def cut(
    items: Sequence[tuple[T, Sequence[Any]]],
    page: PageParameters,
    *,
    beyond: Sequence[Any] | None = None,
) -> Page[T]:
    """A page of items with their keys, of which one more than `page.limit` was asked for.

    `beyond` is the key to read on from where these are all that was looked at, not all there is.
    """
    kept = items[: page.limit]
    last = kept[-1][1] if len(items) > page.limit else beyond
    return Page(items=[item for item, _ in kept], next=None if last is None else _encode(last))


def _bound(key: Any, value: Any) -> Any:
    return sa.literal(value, key.type)


def _encode(key: Sequence[Any]) -> str:
    text = TypeAdapter(list[Any]).dump_json(list(key))
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _decode(cursor: str, types: Sequence[Any]) -> tuple[Any, ...]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        shape: Any = tuple.__class_getitem__(tuple(types))
        return tuple(TypeAdapter(shape).validate_python(tuple(values)))
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError) as error:
        raise Invalid("`after` is not a cursor that this list has given.") from error
