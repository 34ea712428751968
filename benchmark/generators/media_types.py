"""What a content type says about how a body is written."""

from __future__ import annotations


def essence(content_type: str) -> str:
    """A content type without its parameters, in lower case: "text/plain"."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """Whether a body is written as JSON; types that say nothing, such as `*/*`, count as JSON."""
    name = essence(content_type)
    return "json" in name or name in {"", "*/*", "application/*"}


def is_xml(content_type: str) -> bool:
    """Whether a media type is XML (RFC 7303): text/xml, application/xml, or anything +xml."""
    name = essence(content_type)
    return name in {"text/xml", "application/xml"} or name.endswith("+xml")


def is_multipart(content_type: str) -> bool:
    """Whether a body has parts; all kinds are written as multipart/form-data."""
    return essence(content_type).startswith("multipart/")


def is_form(content_type: str) -> bool:
    """Whether a body is a form of names and values, in parts or not."""
    urlencoded = essence(content_type) == "application/x-www-form-urlencoded"
    return urlencoded or is_multipart(content_type)
