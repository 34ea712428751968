"""Where frameworks keep their documents, documentation pages and listings by default.

Only defaults and widespread conventions stand here, never one product's own path.
"""

from __future__ import annotations

import re

WORKERS = 8
"""How many places are asked at the same time."""

REQUEST_SECONDS = 10.0
"""The longest that one place may take to answer."""

ACCEPT = "application/json, application/openapi+json, application/vnd.oai.openapi+json, */*;q=0.5"

DOCUMENT_PLACES = (
    "/openapi.json",  # FastAPI, Django Ninja, Connexion, APIFlask, Robyn, axum with utoipa
    "/docs/openapi.json",  # Sanic Extensions
    "/swagger.json",  # Flask-RESTX, Connexion 1, drf-yasg
    "/openapi.yaml",
    "/v3/api-docs",  # springdoc
    "/v3/api-docs/swagger-config",
    "/swagger/v1/swagger.json",  # Swashbuckle, NSwag
    "/openapi/v1.json",  # ASP.NET
    "/schema/openapi.json",  # Litestar
    "/api/schema/",  # drf-spectacular
    "/schema/",
    "/api/openapi.json",
    "/api/swagger.json",
    "/api-docs/openapi.json",  # utoipa
    "/api-docs",
    "/api-docs.json",
    "/api-docs/v1/swagger.yaml",  # rswag
    "/apispec_1.json",  # Flasgger
    "/apidoc/openapi.json",  # SpecTree
    "/api-spec.json",  # Flask-Smorest projects
    "/api/docs.json",  # API Platform
    "/api/doc.json",  # NelmioApiDocBundle
    "/docs.json",
    "/docs-json",  # NestJS, <page>-json
    "/api-json",
    "/api/docs-json",
    "/swagger-json",
    "/documentation/json",  # Fastify
    "/swagger/doc.json",  # swaggo
    "/doc",  # Hono
    "/spec.json",
    "/spec",
    "/api/spec.json",  # Flask-RESTful-Swagger
    "/api/v1/_openapi",  # Flask-AppBuilder
    "/__api__",  # Cornice
    "/api-explorer/swagger.json",  # Cornice, LoopBack
    "/explorer/openapi.json",  # LoopBack 4
    "/explorer/swagger.json",
    "/v2/api-docs",  # Springfox
    "/q/openapi",  # Quarkus
    "/openapi",  # MicroProfile
    "/openapi/v3",  # Kubernetes
    "/openapi/v2",
    "/openapi.yml",
    "/swagger.yaml",
    "/swagger.yml",
    "/swagger_doc",  # Grape
    "/api/openapi.yaml",
    "/api/swagger.yaml",
    "/api/spec.yaml",
    "/spec.yaml",
    "/static/openapi.json",
    "/static/swagger.json",
    "/.well-known/openapi.json",
)
"""Paths of documents below a root, the commonest first."""

PREFIX_PLACES = ("/openapi.json", "/docs", "/swagger.json", "/openapi.yaml", "/api-docs", "/schema")
"""What is asked below each place where an application might be mounted."""

PAGES = (
    "/docs",
    "/swagger/",
    "/swagger-ui/index.html",
    "/swagger-ui.html",
    "/swagger-ui/",
    "/redoc",
    "/api/docs",
    "/apidocs/",
    "/api/docs/",
    "/documentation",
    "/docs/swagger-ui-init.js",
    "/api-docs/swagger-ui-init.js",
    "/api-docs/",
    "/swagger/index.html",
    "/swagger-ui/swagger-initializer.js",
    "/q/swagger-ui/",
    "/scalar",
    "/scalar/v1",
    "/rapidoc",
    "/reference",
    "/explorer/",
)
"""Documentation pages, which name their document."""

LISTINGS = (
    "/.well-known/api-catalog",  # RFC 9727
    "/swagger-resources",  # Springfox
    "/gateway/services",
    "/services",
    "/api/services",
    "/gateway/routes",
    "/apis",
)
"""Places that list an API's documents or the services behind it."""

COMMON_PREFIXES = ("/api", "/api/v1", "/v1", "/api/v2", "/v2", "/rest", "/api/v3", "/v3")
"""Where applications are mounted most."""

LISTING_WORDS = frozenset(
    {"services", "apis", "apps", "applications", "routes", "mounts", "gateway", "modules"}
)
"""Last segments of paths whose answers are likely to list applications."""

PAGE_WORDS = frozenset(
    {
        "docs",
        "doc",
        "redoc",
        "swagger",
        "swagger-ui",
        "swagger-ui.html",
        "api-docs",
        "apidocs",
        "apidoc",
        "documentation",
        "reference",
        "api-reference",
        "scalar",
        "rapidoc",
        "explorer",
        "api-explorer",
        "openapi",
        "developer",
        "developers",
    }
)
"""Last segments of paths that are likely to be documentation pages."""

UNSAFE_WORDS = re.compile(
    r"log-?_?out|sign-?_?out|log-?_?off|delete|remove|reset|revoke|shut-?_?down|restart|reboot|stop"
    r"|kill|clear|flush|purge|drop|exit|quit|stream|events?$|sse|watch|subscribe|export|download"
    r"|backup|sleep|delay|unsubscribe|deactivate|disable|cancel",
    re.IGNORECASE,
)
"""Paths that are not asked as a sample, although they are documented with GET: they may end the
sign-in, change something, or never end."""

_GROUP = re.compile(
    r"/(v[23]/api-docs|openapi|swagger|api-docs)(/[^/]+)?(/swagger\.(json|ya?ml))?$"
)
_DOCUMENT_NAME = re.compile(
    r"(openapi|swagger|api-?_?docs?|api-?_?spec|spec|schema)[^/]*\.(json|ya?ml)$", re.IGNORECASE
)
_ASSET = re.compile(
    r"\.(m?js|css|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot|txt|xml|pdf|zip|gz|mp4|wasm)$",
    re.IGNORECASE,
)


def document_directory(path: str) -> str:
    """Below which prefix a document at this path would be expected to lie."""
    known = [p for p in (*DOCUMENT_PLACES, *PREFIX_PLACES, *PAGES) if path.endswith(p)]
    # `/api/openapi.json` is a document of `/api` as well as a well-known place of the root.
    short = [p for p in known if not p.startswith("/api/")]
    if short:
        return path[: -len(max(short, key=len))]
    group = _GROUP.search(path)
    if group:
        return path[: group.start()]
    return path.rpartition("/")[0]


def names_document(path: str) -> bool:
    """Whether a path looks like that of a document."""
    return bool(_DOCUMENT_NAME.search(path)) or bool(re.search(r"/v[23]/api-docs(/[^/]+)?$", path))


def names_data(path: str) -> bool:
    """Whether a path ends like JSON or YAML that may be a document."""
    name = path.rpartition("/")[2].lower()
    ordinary = ("manifest.json", "package.json", "site.webmanifest")
    return name.endswith((".json", ".yaml", ".yml")) and name not in ordinary


def names_page(path: str) -> bool:
    """Whether a path looks like that of a documentation page."""
    path = path.removesuffix("/index.html").rstrip("/")
    return path.rpartition("/")[2].lower() in PAGE_WORDS


def names_listing(path: str) -> bool:
    """Whether a path looks like that of a listing of applications."""
    return path.rstrip("/").rpartition("/")[2].lower() in LISTING_WORDS


def names_asset(path: str) -> bool:
    """Whether a path looks like that of a script, a picture or another static file."""
    return bool(_ASSET.search(path))
