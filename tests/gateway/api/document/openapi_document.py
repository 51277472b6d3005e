"""Reading an OpenAPI document: operations, media types, examples."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield every operation with its name."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def with_components(document: Json, schema: Json) -> Json:
    """Return a schema whose references can be resolved."""
    return schema | {"components": document["components"]}


def media_types(operation: Json) -> Iterator[tuple[str, Json]]:
    """Yield the media types of an operation's request and responses."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {kind}", content
    for status, response in operation["responses"].items():
        for kind, content in response.get("content", {}).items():
            yield f"{status} {kind}", content


def examples_of(document: Json, content: Json) -> list[Any]:
    """Return the examples of a body: beside its schema, or in it, field by field."""
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [one["value"] for one in content["examples"].values()]
    return [value] if (value := _built(document, content["schema"])) is not None else []


def _built(document: Json, schema: Json) -> Any:
    if "$ref" in schema:
        return _built(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "default" in schema:
        return schema.get("const", schema.get("default"))
    parts = {key: _built(document, value) for key, value in schema.get("properties", {}).items()}
    return parts if parts and None not in parts.values() else None
