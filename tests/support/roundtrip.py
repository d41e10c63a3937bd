"""Calls every operation of a generated package, and compares requests with the arguments.

    python -m support.roundtrip DOCUMENT

The arguments are made up from the document, which is read here in a simple way. A recording server
reads the requests. The package is the `creatoraudit_api` on the path.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from creatoraudit import CreatorAudit
from creatoraudit.contract.openapi import normalise
from creatoraudit_api.operations import LEFT_OUT, OPERATIONS, Operation
from support.server import Answer, Request, ScriptedServer

Node = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FORMATS = {
    "uuid": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "date": "2026-03-01",
    "date-time": "2026-03-01T12:00:00Z",
    "email": "a@example.com",
    "uri": "https://example.com/",
}
TEXT = "a b/ü&="
NOTES = {"title", "description"}
NOT_SENT = {"authorization", "accept", "content-type", "if-none-match", "x-request-id"}


class Samples:
    """Values that fit the schemas of one document."""

    def __init__(self, document: Node) -> None:
        self.document = document

    def resolved(self, node: Any) -> Any:
        for _ in range(30):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                break
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                key = unquote(part).replace("~1", "/").replace("~0", "~")
                target = target[int(key) if isinstance(target, list) else key]
            node = target
        return node

    def merged(self, node: Any, depth: int = 0, kind: Any = None) -> Node:
        """A schema with its allOf merged, and the first alternative that has a type."""
        node = self.resolved(node)
        if not isinstance(node, dict) or depth > 12:
            return {}
        whole = {key: value for key, value in node.items() if key != "allOf"}
        parts = list(map(self.resolved, node.get("allOf", [])))
        kind = next((k for k in (node.get("type"), *(p.get("type") for p in parts)) if k), kind)
        for part in parts:
            for key, value in self.merged(part, depth + 1, kind).items():
                if key == "properties":
                    whole["properties"] = {**value, **whole.get("properties", {})}
                elif key == "required":
                    whole["required"] = [*whole.get("required", []), *value]
                else:
                    whole.setdefault(key, value)
        for keyword in ("anyOf", "oneOf"):
            for branch in whole.get(keyword) or []:
                made = self.merged(branch, depth + 1, kind)
                fits = kind is None or made.get("type") in (None, kind) or isinstance(kind, list)
                if fits and made.get("type") != "null" and not whole.get("properties"):
                    return {**made, **{k: v for k, v in whole.items() if k == "default"}}
        return whole

    def of(self, node: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one kind of value each
        if depth > 9:
            return None
        schema = self.merged(node)
        if "const" in schema:
            return schema["const"]
        values = [value for value in schema.get("enum") or [] if value is not None]
        if values:
            return values[-1]
        kinds = schema.get("type")
        kind = next((k for k in kinds if k != "null"), None) if isinstance(kinds, list) else kinds
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else None
        match kind:
            case "integer":
                return int(self._number(schema))
            case "number":
                return self._number(schema)
            case "boolean":
                return True
            case "string":
                return self._text(schema)
            case "array":
                if depth > 3 and not schema.get("minItems"):
                    return []
                count = max(int(schema.get("minItems", 1)), 1)
                return [self.of(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "object":
                return self._object(schema, depth)
        return {"any": [1, "é", None]} if depth < 3 else "x"

    def _object(self, schema: Node, depth: int) -> Node:
        needed = schema.get("required") or []
        made = {
            name: self.of(inner, depth + 1)
            for name, inner in (schema.get("properties") or {}).items()
            if name in needed or depth < 2
        }
        if not made and isinstance(schema.get("additionalProperties"), dict) and depth < 3:
            made["a key"] = self.of(schema["additionalProperties"], depth + 1)
        return made

    @staticmethod
    def _number(schema: Node) -> float:
        least, most = schema.get("minimum"), schema.get("maximum")
        strict, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        if isinstance(strict, int | float) and not isinstance(strict, bool):
            least = strict + 1
        if isinstance(below, int | float) and not isinstance(below, bool):
            most = below - 1
        value = 7.0 if least is None else max(float(least), 7.0)
        return min(value, float(most)) if most is not None else value

    @staticmethod
    def _text(schema: Node) -> str:
        text = FORMATS.get(schema.get("format", ""), TEXT)
        text = text.ljust(int(schema.get("minLength", 0)), "x")
        return text[: int(schema["maxLength"])] if schema.get("maxLength") else text


def scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return compact(value)
    return "" if value is None else str(value)


def in_ascii(value: Any) -> Any:
    """Make the text in a value fit for a header."""
    if isinstance(value, dict):
        return {key: in_ascii(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_ascii(inner) for inner in value]
    return "a header" if value == TEXT else value


def in_json(parameter: Node) -> bool:
    return is_json(essence(next(iter(parameter.get("content") or {"": 0}))))


def in_header(value: Any, parameter: Node) -> str:
    if in_json(parameter):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, dict):
        between = "=" if parameter.get("explode") else ","
        return ",".join(f"{key}{between}{scalar(inner)}" for key, inner in value.items())
    return ",".join(scalar(one) for one in (value if isinstance(value, list) else [value]))


def in_path(value: Any, parameter: Node, wire: str) -> str:
    """Expand a value as RFC 6570 says for a style."""
    if in_json(parameter):
        return quote(compact(value), safe="")
    exploded, style = parameter.get("explode") is True, parameter.get("style", "simple")
    if isinstance(value, dict):
        items = [
            [quote(str(key), safe=""), quote(scalar(inner), safe="")]
            for key, inner in value.items()
        ]
    else:
        listed = value if isinstance(value, list) else [value]
        items = [[quote(scalar(one), safe="")] for one in listed]
    if style == "simple":
        return ",".join(("=" if exploded else ",").join(item) for item in items)
    if style == "label":
        return (
            "".join("." + "=".join(item) for item in items)
            if exploded
            else "." + ",".join(",".join(item) for item in items)
        )
    if exploded and isinstance(value, dict):
        return "".join(f";{key}={inner}" for key, inner in items)
    if exploded:
        return "".join(f";{wire}={one}" for (one,) in items)
    return f";{wire}=" + ",".join(",".join(item) for item in items)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    return media_type in ("application/json", "*/*") or media_type.endswith("+json")


class Trip:
    """The test of one operation, from its arguments to the comparison."""

    def __init__(self, path: str, item: Node, node: Node, samples: Samples) -> None:
        self.samples = samples
        self.path = path
        self.node = node
        found: dict[tuple[str, str], Node] = {}
        for holder in (item.get("parameters", []), node.get("parameters", [])):
            for raw in holder:
                parameter = samples.resolved(raw)
                found[parameter["in"], parameter["name"]] = parameter
        self.parameters = found
        self.expected_path = path
        self.expected_query: list[tuple[str, str]] = []
        self.expected_headers: dict[str, str] = {}
        self.body: Any = None
        self.media_type: str | None = None

    def arguments(self, operation: Operation[Any]) -> Node:
        """Make the arguments of the call, and record what to expect."""
        given: Node = {}
        by_wire = {
            (where, operation.wire_names.get(name, name)): name
            for name, where in operation.arguments.items()
            if where != "path"
        }
        names = iter(re.findall(r"{([^}]*)}", operation.path))
        self.expected_path, _, rest = self.path.partition("?")
        self.expected_path = self.expected_path.partition("#")[0]
        self.expected_query += parse_qsl(rest.partition("#")[0], keep_blank_values=True)
        for wire in re.findall(r"{([^}]*)}", self.path):
            parameter = self.parameters.get(("path", wire), {"schema": {"type": "string"}})
            value = self._value(parameter)
            if isinstance(value, dict) and not parameter.get("schema", {}).keys() - NOTES:
                value = "any"  # objects are sent only where the contract declares them
            given[next(names)] = value
            self.expected_path = self.expected_path.replace(
                f"{{{wire}}}", in_path(value, parameter, wire)
            )
        for (where, wire), parameter in self.parameters.items():
            if where not in ("query", "header") or (where == "header" and wire.lower() in NOT_SENT):
                continue
            value = self._value(parameter)
            if where == "header":
                value = in_ascii(value)
                self.expected_headers[wire.lower()] = in_header(value, parameter)
            else:
                self._expect_query(wire, value, parameter)
            given[by_wire[where, wire]] = value
        return {**given, **self._body()}

    def _value(self, parameter: Node) -> Any:
        content = parameter.get("content")
        schema = next(iter(content.values())).get("schema") if content else parameter.get("schema")
        return self.samples.of(schema or {})

    def _expect_query(self, wire: str, value: Any, parameter: Node) -> None:
        style = parameter.get("style", "form")
        explode = parameter.get("explode", style == "form")
        add = self.expected_query.append
        if in_json(parameter):
            add((wire, compact(value)))
        elif isinstance(value, dict) and style != "deepObject" and not explode:
            add((wire, ",".join(f"{key},{scalar(inner)}" for key, inner in value.items())))
        elif isinstance(value, dict):
            for key, inner in value.items():
                name = f"{wire}[{key}]" if style == "deepObject" else key
                if style == "deepObject" and isinstance(inner, dict):
                    self._expect_query(name, inner, parameter)
                    continue
                for one in inner if isinstance(inner, list) and not _nested(inner) else [inner]:
                    add((name, scalar(one)))
        elif isinstance(value, list) and not explode:
            separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
            add((wire, separator.join(scalar(one) for one in value)))
        elif isinstance(value, list):
            for one in value:
                add((wire, scalar(one)))
        else:
            add((wire, scalar(value)))

    def _body(self) -> Node:
        content = self.samples.resolved(self.node.get("requestBody") or {}).get("content") or {}
        if not content:
            return {}
        kinds = {essence(name): media for name, media in content.items()}
        self.media_type = next(
            (name for name in kinds if is_json(name)),
            next((name for name in kinds if name == "multipart/form-data"), next(iter(kinds))),
        )
        schema = kinds[self.media_type].get("schema", {})
        if is_json(self.media_type):
            self.body = self.samples.of(schema)
            return {"body": self.body}
        if self.media_type == "multipart/form-data":
            return self._form(schema)
        if self.media_type == "application/x-www-form-urlencoded":
            made = self.samples.of(schema)
            self.body = {name: [scalar(value)] for name, value in made.items()}
            return {"data": {name: scalar(value) for name, value in made.items()}}
        self.body = "text ü" if self.media_type.startswith("text/") else b"\0bytes"
        return {"body": self.body}

    def _form(self, schema: Any) -> Node:
        files, data = {}, {}
        for name, inner in self.samples.merged(schema).get("properties", {}).items():
            plain = self.samples.merged(inner)
            several = plain.get("type") == "array"
            one = self.samples.merged(plain.get("items", {})) if several else plain
            if one.get("format") in ("binary", "byte") or "contentMediaType" in one:
                files[name] = [b"\0file", b"other"] if several else b"\0file"
            else:
                data[name] = self.samples.of(inner)
        self.body = {
            **{k: [v] if isinstance(v, bytes) else v for k, v in files.items()},
            **{
                k: [
                    compact(one).encode() if isinstance(one, dict | list) else scalar(one).encode()
                    for one in (v if isinstance(v, list) else [v])
                ]
                for k, v in data.items()
            },
        }
        return {"files": files, "data": data} if files else {"data": data}

    def differences(self, request: Request) -> list[str]:
        """The differences between the request and the arguments."""
        found = []
        split = urlsplit(request.target)
        if split.path != f"/v2{self.expected_path}":
            found.append(f"path {split.path!r} instead of {self.expected_path!r}")
        query = parse_qsl(split.query, keep_blank_values=True)
        if sorted(query) != sorted(self.expected_query):
            found.append(f"query {sorted(query)} instead of {sorted(self.expected_query)}")
        for name, value in self.expected_headers.items():
            if request.headers.get(name) != value:
                found.append(f"header {name}: {request.headers.get(name)!r} instead of {value!r}")
        arrived = self._arrived(request)
        if arrived != self.body:
            found.append(f"body {str(arrived)[:300]} instead of {str(self.body)[:300]}")
        return found

    def _arrived(self, request: Request) -> Any:
        kind = essence(request.headers.get("content-type", ""))
        if not request.body:
            return None
        if is_json(kind):
            return json.loads(request.body)
        if kind == "multipart/form-data":
            head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
            message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
                head + request.body
            )
            fields: dict[str, list[bytes]] = {}
            for part in message.iter_parts():
                name = str(part.get_param("name", header="content-disposition"))
                fields.setdefault(name, []).append(part.get_payload(decode=True))
            return fields
        if kind == "application/x-www-form-urlencoded":
            form: dict[str, list[str]] = {}
            for name, value in parse_qsl(request.body.decode(), keep_blank_values=True):
                form.setdefault(name, []).append(value)
            return form
        return request.body.decode() if kind.startswith("text/") else request.body


def _nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict | list) for one in value)


def answer(node: Node, samples: Samples, operation: Operation[Any]) -> Answer:
    """A success response as in the document."""
    responses = node.get("responses") or {}
    for status, raw in sorted(responses.items(), key=lambda one: str(one[0]) == "default"):
        if status not in ("204", "205") and (str(status)[:1] == "2" or status == "default"):
            content = samples.resolved(raw).get("content") or {}
            for name, media in content.items():
                if is_json(essence(name)) or operation.value != "json":
                    code = int(status) if str(status).isdigit() else 200
                    if operation.value != "json":
                        return Answer(code, body=b"a,b", headers={"content-type": name})
                    if operation.method == "HEAD":
                        return Answer(code)
                    return Answer(code, json=samples.of(media.get("schema", {})))
    return Answer(next((int(s) for s in ("204", "205") if s in responses), 204))


def run(document: Node, base_path: str = "") -> tuple[int, dict[str, str]]:
    """Run all operations. Return their number, and the problems by operation."""
    document = dict(normalise(document, base_path=base_path))
    samples = Samples(document)
    by_key = {operation.key: operation for operation in OPERATIONS.values()}
    wrong: dict[str, str] = {}
    count = 0
    seen: list[Request] = []
    script: list[Answer] = [Answer(204)]

    def step(request: Request) -> Answer:
        seen.append(request)
        return script[0]

    with (
        ScriptedServer(step) as server,
        CreatorAudit(api_key="key", base_url=server.url, max_retries=0) as ca,
    ):
        for path, item in document["paths"].items():
            for method in METHODS:
                if path.startswith("x-") or method not in item:
                    continue
                node = samples.resolved(item[method])
                count += 1
                key = f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
                operation = by_key.get(key)
                if operation is None:
                    wrong[key] = "left out"
                    continue
                seen.clear()
                try:
                    trip = Trip(path, item, node, samples)
                    arguments = trip.arguments(operation)
                    script[0] = answer(node, samples, operation)
                    ca.call(operation, **arguments)
                    found = trip.differences(seen[-1])
                    if found:
                        wrong[key] = "; ".join(found)
                except Exception as error:  # noqa: BLE001 - whatever goes wrong is told
                    wrong[key] = f"{type(error).__name__}: {error}"
    return count, wrong


if __name__ == "__main__":
    total, failed = run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    told = [f"{key}: {why}" for key, why in failed.items()]
    told.append(f"{total - len(failed)} of {total}, {len(LEFT_OUT)} left out")
    sys.stdout.write("\n".join(told) + "\n")
