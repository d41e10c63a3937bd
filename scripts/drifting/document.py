"""The reader of OpenAPI documents, which is part of the installed package."""

from creatoraudit.contract.openapi import (
    METHODS,
    Document,
    DocumentRefused,
    Json,
    Place,
    below,
    canonical,
    is_array,
    is_number,
    is_object,
    load,
    written_alike,
)

__all__ = [
    "METHODS",
    "Document",
    "DocumentRefused",
    "Json",
    "Place",
    "below",
    "canonical",
    "is_array",
    "is_number",
    "is_object",
    "load",
    "written_alike",
]
