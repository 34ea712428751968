"""Makes API documents of any size: resources with the five usual operations each."""

from __future__ import annotations

from typing import Any


def document(operations: int) -> dict[str, Any]:
    """A document with so many operations, a multiple of five."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(operations // 5):
        reference = {"$ref": f"#/components/schemas/Thing{number}"}
        one = {"application/json": {"schema": reference}}
        several = {"application/json": {"schema": {"type": "array", "items": reference}}}
        answer = {"200": {"description": "", "content": one}}
        body = {"content": one, "required": True}
        schemas[f"Thing{number}"] = {
            "type": "object",
            "required": ["name"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "name": {"type": "string", "maxLength": 40},
                "email": {"type": "string", "format": "email"},
                "count": {"type": "integer", "minimum": 0, "maximum": 100},
                "state": {"type": "string", "enum": ["new", "open", "closed"]},
                "created_at": {"type": "string", "format": "date-time"},
            },
        }
        paths[f"/things{number}"] = {
            "get": {
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "", "content": several}},
            },
            "post": {"requestBody": body, "responses": answer},
        }
        paths[f"/things{number}/{{id}}"] = {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {"responses": answer},
            "put": {"requestBody": body, "responses": answer},
            "delete": {"responses": {"204": {"description": ""}}},
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": f"{operations} operations", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
