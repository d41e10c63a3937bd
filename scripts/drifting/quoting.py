"""How text from documents is shown; see the reader of OpenAPI documents."""

from creatoraudit.contract.openapi import inert, quoted

__all__ = ["inert", "quoted"]
