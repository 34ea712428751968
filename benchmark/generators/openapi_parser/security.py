"""Security schemes and requirements of Swagger 2.0 and OpenAPI 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.generators.openapi_parser.context import Context, as_map, as_text
from benchmark.models import SecurityScheme

_TYPES = frozenset({"apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"})
_FLOW_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")
_SWAGGER_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
Requirement = tuple[tuple[str, ...], ...]


def parse_schemes(context: Context) -> dict[str, SecurityScheme]:
    """The declared ways to sign in, by name."""
    declared = as_map(context.document.get("securityDefinitions"))
    schemes = {}
    for name, entry in {**declared, **context.component("securitySchemes")}.items():
        raw = context.follow(entry, f"security scheme {name}")
        scheme = _scheme(name, as_map(raw))
        if scheme is None:
            context.warn(f"security scheme {name}", "its type is unknown; ignored")
        else:
            schemes[name] = scheme
    return schemes


def _scheme(name: str, raw: Mapping[str, Any]) -> SecurityScheme | None:
    kind = as_text(raw.get("type"))
    if kind == "basic":
        return SecurityScheme(name, "http", scheme="basic")
    if kind not in _TYPES:
        return None
    location = as_text(raw.get("in"))
    if kind == "apiKey" and (location not in ("header", "query", "cookie") or not raw.get("name")):
        return None
    return SecurityScheme(
        name=name,
        type=kind,
        location=location if kind == "apiKey" else "",
        parameter=as_text(raw.get("name")) if kind == "apiKey" else "",
        scheme=as_text(raw.get("scheme")).strip().lower() if kind == "http" else "",
        flows=_flows(raw) if kind == "oauth2" else {},
        openid_url=as_text(raw.get("openIdConnectUrl")),
    )


def _flows(raw: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    flows = as_map(raw.get("flows"))
    if not flows and isinstance(raw.get("flow"), str):  # Swagger 2.0 has one, written flat
        flows = {_SWAGGER_FLOWS.get(raw["flow"], raw["flow"]): raw}
    return {
        name: {key: as_text(flow[key]) for key in _FLOW_URLS if as_text(flow.get(key))}
        for name, flow in flows.items()
        if isinstance(flow, Mapping)
    }


def parse_requirements(
    context: Context,
    where: str,
    raw: Mapping[str, Any],
    schemes: dict[str, SecurityScheme],
) -> Requirement:
    """The alternatives of an operation: its own, else those of the whole document.

    A scheme that is used but nowhere declared is added to `schemes` as a bearer token, which it
    most likely is, so that every name here has a scheme.
    """
    own = raw.get("security")
    if own is not None and not isinstance(own, list):
        context.warn(where, "security is no list; the document's own is taken")
        own = None
    declared = context.document.get("security") if own is None else own
    alternatives = []
    for alternative in declared if isinstance(declared, list) else ():
        if not isinstance(alternative, Mapping):
            context.warn(where, "a security requirement is no object; ignored")
            continue
        for name in alternative:
            if name not in schemes:
                context.warn(
                    where, f"the security scheme {name!r} is not declared; taken as bearer token"
                )
                schemes[name] = SecurityScheme(name, "http", scheme="bearer")
        alternatives.append(tuple(alternative))
    return tuple(dict.fromkeys(alternatives))
