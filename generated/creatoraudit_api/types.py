"""What every generated module shares: the JSON alias, the absent value, decoding and encoding.

Decides how one JSON value becomes a Python value and back. The models decide which member gets
which treatment; whoever calls decides what a refused document means (the helpers raise TypeError
for a wrong container, nothing else).
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from operator import itemgetter
from reprlib import Repr
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    JSON: TypeAlias = "None | bool | int | float | str | list[JSON] | dict[str, JSON]"
    """Any JSON value, as the standard library decodes it."""
else:
    # So that annotations can be read at run time: nothing else resolves a type that holds itself.
    JSON = Any

T = TypeVar("T")

_UTC = datetime.UTC
_from_iso = datetime.datetime.fromisoformat
_MAX_SHAPES = 256
_BRIEF = Repr()
_BRIEF.maxstring = _BRIEF.maxother = 60
_BRIEF.maxlevel = 3
_BRIEF.maxdict = 10
_SCALARS = frozenset({type(None), bool, int, float, str})


class Unset(enum.Enum):
    """Type of the value that stands for a member or argument that was not given."""

    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


# An enum member stays one object through copy, deepcopy and pickle, and checkers narrow on `is`.
UNSET: Final = Unset.UNSET


class Response(Generic[T]):
    """An HTTP response, with its decoded value if it is a success that has a body."""

    __slots__ = ("content", "headers", "status_code", "value")

    def __init__(
        self, *, status_code: int, headers: Mapping[str, str], content: bytes, value: T | None
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.value = value

    def __repr__(self) -> str:
        return f"Response(status_code={self.status_code}, value={self.value!r})"


def wrong_container(name: str, expected: str, value: object) -> TypeError:
    """The error for a value that should be an object or a list; it never holds the value."""
    return TypeError(f"{name} must be {expected}, not {type(value).__name__}")


def require_dict(value: Any) -> dict[str, Any]:
    """Return a value that is an object; any other is a TypeError."""
    if not isinstance(value, dict):
        raise wrong_container("value", "an object", value)
    return value


def require_list(value: Any) -> list[Any]:
    """Return a value that is a list; any other is a TypeError."""
    if not isinstance(value, list):
        raise wrong_container("value", "a list", value)
    return value


def first_that_decodes(value: Any, decoders: Iterable[Callable[[Any], Any]]) -> Any:
    """Decode a value with the first decoder that fits; if none fits, return it unchanged."""
    if value is None:
        return None
    for decode in decoders:
        try:
            return decode(value)
        except (TypeError, KeyError):
            continue
    return value


def timestamp(value: Any) -> Any:
    """Read an ISO 8601 string as an aware datetime (UTC by default); other values are unchanged."""
    if value is None:
        return None
    try:
        parsed = _from_iso(value)
    except TypeError:  # no text
        return value
    except ValueError:
        return _unusual_timestamp(value)
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=_UTC)


def _unusual_timestamp(value: str) -> datetime.datetime | str:
    """Read spellings that the standard library refuses, such as lower case and 24:00."""
    try:
        parsed: datetime.datetime = import_module("dateutil.parser").isoparse(value)
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=_UTC)
    except (ValueError, OverflowError):
        return value


def encode(value: Any) -> Any:
    """Turn a model, a date, or a container of these into JSON; JSON values are unchanged."""
    if value.__class__ in _SCALARS:
        return value
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (ReadModel, WriteModel)):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def encode_body(body: WriteModel | ReadModel | Mapping[str, JSON]) -> Any:
    """A request body as JSON: a model through its to_dict, a mapping as it is."""
    return body.to_dict() if isinstance(body, (ReadModel, WriteModel)) else body


def encode_query(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Query parameters without None and UNSET, with dates as ISO 8601 and sequences as lists."""
    return {
        name: encode(value)
        for name, value in parameters.items()
        if value is not None and value is not UNSET
    }


def encode_headers(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Header parameters without None and UNSET, as text."""
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
        if value is not None and value is not UNSET
    }


def comma_separated(value: Any) -> Any:
    """Join the items of a sequence, for parameters whose items share a key."""
    return (
        value if value is None or value is UNSET else ",".join(str(encode(item)) for item in value)
    )


def html_table(
    caption: str, rows: Iterable[Sequence[object]], header: Sequence[object] = ()
) -> str:
    """A small table for notebooks. It holds text only, escaped, long values cut."""
    cells = [f"<tr>{''.join(f'<th>{_html(one)}</th>' for one in header)}</tr>"] if header else []
    cells += [f"<tr>{''.join(f'<td>{_html(one)}</td>' for one in row)}</tr>" for row in rows]
    return f"<table><caption>{_html(caption, 200)}</caption>{''.join(cells)}</table>"


def _html(value: object, longest: int = 80) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _BRIEF.repr(value)
    text = text if len(text) <= longest else f"{text[:longest]}…"
    plain = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    escaped: str = import_module("html").escape(plain)
    return escaped


class Shapes(dict[tuple[str, ...], tuple[frozenset[str], tuple[str, ...]]]):
    """Takes the JSON objects of one model apart.

    For each order of keys met so far it holds the member names as a set, and the undeclared ones:
    items of a page share their keys, so neither is worked out per item. The number of remembered
    orders is bounded.

    Attributes:
        take: All declared members of a document, in their order; KeyError when one is absent.
        absent: None for each member that may be absent.
        complete: The shape of a document that has every declared member and no other.
    """

    __slots__ = ("_declared", "absent", "complete", "take")

    def __init__(self, declared: Sequence[str], required: frozenset[str]) -> None:
        self._declared = frozenset(declared)
        self.absent: Mapping[str, Any] = dict.fromkeys(self._declared - required)
        self.complete: tuple[frozenset[str], tuple[str, ...]] = (self._declared, ())
        self.take: Callable[[Mapping[str, Any]], tuple[Any, ...]] = (
            itemgetter(*declared)
            if len(declared) > 1
            else lambda document: tuple(document[name] for name in declared)
        )

    def __missing__(self, keys: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
        shape = frozenset(keys), tuple(key for key in keys if key not in self._declared)
        if len(self) >= _MAX_SHAPES:
            self.clear()
        self[keys] = shape
        return shape


class ReadModel(Mapping[str, JSON]):
    """Base class of the models of responses.

    A model is also the mapping that was sent: each member that the response had, or that has been
    given a value since, by its JSON name and as a JSON value, whether it is declared or not. So
    `model["name"]` reads the same before and after a regeneration declares the member.
    """

    __slots__ = ()

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]]
    """JSON name and attribute name of each declared member."""
    REQUIRED: ClassVar[frozenset[str]]
    """JSON names of the required members."""
    ATTRIBUTES: ClassVar[Mapping[str, str]]
    """Attribute name of each declared member by its JSON name."""

    additional_properties: dict[str, JSON]
    _sent_members: frozenset[str]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.ATTRIBUTES = dict(cls.MEMBERS)

    @property
    def sent_members(self) -> frozenset[str]:
        """JSON names of the members the decoded document had, null ones included.

        Empty for a model that was built by hand.
        """
        return self._sent_members

    def to_dict(self) -> dict[str, JSON]:
        """The model as JSON: members that were sent or have a value, and the unknown ones."""
        document: dict[str, JSON] = {}
        for name, attribute in self.MEMBERS:
            value: Any = getattr(self, attribute)
            if value is not None or self._was_sent(name):
                document[name] = encode(value)
        document.update(self.additional_properties)
        return document

    def __getitem__(self, name: str) -> JSON:
        attribute = self.ATTRIBUTES.get(name)
        if attribute is None or name in self.additional_properties:
            return self.additional_properties[name]
        value: Any = getattr(self, attribute)
        if value is None and not self._was_sent(name):
            raise KeyError(name)
        return encode(value)

    def __iter__(self) -> Iterator[str]:
        declared = {
            name: None
            for name, attribute in self.MEMBERS
            if getattr(self, attribute) is not None or self._was_sent(name)
        }
        return iter(declared | self.additional_properties)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        """The members that have a value, with long ones cut; `to_dict()` has them in full."""
        shown = (
            f"{self.ATTRIBUTES.get(name, name)}={_BRIEF.repr(self[name])}"
            for name in self
            if self[name] is not None
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        """The same for notebooks."""
        rows = [(name, self[name]) for name in self if self[name] is not None]
        return html_table(type(self).__name__, rows)

    def __bool__(self) -> bool:
        return True

    def _was_sent(self, name: str) -> bool:
        return name in self._sent_members or name in self.REQUIRED


class WriteModel:
    """Base class of the models of request bodies."""

    __slots__ = ()

    MEMBERS: ClassVar[tuple[tuple[str, str], ...]]
    """JSON name and attribute name of each declared member."""

    additional_properties: dict[str, JSON]

    def to_dict(self) -> dict[str, JSON]:
        """The model as JSON; members that are UNSET are left out, None is sent as null."""
        document: dict[str, JSON] = {}
        for name, attribute in self.MEMBERS:
            value: Any = getattr(self, attribute)
            if value is not UNSET:
                document[name] = encode(value)
        document.update(self.additional_properties)
        return document


__all__ = ["JSON", "UNSET", "ReadModel", "Response", "Unset", "WriteModel"]
