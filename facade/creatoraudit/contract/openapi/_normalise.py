"""The one structural normalisation of a document, in memory and idempotent.

`openapi.json` stays the document of the vendor. Whatever reads it sees it in this form: different
spellings of one meaning become one. A document in the form of our own openapi.json stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._operations import unprefixed


def normalise(root: Mapping[str, Any], *, base_path: str = "") -> Mapping[str, Any]:
    """A document in which paths are relative to the base URL, whose path is `base_path`."""
    return unprefixed(root, base_path)
