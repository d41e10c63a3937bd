"""Single changes of openapi.json, each with the one rule it falls under.

`back` is the rule for the change undone; where it is the same rule, `quiet` is a change in the same
place that the rule has nothing to say about. `given` is made to both documents first, where
openapi.json has nothing to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Edit = tuple[str, Any]
"""A JSON pointer and the value to put there; `-` as the last part appends to a list."""


class Gone:
    """Instead of a value: take away what is there."""


GONE = Gone()


class Copy(NamedTuple):
    """Instead of a value: a copy of what stands elsewhere."""

    pointer: str


class Mutation(NamedTuple):
    rule: str
    edits: list[Edit]
    at: str
    back: str
    given: Sequence[Edit] = ()
    quiet: Sequence[Edit] = ()
    back_at: str | None = None
    """Where the change undone is reported, if elsewhere."""


M = Mutation

PATHS = "/paths"
LIST = "/paths/~1videos/get"
TRACK = "/paths/~1videos/post"
GET = "/paths/~1videos~1{video_id}/get"
DELETE = "/paths/~1videos~1{video_id}/delete"
DELTAS = "/paths/~1videos~1deltas/get"
ANALYTICS = "/paths/~1creators~1{creator_id}~1analytics"
RENAMED = "/paths/~1creators~1{id}~1analytics"
LIMIT = f"{LIST}/parameters/0"
ORDER_BY = f"{LIST}/parameters/3"
PLATFORM = f"{LIST}/parameters/7"
FILTER = f"{LIST}/parameters/9"
WINDOWS = f"{DELTAS}/parameters/1"
BODY = f"{TRACK}/requestBody"
JSON_BODY = f"{BODY}/content/application~1json"
CREATED = f"{TRACK}/responses/201"
SENT = "/components/schemas/TrackVideoRequest"
BATCH = "/components/schemas/VideoDeltasRequest"
READ = "/components/schemas/VideoResponse"
PAGE = "/components/schemas/Page_VideoResponse_"
HEADER = "/components/headers/XRateLimitRemaining"
BEARER = "/components/securitySchemes/HTTPBearer"
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
OAUTH = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "https://a.test/t", "scopes": {"read": "r"}}},
}
OPERATION = {"responses": {"204": {"description": "Done."}}}
TEXT = {"type": "string"}

INCOMING = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "properties": {"a": TEXT, "b": TEXT}}}
        },
    },
    "responses": {"200": {"description": "Taken."}, "204": {"description": "Taken."}},
}
FORM = f"{BODY}/content/multipart~1form-data"
WITH_FORM = [(FORM, {"schema": {"$ref": f"#{SENT}"}, "encoding": {}})]


def incoming(given: list[Edit], at: str) -> list[Mutation]:
    """Changes of a request that the API sends by itself: a webhook or a callback."""
    body = f"{at}/requestBody"
    member = f"{body}/content/application~1json/schema/properties/b"
    return [
        M("webhook-removed", [(at, GONE)], at, "webhook-added", given),
        M(
            "webhook-deprecated",
            [(f"{at}/deprecated", True)],
            at,
            "webhook-no-longer-deprecated",
            given,
        ),
        M(
            "webhook-no-longer-deprecated",
            [(f"{at}/deprecated", GONE)],
            at,
            "webhook-deprecated",
            [*given, (f"{at}/deprecated", True)],
        ),
        M("webhook-body-removed", [(body, GONE)], body, "webhook-body-added", given),
        M(
            "webhook-body-became-optional",
            [(f"{body}/required", GONE)],
            body,
            "webhook-body-became-required",
            given,
        ),
        M(
            "webhook-status-removed",
            [(f"{at}/responses/204", GONE)],
            f"{at}/responses/204",
            "webhook-status-added",
            given,
        ),
        M("response-member-removed", [(member, GONE)], member, "response-member-added", given),
        M(
            "webhook-added",
            [(f"{at[:-4]}put", INCOMING)],
            f"{at[:-4]}put",
            "webhook-removed",
            given,
        ),
        M(
            "webhook-body-added",
            [(body, INCOMING["requestBody"])],
            body,
            "webhook-body-removed",
            [*given, (body, GONE)],
        ),
        M(
            "webhook-body-became-required",
            [(f"{body}/required", True)],
            body,
            "webhook-body-became-optional",
            [*given, (f"{body}/required", GONE)],
        ),
        M(
            "webhook-status-added",
            [(f"{at}/responses/202", {"description": "Taken."})],
            f"{at}/responses/202",
            "webhook-status-removed",
            given,
        ),
    ]


MUTATIONS: list[Mutation] = [
    # operations
    M(
        "part-unreadable",
        [(f"{READ}/properties/view_count", {"$ref": "#/nowhere"})],
        f"{READ}/properties/view_count",
        "part-was-unreadable",
    ),
    M(
        "part-was-unreadable",
        [(f"{READ}/properties/view_count", TEXT)],
        f"{READ}/properties/view_count",
        "part-unreadable",
        given=[(f"{READ}/properties/view_count", {"$ref": "#/nowhere"})],
    ),
    M("operation-removed", [(GET, GONE)], GET, "operation-added"),
    M(
        "operation-added",
        [(f"{PATHS}/~1stories", {"get": OPERATION})],
        f"{PATHS}/~1stories/get",
        "operation-removed",
    ),
    M(
        "operation-deprecated",
        [(f"{LIST}/deprecated", True)],
        LIST,
        "operation-no-longer-deprecated",
    ),
    M(
        "operation-no-longer-deprecated",
        [(f"{LIST}/deprecated", GONE)],
        LIST,
        "operation-deprecated",
        given=[(f"{LIST}/deprecated", True)],
    ),
    M(
        "operation-id-changed",
        [(f"{LIST}/operationId", "list_videos_v2_videos_get")],
        f"{LIST}/operationId",
        "operation-id-changed",
        quiet=[(f"{LIST}/security", [{"HTTPBearer": []}, {"HTTPBearer": []}])],
    ),
    M(
        "operation-tags-changed",
        [(f"{LIST}/tags/0", "Posts")],
        f"{LIST}/tags",
        "operation-tags-changed",
        quiet=[(f"{LIST}/deprecated", False)],
    ),
    # webhooks and callbacks
    *[
        mutation
        for given, at in (
            ([("/webhooks", {"done": {"post": INCOMING}})], "/webhooks/done/post"),
            (
                [(f"{TRACK}/callbacks", {"done": {"{$url}": {"post": INCOMING}}})],
                f"{TRACK}/callbacks/done/{{$url}}/post",
            ),
        )
        for mutation in incoming(given, at)
    ],
    M(
        "path-parameter-renamed",
        [
            (RENAMED, Copy(ANALYTICS)),
            (f"{RENAMED}/get/parameters/0/name", "id"),
            (ANALYTICS, GONE),
        ],
        f"{RENAMED}/get/parameters/0",
        "path-parameter-renamed",
        back_at=f"{ANALYTICS}/get/parameters/0",
        quiet=[(f"{LIST}/deprecated", False)],
    ),
    # parameters
    M("parameter-removed", [(FILTER, GONE)], FILTER, "parameter-added"),
    M(
        "parameter-added",
        [(f"{LIST}/parameters/-", {"name": "since", "in": "query"})],
        f"{LIST}/parameters/11",
        "parameter-removed",
    ),
    M(
        "required-parameter-added",
        [
            (
                f"{LIST}/parameters/-",
                {"name": "org", "in": "query", "required": True, "schema": TEXT},
            )
        ],
        f"{LIST}/parameters/11",
        "parameter-removed",
    ),
    M(
        "parameter-became-required",
        [(f"{FILTER}/required", True)],
        FILTER,
        "parameter-became-optional",
    ),
    M(
        "parameter-became-optional",
        [(f"{DELTAS}/parameters/0/required", False)],
        f"{DELTAS}/parameters/0",
        "parameter-became-required",
    ),
    M(
        "parameter-location-changed",
        [(f"{FILTER}/in", "header")],
        FILTER,
        "parameter-location-changed",
        quiet=[(f"{FILTER}/style", "form")],
    ),
    M(
        "parameter-serialization-changed",
        [(f"{WINDOWS}/explode", False)],
        WINDOWS,
        "parameter-serialization-changed",
        quiet=[(f"{WINDOWS}/explode", GONE)],
    ),
    M(
        "parameter-serialization-changed",
        [(f"{WINDOWS}/style", "pipeDelimited")],
        WINDOWS,
        "parameter-serialization-changed",
        quiet=[(f"{FILTER}/explode", False)],
    ),
    M(
        "parameter-empty-value-allowed",
        [(f"{FILTER}/allowEmptyValue", True)],
        FILTER,
        "parameter-empty-value-refused",
    ),
    M(
        "parameter-empty-value-refused",
        [(f"{FILTER}/allowEmptyValue", False)],
        FILTER,
        "parameter-empty-value-allowed",
        given=[(f"{FILTER}/allowEmptyValue", True)],
    ),
    M(
        "parameter-deprecated",
        [(f"{FILTER}/deprecated", True)],
        FILTER,
        "parameter-no-longer-deprecated",
    ),
    M(
        "parameter-no-longer-deprecated",
        [(f"{FILTER}/deprecated", GONE)],
        FILTER,
        "parameter-deprecated",
        given=[(f"{FILTER}/deprecated", True)],
    ),
    M(
        "request-bound-tightened",
        [(f"{LIMIT}/schema/maximum", 100)],
        f"{LIMIT}/schema/maximum",
        "request-bound-loosened",
    ),
    M(
        "request-bound-loosened",
        [(f"{LIMIT}/schema/maximum", 500)],
        f"{LIMIT}/schema/maximum",
        "request-bound-tightened",
    ),
    M(
        "request-bound-loosened",
        [(f"{LIMIT}/schema/minimum", GONE)],
        f"{LIMIT}/schema/minimum",
        "request-bound-tightened",
    ),
    M(
        "request-default-changed",
        [(f"{LIMIT}/schema/default", 25)],
        f"{LIMIT}/schema/default",
        "request-default-changed",
        quiet=[(f"{LIMIT}/schema/default", 50.0)],
    ),
    M(
        "request-default-removed",
        [(f"{LIMIT}/schema/default", GONE)],
        f"{LIMIT}/schema/default",
        "request-default-added",
    ),
    M(
        "request-default-added",
        [(f"{FILTER}/schema/default", "a")],
        f"{FILTER}/schema/default",
        "request-default-removed",
    ),
    M(
        "request-type-changed",
        [(f"{LIMIT}/schema/type", "string")],
        f"{LIMIT}/schema/type",
        "request-type-changed",
        quiet=[(f"{LIMIT}/schema/type", ["integer"])],
    ),
    M(
        "request-type-widened",
        [(f"{LIMIT}/schema/type", "number")],
        f"{LIMIT}/schema/type",
        "request-type-narrowed",
    ),
    M(
        "request-enum-value-removed",
        [(f"{PLATFORM}/schema/enum/1", GONE)],
        f"{PLATFORM}/schema/enum/1",
        "request-enum-value-added",
    ),
    M(
        "request-enum-value-added",
        [(f"{ORDER_BY}/schema/enum/-", "duration")],
        f"{ORDER_BY}/schema/enum/6",
        "request-enum-value-removed",
    ),
    M(
        "request-enum-removed",
        [(f"{PLATFORM}/schema/enum", GONE)],
        f"{PLATFORM}/schema/enum",
        "request-enum-added",
    ),
    M(
        "request-enum-added",
        [(f"{LIST}/parameters/2/schema/enum", ["-added_at", "added_at"])],
        f"{LIST}/parameters/2/schema/enum",
        "request-enum-removed",
    ),
    M(
        "request-no-longer-nullable",
        [(f"{LIST}/parameters/1/schema/type", "string")],
        f"{LIST}/parameters/1/schema",
        "request-became-nullable",
    ),
    M(
        "request-became-nullable",
        [(f"{FILTER}/schema/nullable", True)],
        f"{FILTER}/schema",
        "request-no-longer-nullable",
    ),
    M(
        "request-format-loosened",
        [(f"{LIST}/parameters/5/schema/format", GONE)],
        f"{LIST}/parameters/5/schema/format",
        "request-format-tightened",
    ),
    M(
        "request-pattern-tightened",
        [(f"{FILTER}/schema/pattern", "^[a-z]")],
        f"{FILTER}/schema/pattern",
        "request-pattern-loosened",
    ),
    # bodies
    M("request-body-removed", [(BODY, GONE)], BODY, "required-request-body-added"),
    M(
        "request-body-added",
        [(f"{DELETE}/requestBody", {"content": {}})],
        f"{DELETE}/requestBody",
        "request-body-removed",
    ),
    M(
        "required-request-body-added",
        [(f"{DELETE}/requestBody", {"required": True, "content": {}})],
        f"{DELETE}/requestBody",
        "request-body-removed",
    ),
    M(
        "request-body-became-optional",
        [(f"{BODY}/required", False)],
        BODY,
        "request-body-became-required",
    ),
    M(
        "request-body-became-required",
        [(f"{BODY}/required", True)],
        BODY,
        "request-body-became-optional",
        given=[(f"{BODY}/required", GONE)],
    ),
    M(
        "request-media-type-added",
        [(f"{BODY}/content/application~1cbor", {})],
        f"{BODY}/content/application~1cbor",
        "request-media-type-removed",
    ),
    M(
        "request-media-type-removed",
        [(f"{BODY}/content/text~1plain", GONE)],
        f"{BODY}/content/text~1plain",
        "request-media-type-added",
        given=[(f"{BODY}/content/text~1plain", {})],
    ),
    M(
        "request-encoding-added",
        [(f"{FORM}/encoding/metadata", {"contentType": "application/xml"})],
        f"{FORM}/encoding/metadata",
        "request-encoding-changed",
        given=WITH_FORM,
    ),
    M(
        "request-encoding-changed",
        [(f"{FORM}/encoding/identifier", {"contentType": "text/html"})],
        f"{FORM}/encoding/identifier",
        "request-encoding-changed",
        given=WITH_FORM,
        quiet=[(f"{JSON_BODY}/encoding", {"metadata": {"contentType": "text/plain"}})],
    ),
    M(
        "request-media-type-added",
        [(FORM, {"schema": {}})],
        FORM,
        "request-media-type-removed",
        quiet=[
            (
                f"{BODY}/content",
                {"application/json; charset=utf-8": {"schema": {"$ref": f"#{SENT}"}}},
            )
        ],
    ),
    M(
        "request-member-removed",
        [(f"{SENT}/properties/scrape_interval_hours", GONE)],
        f"{SENT}/properties/scrape_interval_hours",
        "request-member-added",
    ),
    M(
        "request-member-added",
        [(f"{SENT}/properties/note", TEXT)],
        f"{SENT}/properties/note",
        "request-member-removed",
    ),
    M(
        "request-required-member-added",
        [(f"{SENT}/properties/note", TEXT), (f"{SENT}/required/-", "note")],
        f"{SENT}/properties/note",
        "request-member-removed",
    ),
    M(
        "request-member-became-required",
        [(f"{SENT}/required/-", "is_active")],
        f"{SENT}/properties/is_active",
        "request-member-became-optional",
    ),
    M(
        "request-member-became-required",
        [(f"{SENT}/required/-", "undeclared")],
        f"{SENT}/required",
        "request-member-became-optional",
    ),
    M(
        "request-member-became-optional",
        [(f"{SENT}/required", ["platform"])],
        f"{SENT}/properties/identifier",
        "request-member-became-required",
    ),
    M(
        "request-member-became-read-only",
        [(f"{SENT}/properties/metadata/readOnly", True)],
        f"{SENT}/properties/metadata",
        "request-member-no-longer-read-only",
    ),
    M(
        "request-required-member-added",
        [(f"{SENT}/properties/identifier/readOnly", GONE)],
        f"{SENT}/properties/identifier",
        "request-member-became-read-only",
        given=[(f"{SENT}/properties/identifier/readOnly", True)],
    ),
    M(
        "request-bound-tightened",
        [(f"{BATCH}/properties/video_ids/maxItems", 100)],
        f"{BATCH}/properties/video_ids/maxItems",
        "request-bound-loosened",
    ),
    M(
        "request-bound-tightened",
        [(f"{BATCH}/properties/windows/items/maximum", 90)],
        f"{BATCH}/properties/windows/items/maximum",
        "request-bound-loosened",
    ),
    M(
        "request-bound-tightened",
        [(f"{SENT}/properties/identifier/maxLength", 100)],
        f"{SENT}/properties/identifier/maxLength",
        "request-bound-loosened",
    ),
    M(
        "request-bound-tightened",
        [(f"{SENT}/properties/scrape_interval_hours/minimum", 12)],
        f"{SENT}/properties/scrape_interval_hours/minimum",
        "request-bound-loosened",
    ),
    M(
        "request-constraint-tightened",
        [(f"{BATCH}/properties/video_ids/uniqueItems", True)],
        f"{BATCH}/properties/video_ids/uniqueItems",
        "request-constraint-loosened",
    ),
    M(
        "request-constraint-changed",
        [("/components/schemas/VideoMetricsRequest/then/required", ["start_date"])],
        "/components/schemas/VideoMetricsRequest/then",
        "request-constraint-changed",
        quiet=[("/components/schemas/VideoMetricsRequest/then/title", "Custom")],
    ),
    M(
        "request-other-members-refused",
        [(f"{SENT}/additionalProperties", False)],
        f"{SENT}/additionalProperties",
        "request-other-members-allowed",
        back_at=f"{SENT}/additionalProperties",
    ),
    # answers
    M(
        "success-status-removed",
        [(f"{DELETE}/responses/204", GONE)],
        f"{DELETE}/responses/204",
        "success-status-added",
    ),
    M(
        "success-status-added",
        [(f"{TRACK}/responses/202", {"description": "Later."})],
        f"{TRACK}/responses/202",
        "success-status-removed",
    ),
    M(
        "other-status-removed",
        [(f"{LIST}/responses/406", GONE)],
        f"{LIST}/responses/406",
        "other-status-added",
    ),
    M(
        "other-status-added",
        [(f"{LIST}/responses/418", {"description": "Tea."})],
        f"{LIST}/responses/418",
        "other-status-removed",
    ),
    M(
        "default-response-added",
        [(f"{LIST}/responses/default", {"description": "Else."})],
        f"{LIST}/responses/default",
        "default-response-removed",
    ),
    M(
        "default-response-removed",
        [(f"{LIST}/responses/default", GONE)],
        f"{LIST}/responses/default",
        "default-response-added",
        given=[(f"{LIST}/responses/default", {"description": "Else."})],
    ),
    M(
        "response-media-type-added",
        [(f"{CREATED}/content/text~1csv", {})],
        f"{CREATED}/content/text~1csv",
        "response-media-type-removed",
    ),
    M(
        "response-media-type-removed",
        [(f"{CREATED}/content", GONE)],
        f"{CREATED}/content/application~1json",
        "response-media-type-added",
    ),
    M(
        "response-links-changed",
        [(f"{CREATED}/links", {"self": {"operationId": "get_video"}})],
        f"{CREATED}/links",
        "response-links-changed",
        quiet=[
            (
                f"{TRACK}/responses/201/content",
                {
                    "Application/JSON": {
                        "schema": {"$ref": "#/components/schemas/Single_VideoResponse_"}
                    }
                },
            )
        ],
    ),
    M(
        "response-header-removed",
        [(f"{CREATED}/headers/Location", GONE)],
        f"{CREATED}/headers/Location",
        "response-header-added",
    ),
    M(
        "response-header-added",
        [(f"{CREATED}/headers/X-Cost", {"schema": TEXT})],
        f"{CREATED}/headers/X-Cost",
        "response-header-removed",
    ),
    M(
        "response-header-became-optional",
        [(f"{HEADER}/required", False)],
        HEADER,
        "response-header-became-required",
        given=[(f"{HEADER}/required", True)],
    ),
    M(
        "response-header-became-required",
        [(f"{HEADER}/required", True)],
        HEADER,
        "response-header-became-optional",
    ),
    M(
        "response-header-deprecated",
        [(f"{HEADER}/deprecated", True)],
        HEADER,
        "response-header-no-longer-deprecated",
    ),
    M(
        "response-header-no-longer-deprecated",
        [(f"{HEADER}/deprecated", GONE)],
        HEADER,
        "response-header-deprecated",
        given=[(f"{HEADER}/deprecated", True)],
    ),
    M(
        "response-header-serialization-changed",
        [(f"{HEADER}/explode", True)],
        HEADER,
        "response-header-serialization-changed",
        given=[(f"{HEADER}/schema", {"type": "array", "items": TEXT})],
        quiet=[(f"{HEADER}/explode", False)],
    ),
    M(
        "response-type-changed",
        [(f"{HEADER}/schema/type", "boolean")],
        f"{HEADER}/schema/type",
        "response-type-changed",
        quiet=[(f"{HEADER}/schema/type", ["integer"])],
    ),
    M(
        "response-member-removed",
        [(f"{READ}/properties/view_count", GONE)],
        f"{READ}/properties/view_count",
        "response-member-added",
    ),
    M(
        "response-member-removed",
        [(f"{READ}/properties/id", GONE)],
        f"{READ}/properties/id",
        "response-member-added",
    ),
    M(
        "response-member-removed",
        [(f"{PAGE}/properties/pagination", GONE)],
        f"{PAGE}/properties/pagination",
        "response-member-added",
    ),
    M(
        "response-member-added",
        [(f"{READ}/properties/repost_count", {"type": "integer"})],
        f"{READ}/properties/repost_count",
        "response-member-removed",
    ),
    M(
        "response-member-became-optional",
        [(f"{READ}/required", ["platform", "external_id"])],
        f"{READ}/properties/id",
        "response-member-became-required",
    ),
    M(
        "response-member-became-required",
        [(f"{READ}/required/-", "view_count")],
        f"{READ}/properties/view_count",
        "response-member-became-optional",
    ),
    M(
        "response-became-nullable",
        [(f"{READ}/properties/id/type", ["string", "null"])],
        f"{READ}/properties/id",
        "response-no-longer-nullable",
    ),
    M(
        "response-no-longer-nullable",
        [(f"{READ}/properties/view_count/type", "integer")],
        f"{READ}/properties/view_count",
        "response-became-nullable",
    ),
    M(
        "response-no-longer-nullable",
        [("/components/schemas/OverviewResponse/properties/current/anyOf/1", GONE)],
        "/components/schemas/OverviewResponse/properties/current",
        "response-became-nullable",
    ),
    M(
        "response-type-changed",
        [(f"{READ}/properties/external_id/type", "integer")],
        f"{READ}/properties/external_id/type",
        "response-type-changed",
        quiet=[(f"{READ}/properties/external_id/type", ["string"])],
    ),
    M(
        "response-type-narrowed",
        [(f"{READ}/properties/duration/type", ["integer", "null"])],
        f"{READ}/properties/duration/type",
        "response-type-widened",
    ),
    M(
        "response-enum-value-added",
        [(f"{READ}/properties/platform/enum/-", "youtube")],
        f"{READ}/properties/platform/enum/2",
        "response-enum-value-removed",
    ),
    M(
        "response-enum-value-removed",
        [(f"{READ}/properties/platform/enum/1", GONE)],
        f"{READ}/properties/platform/enum/1",
        "response-enum-value-added",
    ),
    M(
        "response-enum-removed",
        [(f"{READ}/properties/platform/enum", GONE)],
        f"{READ}/properties/platform/enum",
        "response-enum-added",
    ),
    M(
        "response-format-loosened",
        [(f"{READ}/properties/added_at/format", GONE)],
        f"{READ}/properties/added_at/format",
        "response-format-tightened",
    ),
    M(
        "response-format-changed",
        [(f"{READ}/properties/added_at/format", "date")],
        f"{READ}/properties/added_at/format",
        "response-format-hint-changed",
        quiet=[(f"{READ}/properties/added_at/type", ["null", "string"])],
    ),
    M(
        "response-default-changed",
        [(f"{READ}/properties/type/default", "post")],
        f"{READ}/properties/type/default",
        "response-default-changed",
        quiet=[(f"{READ}/properties/view_count/default", None)],
    ),
    M(
        "response-map-values-removed",
        [("/components/schemas/VideoDeltasResponse/properties/data/additionalProperties", False)],
        "/components/schemas/VideoDeltasResponse/properties/data/additionalProperties",
        "response-other-members-allowed",
    ),
    M(
        "response-other-members-untyped",
        [("/components/schemas/VideoDeltasResponse/properties/data/additionalProperties", True)],
        "/components/schemas/VideoDeltasResponse/properties/data/additionalProperties",
        "response-other-members-typed",
    ),
    # credentials
    M(
        "security-no-longer-required",
        [(f"{LIST}/security", [])],
        f"{LIST}/security",
        "security-required",
    ),
    M(
        "security-required",
        [("/paths/~1health/get/security", [{"HTTPBearer": []}])],
        "/paths/~1health/get/security",
        "security-no-longer-required",
    ),
    M(
        "security-alternative-added",
        [(f"{LIST}/security/-", {"Key": []})],
        f"{LIST}/security",
        "security-alternative-removed",
        given=[("/components/securitySchemes/Key", KEY)],
    ),
    M(
        "security-alternative-removed",
        [(f"{LIST}/security/1", GONE)],
        f"{LIST}/security",
        "security-alternative-added",
        given=[("/components/securitySchemes/Key", KEY), (f"{LIST}/security/-", {"Key": []})],
    ),
    M(
        "security-changed",
        [(f"{LIST}/security/0", {"Key": []})],
        f"{LIST}/security",
        "security-changed",
        given=[("/components/securitySchemes/Key", KEY)],
        quiet=[("/components/securitySchemes/Key/description", "A key.")],
    ),
    M(
        "security-scope-added",
        [(f"{LIST}/security/0/HTTPBearer/-", "read")],
        f"{LIST}/security",
        "security-scope-removed",
    ),
    M(
        "security-scope-removed",
        [(f"{LIST}/security/0/HTTPBearer/0", GONE)],
        f"{LIST}/security",
        "security-scope-added",
        given=[(f"{LIST}/security/0/HTTPBearer/-", "read")],
    ),
    M(
        "security-scheme-changed",
        [(f"{BEARER}/scheme", "basic")],
        BEARER,
        "security-scheme-changed",
        quiet=[(f"{BEARER}/scheme", "Bearer")],
    ),
    M(
        "security-scheme-extended",
        [(f"{BEARER}/flows/clientCredentials/scopes/write", "w")],
        BEARER,
        "security-scheme-changed",
        given=[(BEARER, OAUTH)],
    ),
    M(
        "unused-security-changed",
        [("/security", [{"HTTPBearer": []}])],
        "/security",
        "unused-security-changed",
        quiet=[("/security", GONE)],
    ),
    M(
        "bearer-format-changed",
        [(f"{BEARER}/bearerFormat", "JWT")],
        f"{BEARER}/bearerFormat",
        "bearer-format-changed",
        back_at=BEARER,
        quiet=[(f"{BEARER}/scheme", "BEARER")],
    ),
    # the document and its wording
    M(
        "servers-changed",
        [("/servers/0/url", "https://eu.creatoraudit.com/v2")],
        "/servers",
        "servers-changed",
        quiet=[("/jsonSchemaDialect", "https://a.test/dialect")],
    ),
    M(
        "info-changed",
        [("/info/version", "2.1.0")],
        "/info/version",
        "info-changed",
        quiet=[("/openapi", "3.1.1")],
    ),
    M(
        "document-tags-changed",
        [("/tags/0/name", "Profiles")],
        "/tags",
        "document-tags-changed",
        quiet=[("/components/schemas/Unused", TEXT)],
    ),
    M(
        "description-changed",
        [(f"{LIST}/description", "Another wording.")],
        f"{LIST}/description",
        "description-changed",
        quiet=[("/components/schemas/Unused", {"description": "x"})],
    ),
    M(
        "description-changed",
        [(f"{READ}/properties/id/description", "Another wording.")],
        f"{READ}/properties/id/description",
        "description-changed",
        quiet=[("/webhooks", {"done": {"description": "x"}})],
    ),
    M(
        "title-changed",
        [(f"{READ}/title", "Video")],
        f"{READ}/title",
        "title-changed",
        quiet=[("/components/schemas/Unused", {"title": "x"})],
    ),
    M(
        "example-changed",
        [(f"{SENT}/examples/0/identifier", "x")],
        f"{SENT}/examples",
        "example-changed",
        quiet=[("/components/examples", {"unused": {}})],
    ),
    M(
        "external-docs-changed",
        [(f"{LIST}/externalDocs", {"url": "https://a.test"})],
        f"{LIST}/externalDocs",
        "external-docs-changed",
        quiet=[("/components/schemas/Unused", {"externalDocs": {}})],
    ),
    M(
        "extension-changed",
        [(f"{READ}/x-evidence", "guide")],
        f"{READ}/x-evidence",
        "extension-changed",
        quiet=[("/components/schemas/Unused", {"x-evidence": "guide"})],
    ),
    M(
        "schema-deprecated",
        [(f"{READ}/properties/play_count/deprecated", True)],
        f"{READ}/properties/play_count/deprecated",
        "schema-no-longer-deprecated",
    ),
    M(
        "schema-no-longer-deprecated",
        [(f"{READ}/properties/play_count/deprecated", GONE)],
        f"{READ}/properties/play_count/deprecated",
        "schema-deprecated",
        given=[(f"{READ}/properties/play_count/deprecated", True)],
    ),
]


class Pair(NamedTuple):
    """Two schemas in one position, compared in both directions."""

    what: str
    old: Any
    new: Any
    at: str
    """The location below the schema."""
    back: str
    quiet: Any = None
    """A schema that is another one on paper and says the same as `old`."""
    directions: tuple[str, ...] = ("request", "response")


MEMBER = {"type": "object", "properties": {"a": TEXT}}
UNION = {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "integer", "minimum": 1}]}
ONE_MORE = {"anyOf": [*UNION["anyOf"], {"type": "object", "required": ["b"]}]}
MAP = {"type": "object", "additionalProperties": TEXT}
CLOSED = {"type": "object", "additionalProperties": False}

TIME, DAY, ID = ({"type": "string", "format": name} for name in ("date-time", "date", "uuid"))
INT32, INT64 = ({"type": "integer", "format": name} for name in ("int32", "int64"))
SENT_ONLY, READ_ONLY = ("request",), ("response",)
ALTERNATIVES = [
    {"type": "object", "properties": {"type": TEXT, name: TEXT}} for name in ("first", "second")
]


def tagged(*values: str, by: str = "type") -> Any:
    """A choice with a discriminator that maps these values."""
    mapping = {value: f"#/{value}" for value in values}
    return {"anyOf": ALTERNATIVES, "discriminator": {"propertyName": by, "mapping": mapping}}


def chosen(target: str) -> Any:
    """A choice whose discriminator maps one value to a shared schema."""
    branches = [{"$ref": f"#{name}"} for name in (SENT, BATCH)]
    mapping = {"x": target, "VideoDeltasRequest": f"#{BATCH}"}
    return {"oneOf": branches, "discriminator": {"propertyName": "type", "mapping": mapping}}


PAIRS: list[Pair] = [
    Pair(
        "type-narrowed",
        {"type": ["string", "integer"]},
        TEXT,
        "/type",
        "type-widened",
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    ),
    Pair("type-narrowed", {}, TEXT, "/type", "type-widened", True),
    Pair("type-narrowed", {}, UNION, "", "type-widened"),
    Pair(
        "type-widened",
        {"type": "integer"},
        {"type": "number"},
        "/type",
        "type-narrowed",
        {"type": "integer", "allOf": [{"type": "number"}]},
    ),
    Pair(
        "type-changed",
        {"type": "string"},
        {"type": "boolean"},
        "/type",
        "type-changed",
        {"allOf": [{"type": "string"}]},
    ),
    Pair("became-nullable", TEXT, {"type": ["string", "null"]}, "", "no-longer-nullable"),
    Pair("became-nullable", TEXT, {"anyOf": [TEXT, {"type": "null"}]}, "", "no-longer-nullable"),
    Pair(
        "no-longer-nullable",
        {"type": "string", "nullable": True},
        TEXT,
        "",
        "became-nullable",
        {"oneOf": [{"type": "null"}, TEXT]},
    ),
    Pair(
        "enum-value-removed",
        {"enum": ["a", "b", "c"]},
        {"enum": ["a", "b"]},
        "/enum/2",
        "enum-value-added",
        {"enum": ["c", "b", "a"], "type": "string"},
    ),
    Pair(
        "enum-value-added",
        {"enum": ["a", "b"]},
        {"enum": ["a", "b", "c"]},
        "/enum/2",
        "enum-value-removed",
        {"enum": ["b", "a"]},
    ),
    Pair("enum-added", TEXT, {"type": "string", "enum": ["a"]}, "/enum", "enum-removed"),
    Pair(
        "enum-removed",
        {"type": "string", "const": "a"},
        TEXT,
        "/const",
        "enum-added",
        {"type": "string", "enum": ["a"]},
    ),
    Pair(
        "const-changed", {"const": "a"}, {"const": "b"}, "/const", "const-changed", {"enum": ["a"]}
    ),
    *[
        Pair(
            "bound-tightened",
            {"type": kind, keyword: old},
            {"type": kind, keyword: new},
            f"/{keyword}",
            "bound-loosened",
            {"allOf": [{"type": kind}, {keyword: old}]},
        )
        for kind, keyword, old, new in (
            ("number", "maximum", 9, 8),
            ("number", "minimum", 1, 2),
            ("number", "exclusiveMaximum", 9, 8),
            ("number", "exclusiveMinimum", 1, 2),
            ("string", "maxLength", 9, 8),
            ("string", "minLength", 1, 2),
            ("array", "maxItems", 9, 8),
            ("array", "minItems", 1, 2),
            ("object", "maxProperties", 9, 8),
            ("object", "minProperties", 1, 2),
        )
    ],
    Pair(
        "bound-tightened",
        {"type": "number", "maximum": 9},
        {"type": "number", "exclusiveMaximum": 9},
        "/exclusiveMaximum",
        "bound-loosened",
        {"type": "number", "maximum": 9.0},
    ),
    Pair(
        "bound-loosened",
        {"type": "string", "maxLength": 9},
        TEXT,
        "/maxLength",
        "bound-tightened",
        {"type": "string", "maxLength": 9, "minLength": 0},
    ),
    Pair(
        "pattern-tightened",
        TEXT,
        {"type": "string", "pattern": "a"},
        "/pattern",
        "pattern-loosened",
    ),
    Pair(
        "pattern-loosened",
        {"type": "string", "pattern": "a"},
        TEXT,
        "/pattern",
        "pattern-tightened",
    ),
    Pair(
        "pattern-changed",
        {"type": "string", "pattern": "a"},
        {"type": "string", "pattern": "b"},
        "/pattern",
        "pattern-changed",
        {"allOf": [{"pattern": "a"}, TEXT]},
    ),
    Pair("format-tightened", TEXT, TIME, "/format", "format-loosened", {"anyOf": [TEXT]}),
    Pair("format-loosened", TIME, TEXT, "/format", "format-tightened", {"allOf": [TIME]}),
    Pair("format-changed", TIME, DAY, "/format", "format-changed", {"anyOf": [TIME]}, SENT_ONLY),
    Pair(
        "format-changed", TIME, DAY, "/format", "format-hint-changed", {"anyOf": [TIME]}, READ_ONLY
    ),
    Pair("format-loosened", INT32, INT64, "/format", "format-tightened", None, SENT_ONLY),
    # What the client takes as it comes.
    *[
        Pair("format-hint-changed", old, new, "/format", "format-hint-changed", None, READ_ONLY)
        for old, new in ((DAY, ID), (INT32, INT64), (ID, {"type": "string", "format": "x"}))
    ],
    *[
        Pair(
            "format-hint-changed",
            ID,
            TEXT,
            "/format",
            "format-tightened",
            {"anyOf": [ID]},
            READ_ONLY,
        ),
        # What a server does not check.
        Pair(
            "format-hint-changed",
            TEXT,
            {"type": "string", "format": "password"},
            "/format",
            "format-hint-changed",
            {"allOf": [TEXT]},
            SENT_ONLY,
        ),
        Pair(
            "format-hint-changed",
            {"type": "integer"},
            INT64,
            "/format",
            "format-hint-changed",
            None,
            SENT_ONLY,
        ),
    ],
    Pair(
        "discriminator-value-added",
        tagged("x"),
        tagged("x", "y"),
        "/discriminator/mapping/y",
        "discriminator-value-removed",
        tagged("x") | {"anyOf": ALTERNATIVES[::-1]},
    ),
    Pair(
        "discriminator-value-removed",
        tagged("x", "y"),
        tagged("x"),
        "/discriminator/mapping/y",
        "discriminator-value-added",
        tagged("y", "x"),
    ),
    Pair(
        "discriminator-value-moved",
        chosen(f"#{SENT}"),
        chosen("VideoDeltasRequest"),
        "/discriminator/mapping/x",
        "discriminator-value-moved",
        chosen("TrackVideoRequest"),
    ),
    Pair(
        "discriminator-changed",
        tagged("x"),
        tagged("x", by="kind"),
        "/discriminator",
        "discriminator-changed",
        {"oneOf": ALTERNATIVES, "discriminator": tagged("x")["discriminator"]},
    ),
    Pair(
        "constraint-tightened",
        TEXT,
        {"type": "string", "not": {"const": "a"}},
        "/not",
        "constraint-loosened",
    ),
    Pair(
        "constraint-loosened",
        {"type": "integer", "multipleOf": 5},
        {"type": "integer"},
        "/multipleOf",
        "constraint-tightened",
    ),
    Pair(
        "constraint-changed",
        {"type": "string", "not": {"const": "a"}},
        {"type": "string", "not": {"const": "b"}},
        "/not",
        "constraint-changed",
        {"type": "string", "not": {"const": "a", "title": "Not this"}},
    ),
    Pair(
        "default-added",
        TEXT,
        {"type": "string", "default": "a"},
        "/default",
        "default-removed",
        {"type": "string", "default": None},
    ),
    Pair(
        "default-removed",
        {"type": "integer", "default": 1},
        {"type": "integer"},
        "/default",
        "default-added",
        {"type": "integer", "default": 1.0},
    ),
    Pair(
        "default-changed",
        {"type": "integer", "default": 1},
        {"type": "integer", "default": 2},
        "/default",
        "default-changed",
        {"type": "integer", "default": 1.0},
    ),
    Pair(
        "member-removed",
        MEMBER,
        {"type": "object"},
        "/properties/a",
        "member-added",
        {"allOf": [{"type": "object"}, {"properties": {"a": TEXT}}]},
    ),
    Pair("member-added", {"type": "object"}, MEMBER, "/properties/a", "member-removed"),
    Pair(
        "member-became-required",
        MEMBER,
        {**MEMBER, "required": ["a"]},
        "/properties/a",
        "member-became-optional",
        {**MEMBER, "required": []},
    ),
    Pair(
        "member-became-optional",
        {**MEMBER, "required": ["a"]},
        MEMBER,
        "/properties/a",
        "member-became-required",
        {"allOf": [MEMBER], "required": ["a"]},
    ),
    *[
        Pair(
            f"member-became-{word}",
            MEMBER,
            {"type": "object", "properties": {"a": {**TEXT, mark: True}}},
            "/properties/a",
            f"member-no-longer-{word}",
            {"type": "object", "properties": {"a": {**TEXT, mark: False}}},
        )
        for mark, word in (("readOnly", "read-only"), ("writeOnly", "write-only"))
    ],
    *[
        Pair(
            f"member-no-longer-{word}",
            {"type": "object", "properties": {"a": {**TEXT, mark: True}}},
            MEMBER,
            "/properties/a",
            f"member-became-{word}",
        )
        for mark, word in (("readOnly", "read-only"), ("writeOnly", "write-only"))
    ],
    Pair(
        "other-members-refused",
        {"type": "object"},
        CLOSED,
        "/additionalProperties",
        "other-members-allowed",
        {"type": "object", "additionalProperties": {}},
    ),
    Pair(
        "other-members-allowed",
        CLOSED,
        {"type": "object"},
        "/additionalProperties",
        "other-members-refused",
        {"type": "object", "unevaluatedProperties": False},
    ),
    Pair(
        "other-members-typed",
        {"type": "object"},
        MAP,
        "/additionalProperties",
        "other-members-untyped",
        {"type": "object", "additionalProperties": True},
    ),
    Pair(
        "other-members-untyped",
        MAP,
        {"type": "object"},
        "/additionalProperties",
        "other-members-typed",
        {"allOf": [MAP]},
    ),
    Pair(
        "alternative-removed",
        ONE_MORE,
        UNION,
        "/anyOf/2",
        "alternative-added",
        {"oneOf": ONE_MORE["anyOf"]},
    ),
    Pair(
        "alternative-added",
        UNION,
        ONE_MORE,
        "/anyOf/2",
        "alternative-removed",
        {"anyOf": UNION["anyOf"][::-1]},
    ),
    Pair(
        "alternative-added",
        UNION["anyOf"][0],
        UNION,
        "/anyOf/1",
        "alternative-removed",
        {"anyOf": [UNION["anyOf"][0]]},
    ),
]
