"""References between documents: where they lead, and how they are written out."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.documents.references import (
    DocumentSet,
    Place,
    UnresolvedError,
    key_of,
    rebased,
    references_in,
)

PET = {"type": "object"}
MAIN: dict[str, Any] = {
    "a/b": {"~c": [10, {"d e": 1}]},
    "components": {"schemas": {"Pet": PET, "Both": {"$ref": "parts/all.yaml#/Both"}}},
    "paths": {"$ref": "parts/all.yaml"},
}
RELATED: dict[str, Any] = {
    "parts/all.yaml": {"Both": {"x": {"$ref": "#/components/schemas/Pet"}}, "list": [PET]},
}
DOCUMENTS = DocumentSet(MAIN, "dir/api.yaml", RELATED)


def value(reference: object) -> Any:
    """What a reference leads to."""
    return DOCUMENTS.find(reference)[1]


def test_pointers_and_escapes_are_resolved() -> None:
    """Escapes of JSON Pointer and of percent count, items of lists are found by their number."""
    assert value("#/a~1b/~0c/1/d%20e") == 1
    assert value("#") is MAIN
    assert value("") is MAIN
    lost = ("#/x", "#/a~1b/~0c/9", "#/a~1b/~0c/-1", "#/a~1b/~0c/" + "9" * 50, "x", "#x", 5, None)
    for reference in lost:
        with pytest.raises(UnresolvedError):
            value(reference)


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/schemas/Pet",
        "api.yaml#/components/schemas/Pet",
        "./api.yaml#/components/schemas/Pet",
        "parts/../api.yaml#/components/schemas/Pet",
        "dir/api.yaml#/components/schemas/Pet",
        "Pet",
        "parts/all.yaml#/components/schemas/Pet",
        "parts/all.yaml#/list/0",
        "parts%2Fall.yaml#/list/0",
    ],
)
def test_one_schema_has_many_addresses(reference: str) -> None:
    """By pointer, by the document's own name, by bare name, from a part, in another file."""
    assert value(reference) is PET


def test_references_on_the_way_are_followed() -> None:
    """A pointer may pass through a reference, and references may stand in a row."""
    assert value("#/components/schemas/Both/x/$ref") == "#/components/schemas/Pet"
    assert value("#/paths/list/0") is PET
    assert DOCUMENTS.follow({"$ref": "#/components/schemas/Both/x"}) is PET


def test_circles_end() -> None:
    """References to each other, to themselves or through themselves are lost, not followed."""
    links: dict[str, Any] = {f"n{n}": {"$ref": f"#/n{n + 1}/x/x"} for n in range(3000)}
    main = {
        "a": {"$ref": "#/b"},
        "b": {"$ref": "#/a"},
        "c": {"$ref": "#/c/d"},
        **links,
    }
    for reference in ("#/a", "#/c/d", "#/n0/x"):
        with pytest.raises(UnresolvedError):
            DocumentSet(main, "x").follow({"$ref": reference})


@pytest.mark.parametrize(
    ("file_part", "holder", "main", "key"),
    [
        ("", "", "api.yaml", ""),
        ("", "a/b.yaml", "api.yaml", "a/b.yaml"),
        ("c.yaml", "a/b.yaml", "/x/api.yaml", "a/c.yaml"),
        ("../api.yaml", "a/b.yaml", "/x/api.yaml", ""),
        ("..%2f../up.yaml", "a/b.yaml", "api.yaml", "../up.yaml"),
        ("/etc/passwd", "a/b.yaml", "api.yaml", "/etc/passwd"),
        ("file:///etc/x.yaml", "", "api.yaml", "file:///etc/x.yaml"),
        ("b.json", "", "http://h/v1/api.json?x=1", "http://h/v1/b.json"),
        ("api.json", "http://h/v1/b.json", "http://h/v1/api.json?x=1", ""),
        ("/b.json", "", "http://h/v1/api.json", "http://h/b.json"),
        ("//other/b.json", "", "http://h/api.json", "http://other/b.json"),
        ("http://[::1", "", "http://h/api.json", "http://[::1"),
    ],
)
def test_keys_count_from_the_document_that_holds_the_reference(
    file_part: str, holder: str, main: str, key: str
) -> None:
    """Relative paths and URLs are joined and made plain; what is neither stays what it is."""
    assert key_of(file_part, holder, main) == key


def test_references_of_related_documents_count_from_the_main_one() -> None:
    """Every kind of reference is rewritten; data, names and references elsewhere are not."""
    part = {
        "own": {"$ref": "#/x"},
        "near": [{"$ref": "my part.yaml"}],
        "main": {"$ref": "../api.yaml#/components/schemas/Pet"},
        "bare": {"$ref": "Pet"},
        "away": {"$ref": "http://h/x.json#/y"},
        "properties": {"$ref": {"type": "string"}, "example": {"$ref": "#/x"}},
        "example": {"$ref": "#/x"},
        "discriminator": {"propertyName": "t", "mapping": {"a": "Dog", "b": "./Cat.yaml"}},
    }
    assert rebased(part, "parts/all.yaml", "dir/api.yaml") == {
        "own": {"$ref": "parts/all.yaml#/x"},
        "near": [{"$ref": "parts/my%20part.yaml#"}],
        "main": {"$ref": "#/components/schemas/Pet"},
        "bare": {"$ref": "Pet"},
        "away": {"$ref": "http://h/x.json#/y"},
        "properties": {"$ref": {"type": "string"}, "example": {"$ref": "parts/all.yaml#/x"}},
        "example": {"$ref": "#/x"},
        "discriminator": {
            "propertyName": "t",
            "mapping": {"a": "parts/all.yaml#/components/schemas/Dog", "b": "parts/Cat.yaml#"},
        },
    }


def test_references_are_listed_in_order_and_not_from_data() -> None:
    """Each schema position is searched, examples and enumerations are not."""
    document = {
        "a": {"$ref": "1"},
        "b": [{"$ref": "2"}, {"c": {"$ref": "3"}}],
        "properties": {"default": {"$ref": "4"}, "$ref": {"$ref": "5"}},
        "default": {"$ref": "no"},
        "enum": [{"$ref": "no"}],
        "examples": {"value": {"$ref": "6", "value": {"$ref": "no"}}},
        "discriminator": {"mapping": {"x": "7.json"}},
    }
    assert list(references_in(document)) == ["1", "2", "3", "4", "5", "6", "7.json"]


def test_places_name_their_document() -> None:
    """A place in the main document has no key, one elsewhere has."""
    assert DOCUMENTS.locate("#/a~1b") == Place("", ("a/b",))
    assert DOCUMENTS.locate("parts/all.yaml") == Place("parts/all.yaml", ())
