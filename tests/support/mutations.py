"""Makes bad responses: random bodies, valid bodies with changes, odd headers."""

from __future__ import annotations

import copy
import json
from typing import Any, TypeAlias

from hypothesis import strategies as st

Path: TypeAlias = tuple[str | int, ...]

_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "1e999",
            "NaN",
            "null",
            "2026-13-45T99:00:00Z",
            "2026-06-15",
            "24:00",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
            "2026-06-15t12:00:00z",
            "20260615T120000,5",
            "=1+1",
            "\x1b[31m",
            "\u202e",
            "a\x00b",
            "\U0001f600",
            "__class__",
        ]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400]),
    st.floats(),
    _TEXTS,
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)
# Deeply nested text is inserted afterwards, because the encoder cannot write it.
_DEEP = "@deep@"
CHANGES = ("drop", "replace", "retype", "nest", "shorten", "add", "deepen")
_DEPTHS = st.sampled_from([1, 3, 60, 400, 1_500, 30_000])


def _paths(value: Any, at: Path = ()) -> list[Path]:
    found = [at]
    if isinstance(value, dict):
        for name, member in value.items():
            found += _paths(member, (*at, name))
    elif isinstance(value, list):
        for position, member in enumerate(value):
            found += _paths(member, (*at, position))
    return found


def _retyped(value: Any) -> Any:
    if isinstance(value, dict):
        return [[name, member] for name, member in value.items()]
    if isinstance(value, list):
        return {str(position): member for position, member in enumerate(value)}
    if isinstance(value, str):
        return [value]
    return str(value)


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(list(value.items())[: len(value) // 2])
    if isinstance(value, (list, str)):
        return value[: len(value) // 2]
    return None


@st.composite
def mutated(draw: st.DrawFn, valid: Any) -> bytes:
    """A valid body with up to three changes, as bytes."""
    body = [copy.deepcopy(valid)]
    deep: list[int] = []
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(_paths(body[0])))
        # The body is put in a list, so that it can be replaced like any other value.
        holder: Any = body
        key: str | int = 0
        for step in path:
            holder, key = holder[key], step
        change = draw(st.sampled_from(CHANGES))
        value = holder[key]
        if change == "drop" and path:
            del holder[key]
        elif change == "replace":
            holder[key] = draw(ANY_JSON)
        elif change == "retype":
            holder[key] = _retyped(value)
        elif change == "nest":
            holder[key] = draw(st.sampled_from([[value], {"data": value}, [[value], value]]))
        elif change == "shorten":
            holder[key] = _shortened(value)
        elif change == "add" and isinstance(value, dict):
            value[draw(_TEXTS)] = draw(ANY_JSON)
        elif change == "deepen" and not deep:
            deep.append(draw(_DEPTHS))
            holder[key] = _DEEP
    text = json.dumps(body[0])
    if deep:
        opened, closed = draw(st.sampled_from([("[", "]"), ('{"a":', "}")]))
        text = text.replace(f'"{_DEEP}"', opened * deep[0] + "1" + closed * deep[0])
    content = text.encode()
    if draw(st.integers(0, 19)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return content


def random_json() -> st.SearchStrategy[bytes]:
    """Any JSON, including the numbers that JSON does not have."""
    return ANY_JSON.map(lambda value: json.dumps(value).encode())


# Characters of a header: h11 accepts no line ends and few control characters.
HEADER_VALUES = st.one_of(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"))
    .map(lambda text: "".join(one for one in text if not "\x7f" <= one <= "\xa0"))
    .filter(lambda text: len(text) < 200),
    st.integers().map(str),
    st.sampled_from(
        [
            "0",
            "-1",
            "1e400",
            "inf",
            "nan",
            "1_0",
            "9" * 400,
            "9" * 5000,
            "Mon, 00 Xyz 9999",
            "Fri, 31 Dec 9999 23:59:59 -2359",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "gzip",
            '"etag"',
            "Thu, 01 Jan 1970 00:00:00 +99999999",
            "//[",
            "http://[::1",
            "https://user@host:99999/",
        ]
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "retry-after",
            "date",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "etag",
            "cache-control",
            "content-type",
            "content-encoding",
            "location",
            "x-request-id",
        ]
    ),
    HEADER_VALUES,
    max_size=5,
)
