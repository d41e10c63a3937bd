"""The rules of the drift report: everything it can find, with its level and its sentence.

A level says what happens to a client made from the base document when it meets a server that
keeps the head document:

* breaking: a call that was valid is refused or does something else, or a response is not what was
  promised;
* additive: the client works as before; there is something new to use or to know;
* cosmetic: requests and responses stay the same.

Unknown members and unknown enum values never break the client, so both are additive in responses.
So are bounds, patterns and conditions, which it does not check, and formats that it does not
decode.

Ids and sentences are stable: baselines store both, and pipelines refer to ids.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Level(IntEnum):
    """How much a finding matters; a higher level matters more."""

    COSMETIC = 0
    ADDITIVE = 1
    BREAKING = 2


class Rule(NamedTuple):
    """One kind of difference; `sentence` has placeholders for the details."""

    id: str
    level: Level
    sentence: str


_B, _A, _C = Level.BREAKING, Level.ADDITIVE, Level.COSMETIC

_OPERATIONS = (
    ("operation-removed", _B, "The operation {name} is gone."),
    ("operation-added", _A, "The operation {name} is new."),
    ("operation-deprecated", _A, "The operation {name} is deprecated now."),
    ("operation-no-longer-deprecated", _C, "The operation {name} is no longer deprecated."),
    ("operation-id-changed", _C, "The operationId was {old} and is {new}."),
    ("operation-tags-changed", _C, "The tags were {old} and are {new}."),
    ("path-parameter-renamed", _C, "The path parameter {old} is called {new}."),
    ("part-unreadable", _B, "A part can no longer be read, so it is not compared: {why}."),
    ("part-was-unreadable", _A, "A part could not be read before, so it is not compared: {why}."),
)

_PARAMETERS = (
    ("parameter-removed", _B, "The {place} parameter {name} is gone."),
    ("parameter-added", _A, "The optional {place} parameter {name} is new."),
    (
        "required-parameter-added",
        _B,
        "The {place} parameter {name} is new, and every call must send it.",
    ),
    ("parameter-became-required", _B, "Every call must send the {place} parameter {name} now."),
    ("parameter-became-optional", _A, "The {place} parameter {name} may be left out now."),
    (
        "parameter-location-changed",
        _B,
        "The parameter {name} was sent in {old} and belongs in {new}.",
    ),
    (
        "parameter-serialization-changed",
        _B,
        "The {place} parameter {name} is written another way: {old} before, {new} now.",
    ),
    (
        "parameter-empty-value-refused",
        _B,
        "The {place} parameter {name} may no longer be sent empty.",
    ),
    ("parameter-empty-value-allowed", _A, "The {place} parameter {name} may be sent empty now."),
    ("parameter-deprecated", _A, "The {place} parameter {name} is deprecated now."),
    ("parameter-no-longer-deprecated", _C, "The {place} parameter {name} is no longer deprecated."),
)

_BODIES = (
    ("request-body-removed", _B, "The operation takes no body any more."),
    ("request-body-added", _A, "The operation takes a body now, which may be left out."),
    ("required-request-body-added", _B, "The operation demands a body now."),
    ("request-body-became-required", _B, "The body may no longer be left out."),
    ("request-body-became-optional", _A, "The body may be left out now."),
    ("request-media-type-removed", _B, "A body of type {name} is no longer taken."),
    ("request-media-type-added", _A, "A body of type {name} is taken now."),
    ("request-encoding-changed", _B, "The member {name} is encoded another way."),
    ("request-encoding-added", _A, "It is said how the optional member {name} is encoded."),
)

_RESPONSES = (
    ("success-status-removed", _B, "The operation no longer answers with status {name}."),
    ("success-status-added", _B, "A successful call may be answered with status {name} now."),
    ("other-status-removed", _A, "Status {name} is no longer among the answers."),
    ("other-status-added", _A, "Status {name} is among the answers now."),
    (
        "default-response-removed",
        _B,
        "Nothing is said any more about answers with another status.",
    ),
    ("default-response-added", _A, "Answers with any other status are described now."),
    ("response-media-type-removed", _B, "The answer no longer comes as {name}."),
    ("response-media-type-added", _A, "The answer may be had as {name} now."),
    ("response-links-changed", _C, "The links from the answer to other operations are others."),
    ("response-header-removed", _B, "The answer's header {name} is gone."),
    ("response-header-added", _A, "The answer's header {name} is new."),
    ("response-header-became-optional", _B, "The answer's header {name} may be missing now."),
    ("response-header-became-required", _A, "The answer always has the header {name} now."),
    (
        "response-header-serialization-changed",
        _B,
        "The answer's header {name} is written another way: {old} before, {new} now.",
    ),
    ("response-header-deprecated", _A, "The answer's header {name} is deprecated now."),
    ("response-header-no-longer-deprecated", _C, "The header {name} is no longer deprecated."),
)

# Requests that the API sends: webhooks and callbacks. Bodies are compared like responses.
_INCOMING = (
    ("webhook-removed", _B, "The {name} no longer comes."),
    ("webhook-added", _A, "The {name} is new."),
    ("webhook-deprecated", _A, "The {name} is deprecated now."),
    ("webhook-no-longer-deprecated", _C, "The {name} is no longer deprecated."),
    ("webhook-body-removed", _B, "The {name} comes without a body now."),
    ("webhook-body-added", _A, "The {name} comes with a body now."),
    ("webhook-body-became-optional", _B, "The {name} may come without a body now."),
    ("webhook-body-became-required", _A, "The {name} always comes with a body now."),
    ("webhook-status-removed", _B, "The {name} may no longer be answered with status {status}."),
    ("webhook-status-added", _A, "The {name} may be answered with status {status} now."),
)

_SECURITY = (
    ("security-required", _B, "The call needs credentials now: {new}."),
    ("security-no-longer-required", _A, "The call needs no credentials any more."),
    ("security-alternative-removed", _B, "The credentials {old} are no longer enough."),
    ("security-alternative-added", _A, "The credentials {new} are enough now, too."),
    ("security-changed", _B, "The call needs other credentials: {old} before, {new} now."),
    ("security-scope-added", _B, "The scheme {name} needs the scope {new} now."),
    ("security-scope-removed", _A, "The scheme {name} no longer needs the scope {old}."),
    ("security-scheme-changed", _B, "The scheme {name} is another: {old} before, {new} now."),
    ("security-scheme-extended", _A, "The scheme {name} offers more: {new}."),
    (
        "unused-security-changed",
        _C,
        "The document's own security differs, but every operation states its own.",
    ),
)

_DOCUMENT = (
    ("servers-changed", _C, "The servers were {old} and are {new}."),
    ("info-changed", _C, "The document's {name} was {old} and is {new}."),
    ("document-tags-changed", _C, "The document's list of tags is another."),
    ("description-changed", _C, "The wording of a description or summary is another."),
    ("title-changed", _C, "The title was {old} and is {new}."),
    ("example-changed", _C, "The examples are others."),
    ("external-docs-changed", _C, "The pointer to further documentation is another."),
    ("extension-changed", _C, "The extension {name} was {old} and is {new}."),
    ("bearer-format-changed", _C, "The hint at the format of the token is another."),
    ("schema-deprecated", _A, "This is deprecated now."),
    ("schema-no-longer-deprecated", _C, "This is no longer deprecated."),
)

# Schemas. The same difference can break requests and be harmless in responses, or the reverse:
# (what differs, level and sentence in a request, level and sentence in a response).
_SENT_AND_READ = (
    (
        "type-narrowed",
        (_B, "Fewer types are taken: {old} before, {new} now."),
        (_A, "Fewer types can come: {old} before, {new} now."),
    ),
    (
        "type-widened",
        (_A, "More types are taken: {old} before, {new} now."),
        (_B, "More types can come: {old} before, {new} now."),
    ),
    (
        "type-changed",
        (_B, "Another type is taken: {old} before, {new} now."),
        (_B, "Another type comes: {old} before, {new} now."),
    ),
    ("became-nullable", (_A, "Null is taken now."), (_B, "Null can come now.")),
    ("no-longer-nullable", (_B, "Null is no longer taken."), (_A, "Null no longer comes.")),
    (
        "enum-value-removed",
        (_B, "The value {old} is no longer taken."),
        (_A, "The value {old} no longer comes."),
    ),
    (
        "enum-value-added",
        (_A, "The value {new} is taken now."),
        (_A, "The value {new} can come now."),
    ),
    (
        "enum-added",
        (_B, "Only these values are taken now: {new}."),
        (_A, "Only these values come now: {new}."),
    ),
    (
        "enum-removed",
        (_A, "Values other than {old} are taken now."),
        (_A, "Values other than {old} can come now."),
    ),
    (
        "const-changed",
        (_B, "The one value taken was {old} and is {new}."),
        (_B, "The one value that comes was {old} and is {new}."),
    ),
    (
        "bound-tightened",
        (_B, "What is taken is bounded more tightly: {name} was {old} and is {new}."),
        (_A, "What comes is bounded more tightly: {name} was {old} and is {new}."),
    ),
    (
        "bound-loosened",
        (_A, "What is taken is bounded more loosely: {name} was {old} and is {new}."),
        (_A, "What comes is bounded more loosely: {name} was {old} and is {new}."),
    ),
    (
        "pattern-tightened",
        (_B, "What is taken has to match a pattern now: {new}."),
        (_A, "What comes matches a pattern now: {new}."),
    ),
    (
        "pattern-loosened",
        (_A, "What is taken need not match a pattern any more: {old}."),
        (_A, "What comes need not match a pattern any more: {old}."),
    ),
    (
        "pattern-changed",
        (_B, "What is taken has to match another pattern: {old} before, {new} now."),
        (_A, "What comes matches another pattern: {old} before, {new} now."),
    ),
    (
        "format-tightened",
        (_B, "The format taken is narrower: {old} before, {new} now."),
        (_A, "The format that comes is narrower: {old} before, {new} now."),
    ),
    (
        "format-loosened",
        (_A, "The format taken is wider: {old} before, {new} now."),
        (_B, "The format that comes is wider: {old} before, {new} now."),
    ),
    (
        "format-changed",
        (_B, "Another format is taken: {old} before, {new} now."),
        (_B, "Another format comes: {old} before, {new} now."),
    ),
    (
        "format-hint-changed",
        (_A, "The format is a hint that no server checks: {old} before, {new} now."),
        (_A, "The format is one that the client does not decode: {old} before, {new} now."),
    ),
    (
        "discriminator-changed",
        (_B, "The alternatives are told apart by {new}, not by {old}."),
        (_B, "The alternatives are told apart by {new}, not by {old}."),
    ),
    (
        "discriminator-value-added",
        (_A, "The value {new} chooses an alternative, too."),
        (_A, "The value {new} may choose an alternative, too."),
    ),
    (
        "discriminator-value-removed",
        (_B, "The value {old} no longer chooses an alternative."),
        (_A, "The value {old} no longer chooses an alternative."),
    ),
    (
        "discriminator-value-moved",
        (_B, "The value {new} chooses another alternative."),
        (_B, "The value {new} chooses another alternative."),
    ),
    (
        "constraint-tightened",
        (_B, "What is taken has to meet a condition that is new: {name}."),
        (_A, "What comes meets a condition that is new: {name}."),
    ),
    (
        "constraint-loosened",
        (_A, "A condition on what is taken is gone: {name}."),
        (_A, "A condition on what comes is gone: {name}."),
    ),
    (
        "constraint-changed",
        (_B, "A condition on what is taken is another: {name}."),
        (_A, "A condition on what comes is another: {name}."),
    ),
    (
        "default-added",
        (_A, "Left out, it means {new} now."),
        (_C, "Left out of an answer, it means {new} now."),
    ),
    (
        "default-removed",
        (_B, "Left out, it meant {old}; nothing is said of that any more."),
        (_C, "Left out of an answer, it meant {old}; nothing is said of that any more."),
    ),
    (
        "default-changed",
        (_B, "Left out, it meant {old} and means {new}."),
        (_C, "Left out of an answer, it meant {old} and means {new}."),
    ),
    (
        "member-removed",
        (_B, "The member {name} can no longer be sent."),
        (_B, "The member {name} no longer comes."),
    ),
    (
        "member-added",
        (_A, "The optional member {name} is new."),
        (_A, "The member {name} is new."),
    ),
    (
        "member-became-required",
        (_B, "The member {name} may no longer be left out."),
        (_A, "The member {name} always comes now."),
    ),
    (
        "member-became-optional",
        (_A, "The member {name} may be left out now."),
        (_B, "The member {name} may be missing now."),
    ),
    (
        "member-became-read-only",
        (_B, "The member {name} can no longer be sent, only read."),
        (_C, "The member {name} is marked as read-only now."),
    ),
    (
        "member-no-longer-read-only",
        (_A, "The member {name} can be sent now, too."),
        (_C, "The member {name} is no longer marked as read-only."),
    ),
    (
        "member-became-write-only",
        (_C, "The member {name} is marked as write-only now."),
        (_B, "The member {name} no longer comes, it can only be sent."),
    ),
    (
        "member-no-longer-write-only",
        (_C, "The member {name} is no longer marked as write-only."),
        (_A, "The member {name} comes now, too."),
    ),
    (
        "other-members-refused",
        (_B, "Members beyond those listed are no longer taken."),
        (_A, "Members beyond those listed no longer come."),
    ),
    (
        "other-members-allowed",
        (_A, "Members beyond those listed are taken now."),
        (_A, "Members beyond those listed can come now."),
    ),
    (
        "other-members-typed",
        (_B, "Members beyond those listed have to be of a certain kind now."),
        (_A, "Members beyond those listed are of a certain kind now."),
    ),
    (
        "other-members-untyped",
        (_A, "Members beyond those listed may be of any kind now."),
        (_B, "Members beyond those listed can be of any kind now."),
    ),
    (
        "alternative-removed",
        (_B, "One of the alternatives is no longer taken."),
        (_A, "One of the alternatives no longer comes."),
    ),
    (
        "alternative-added",
        (_A, "A further alternative is taken now."),
        (_B, "A further alternative can come now."),
    ),
)

# Rules for one direction only.
_ONE_DIRECTION = (
    (
        "request-required-member-added",
        _B,
        "The member {name} is new, and every body must have it.",
    ),
    (
        "response-map-values-removed",
        _B,
        "The object was a map of values under names of their own and is none any more.",
    ),
)


def _table() -> dict[str, Rule]:
    rules = [
        Rule(*row)
        for rows in (
            *(_OPERATIONS, _PARAMETERS, _BODIES, _RESPONSES, _INCOMING),
            *(_SECURITY, _DOCUMENT, _ONE_DIRECTION),
        )
        for row in rows
    ]
    for what, sent, read in _SENT_AND_READ:
        rules += Rule(f"request-{what}", *sent), Rule(f"response-{what}", *read)
    table = {rule.id: rule for rule in rules}
    assert len(table) == len(rules)
    return table


RULES = _table()
"""Every rule by its id."""
