"""References by name: `$id`, `$anchor`, dynamic references and `$self`, written as pointers."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.documents.identifiers import anchors_of, same_site, with_pointers
from benchmark.generators.documents.references import DocumentSet, UnresolvedError, key_of, rebased

URL = "http://h:8000/api/openapi.json"


def written(schemas: dict[str, Any], reference: Any, url: str = URL, **more: Any) -> Any:
    """What a schema beside the others becomes."""
    document = {"components": {"schemas": {**schemas, "It": reference}}, **more}
    return with_pointers(document, url)["components"]["schemas"]["It"]


def test_a_document_without_names_is_left_as_it_is() -> None:
    """Nothing is copied, and data that looks like a name is no name."""
    plain = {"components": {"schemas": {"A": {"$ref": "#/x", "properties": {"b": {}}}}}}
    assert with_pointers(plain, URL) is plain
    data = {"schemas": {"A": {"example": {"$id": "http://x/", "$ref": "#b"}}}}
    assert with_pointers(data, URL) == data
    fields = {"schemas": {"A": {"properties": {"$id": {"type": "string"}, "$anchor": {}}}}}
    assert with_pointers(fields, URL) == fields


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ({"$ref": "#pet"}, {"$ref": "#/components/schemas/Pet"}),
        ({"$ref": "#deep"}, {"$ref": "#/components/schemas/Pet/$defs/a~1b%25"}),
        ({"$dynamicRef": "#node"}, {"$ref": "#/components/schemas/Tree"}),
        ({"$ref": "openapi.json#pet"}, {"$ref": "#/components/schemas/Pet"}),
        ({"$dynamicRef": "#/components/schemas/Pet"}, {"$ref": "#/components/schemas/Pet"}),
        ({"$ref": "#none"}, {"$ref": "#none"}),
        ({"$ref": "#pet", "$dynamicRef": "#node"}, {"$ref": "#/components/schemas/Pet"}),
        ({"$ref": "http://[bad#pet"}, {"$ref": "http://[bad#pet"}),
        ({"$ref": 5}, {"$ref": 5}),
        (
            {"properties": {"$dynamicRef": {"$ref": "#pet"}}},
            {"properties": {"$dynamicRef": {"$ref": "#/components/schemas/Pet"}}},
        ),
        (
            {"discriminator": {"mapping": {"p": "#pet", "q": "Pet", "r": 1}}},
            {"discriminator": {"mapping": {"p": "#/components/schemas/Pet", "q": "Pet", "r": 1}}},
        ),
    ],
)
@pytest.mark.parametrize("url", [URL, "openapi.json"])
def test_anchors_are_found_wherever_they_stand(url: str, reference: Any, expected: Any) -> None:
    """Names that nothing bears stay, for whoever warns of them."""
    schemas = {
        "Pet": {"$anchor": "pet", "$defs": {"a/b%": {"$anchor": "deep"}}},
        "Tree": {"$dynamicAnchor": "node"},
    }
    assert written(schemas, reference, url) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("http://h:8000/api/pet", "#/components/schemas/Pet"),
        ("pet", "#/components/schemas/Pet"),
        ("pet#/$defs/Tag", "#/components/schemas/Pet/$defs/Tag"),
        ("pet#own", "#/components/schemas/Pet/$defs/Tag"),
        ("https://example.com/schemas/owner.json", "#/components/schemas/Owner"),
        ("urn:example:thing#x", "#/components/schemas/Urn/$defs/X"),
        ("other.yaml", "other.yaml"),
    ],
)
def test_identifiers_name_schemas(reference: str, expected: str) -> None:
    """By the URI that the nearest `$id` above gives them; others name documents, as ever."""
    schemas = {
        "Pet": {"$id": "pet", "$defs": {"Tag": {"$anchor": "own"}}},
        "Owner": {"$id": "https://example.com/schemas/owner.json"},
        "Urn": {"$id": "urn:example:thing", "$defs": {"X": {"$anchor": "x"}}},
    }
    assert written(schemas, {"$ref": reference}) == {"$ref": expected}


def test_references_count_from_the_schema_that_has_an_id() -> None:
    """Pointers, anchors and relative URLs do; and pointers of the whole document still work."""
    other = {"$id": "lists/all.json", "$ref": "one.json", "$defs": {"N": {"$anchor": "n"}}}
    inside = {
        "$id": "generic",
        "type": "array",
        "items": {"$dynamicRef": "#item"},
        "not": {"$ref": "#/components/schemas/Plain"},
        "contains": {"$ref": "#/$defs/any"},
        "if": {"$ref": "#"},
        "$defs": {"any": {"$dynamicAnchor": "item"}},
    }
    numbers = {"$ref": "generic", "$defs": {"number": {"$dynamicAnchor": "item"}}}
    document = {"components": {"schemas": {
        "Numbers": numbers, "Generic": inside, "Plain": {}, "Other": other,
    }}}  # fmt: skip
    schemas = with_pointers(document, URL)["components"]["schemas"]
    assert schemas["Generic"]["items"] == {"$ref": "#/components/schemas/Generic/$defs/any"}
    assert schemas["Generic"]["contains"] == {"$ref": "#/components/schemas/Generic/$defs/any"}
    assert schemas["Generic"]["not"] == {"$ref": "#/components/schemas/Plain"}
    assert schemas["Generic"]["if"] == {"$ref": "#/components/schemas/Generic"}
    assert schemas["Numbers"]["$ref"] == "#/components/schemas/Generic"
    assert schemas["Other"]["$ref"] == "http://h:8000/api/lists/one.json#"


def test_an_anchor_in_another_document_is_found() -> None:
    """Related documents are searched for the anchor that a reference names."""
    related = {"parts.yaml": {"$defs": {"Pet": {"$anchor": "pet", "type": "object"}}}}
    documents = DocumentSet({"x": {"$anchor": "here"}}, "api.yaml", related)
    assert documents.find("parts.yaml#pet")[1] == {"$anchor": "pet", "type": "object"}
    assert documents.find("#here")[0].tokens == ("x",)
    with pytest.raises(UnresolvedError, match="leads nowhere"):
        documents.find("parts.yaml#dog")


def test_hostile_names_are_bounded() -> None:
    """Wrong types, one value in very many places, and many anchors of one name."""
    value: Any = {"$anchor": "a", "$id": 5, "$dynamicAnchor": []}
    for _ in range(200):
        value = [value, value]
    assert with_pointers({"x": value, "$ref": "#a"}, URL)["$ref"].endswith("/0")
    assert anchors_of({"x": value})["a"] == ("x", *["0"] * 200)
    assert with_pointers(["$id", {"$id": "http://[x"}], URL) == ["$id", {"$id": "http://[x"}]


# ── $self ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("own", "file_part", "url", "key"),
    [
        # On the site that it came from, it is the base of references.
        ("/specs/v1/openapi.yaml", "pet.yaml", URL, "http://h:8000/specs/v1/pet.yaml"),
        ("http://h:8000/specs/api.yaml", "pet.yaml", URL, "http://h:8000/specs/pet.yaml"),
        ("http://h:8000/specs/api.yaml", "http://h:8000/specs/api.yaml", URL, ""),
        ("http://h:8000/specs/api.yaml", "http://h:8000/api/openapi.json", URL, ""),
        # A copy: what should be beside the original is beside the copy.
        ("https://example.com/a/api.yaml", "pet.yaml", URL, "http://h:8000/api/pet.yaml"),
        ("https://example.com/a/api.yaml", "https://example.com/a/api.yaml", URL, ""),
        ("https://example.com/a/api.yaml", "https://example.com/a/b/c.yaml", URL,
         "http://h:8000/api/b/c.yaml"),
        ("https://example.com/a/api.yaml", "https://example.com/b/c.yaml", URL,
         "https://example.com/b/c.yaml"),
        ("https://example.com/a/api.yaml", "https://example.com/a/b/c.yaml", "x/api.yaml",
         "b/c.yaml"),
        ("https://example.com/a/api.yaml", "https://example.com/a/../../c.yaml", "x/api.yaml",
         "../../c.yaml"),
        ("https://example.com/a/api.yaml", "b/c.yaml", "x/api.yaml", "b/c.yaml"),
        ("http://[bad", "b/c.yaml", URL, "http://h:8000/api/b/c.yaml"),
    ],
)  # fmt: skip
def test_the_uri_that_a_document_gives_itself(own: str, file_part: str, url: str, key: str) -> None:
    """It names the document, and places those beside it."""
    assert key_of(file_part, "", url, own) == key


@pytest.mark.parametrize("keyword", ["$self", "x-oai-$self"])
def test_references_to_the_document_by_its_own_uri(keyword: str) -> None:
    """They are references into it, whatever URL it was found at."""
    own = "https://example.com/a/api.yaml"
    reference = {"$ref": f"{own}#/components/schemas/A"}
    for url in (URL, "api.yaml", "module:app"):
        assert written({"A": {}}, reference, url, **{keyword: own}) == {
            "$ref": "#/components/schemas/A"
        }
    documents = DocumentSet({keyword: own, "x": 1}, URL)
    assert documents.find(f"{own}#/x")[1] == 1


def test_a_related_document_counts_from_where_it_was_found() -> None:
    """After a redirect from the URL that answered; its own `$self` goes before both."""
    key = "http://h:8000/api/pet.yaml"
    part = {"a": {"$ref": "tag.yaml#/T"}, "b": {"$ref": "#/x"}, "c": {"$ref": "pet.yaml#/y"}}
    moved = rebased(part, key, URL, "", "http://h:8000/files/v2/pet.yaml")
    assert moved["a"] == {"$ref": "http://h:8000/files/v2/tag.yaml#/T"}
    assert (moved["b"], moved["c"]) == ({"$ref": f"{key}#/x"}, {"$ref": f"{key}#/y"})
    named = rebased({**part, "$self": "/own/pet.yaml"}, key, URL)
    assert named["a"] == {"$ref": "http://h:8000/own/tag.yaml#/T"}
    away = rebased({**part, "$self": "https://example.com/pet.yaml"}, key, URL)
    assert away["a"] == {"$ref": "http://h:8000/api/tag.yaml#/T"}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("http://h/x", False), ("http://h:8000", True), ("https://h:8000/", False),
        ("http://H:8000/x", True), ("http://h:99999999/", False), ("file:///x", False), ("", False),
    ],
)  # fmt: skip
def test_sites(other: str, *, same: bool) -> None:
    """Scheme, host and port must be the same, default ports included."""
    assert same_site(URL, other) is same
    assert same_site("https://h:443/a", "https://h/b")
    assert not same_site("file:///a", "file:///a")
