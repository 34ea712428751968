"""Discovery by crawling: every source of documents, and how prefixes and names are settled."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from typing import Any

import pytest
from fastapi import FastAPI

from benchmark.errors import DocumentError, TargetError, UsageError
from benchmark.generators.subapp_discovery import (
    SubAppDiscovery,
    discover,
    discovery_json,
    places,
)
from benchmark.generators.subapp_discovery.crawl import MAX_REQUESTS
from benchmark.models import ApiSpec, Credentials, Discovery, Note, SkippedOperation, Target
from tests.benchmark.generators.loopback_server import (
    Answer,
    Asked,
    Loopback,
    openapi,
    serve,
    serve_asgi,
    serve_raw,
)

ITEMS = openapi("GET /items", "POST /items", "GET /items/{id}")


def look(server: Loopback | str, path: str = "", **options: Any) -> Discovery:
    """What is discovered at a server."""
    url = server if isinstance(server, str) else server.url
    return discover(Target(url + path, **options))


def found(discovery: Discovery) -> dict[str, str]:
    """Names and prefixes."""
    return {document.name: document.prefix for document in discovery.documents}


def messages(discovery: Discovery) -> str:
    """All notes as one text."""
    return "\n".join(f"{note.where} {note.message}" for note in discovery.notes)


@pytest.fixture(name="mounted", scope="module")
def _mounted() -> FastAPI:
    """A gateway with applications mounted at one usual and one unusual place."""
    gateway, documents, billing = FastAPI(title="Gateway"), FastAPI(), FastAPI()

    @gateway.get("/gateway/services")
    def services() -> dict[str, list[dict[str, str]]]:
        return {"services": [{"name": "documents", "prefix": "/api/v1/documents"}]}

    @gateway.get("/")
    def root() -> dict[str, Any]:
        return {"links": {"billing docs": "/intern/billing/docs"}}

    @documents.get("/info")
    def info() -> str:
        return "x"

    @billing.get("/bills/{id}")
    def bill(id: str) -> str:  # noqa: A002 - the name of the parameter
        return id

    gateway.mount("/api/v1/documents", documents)
    gateway.mount("/intern/billing", billing)
    return gateway


# ── Mounted applications ──────────────────────────────────────────────────────────────────────────


def test_mounted_fastapi_applications_are_found(mounted: FastAPI) -> None:
    """Listing and root page lead to both mounts; their paths get the prefix of the mount."""
    with serve_asgi(mounted) as url:
        subapps = SubAppDiscovery(url + "/")
        docs = subapps.discover_all_docs()
        assert {name: entry["prefix"] for name, entry in docs.items()} == {
            "main": "",
            "documents": "/api/v1/documents",
            "billing": "/intern/billing",
        }
        assert docs["documents"]["openapi_url"] == f"{url}/api/v1/documents/openapi.json"
        assert docs["billing"]["docs_url"] == f"{url}/intern/billing/docs"
        assert docs["main"]["spec"]["info"]["title"] == "Gateway"
        assert {
            (endpoint["application"], endpoint["method"], endpoint["path"])
            for endpoint in subapps.extract_all_endpoints()
        } == {
            ("main", "GET", "/"),
            ("main", "GET", "/gateway/services"),
            ("documents", "GET", "/api/v1/documents/info"),
            ("billing", "GET", "/intern/billing/bills/{id}"),
        }
        summary = subapps.get_app_summary()["main"]
        assert (summary["title"], summary["endpoints"], summary["methods"]) == (
            "Gateway",
            2,
            {"GET": 2},
        )
        assert subapps.discovery is subapps.discovery


def test_full_paths_below_a_prefixed_document_stay_as_they_are() -> None:
    """A document served below a prefix that its paths already have gets no prefix."""
    with serve({"/api/v1/openapi.json": openapi("GET /api/v1/things")}) as server:
        assert found(look(server)) == {"main": ""}


def test_credentials_show_hidden_documents() -> None:
    """A document that only a caller with the token sees is found with it, and hinted at without."""

    def document(asked: Asked) -> Answer:
        known = asked.headers.get("Authorization") == "Bearer secret"
        return Answer(ITEMS) if known else Answer({"detail": "who?"}, 401)

    with serve({"/openapi.json": document}) as server:
        assert found(look(server, credentials=Credentials(token="secret"))) == {"main": ""}
        with pytest.raises(TargetError) as caught:
            look(server)
    assert "--token" in caught.value.hint
    assert "/openapi.json" in caught.value.hint


# ── Sources ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "place",
    [
        "/openapi.json",
        "/v3/api-docs",
        "/api/schema/",
        "/.well-known/openapi.json",
    ],
)
def test_well_known_places_are_asked(place: str) -> None:
    """Where frameworks keep their documents, they are found, and belong to the root."""
    with serve({place: ITEMS, "/items": [1]}) as server:
        discovery = look(server)
    assert found(discovery) == {"main": ""}
    assert discovery.documents[0].openapi_url == server.url + place
    assert discovery.requests == len(server.asked)
    assert {asked.method for asked in server.asked} == {"GET"}


def test_documents_are_told_by_content() -> None:
    """A document counts whatever its status, content type and format; other JSON does not."""
    yaml = "swagger: '2.0'\ninfo: {title: T, version: 1}\npaths:\n  /a: {get: {responses: {}}}\n"
    with serve({"/swagger.yaml": Answer(yaml, 500), "/openapi.json": {"detail": "no"}}) as server:
        discovery = look(server)
    assert [document.spec["swagger"] for document in discovery.documents] == ["2.0"]


def test_documentation_pages_name_their_document() -> None:
    """A document at an unusual place is found through the page, which is then its docs page."""
    page = '<!doctype html><redoc spec-url="/hid/den"></redoc>'
    with serve({"/docs": Answer(page), "/hid/den": ITEMS}) as server:
        document = look(server).documents[0]
    assert document.openapi_url == f"{server.url}/hid/den"
    assert document.docs_url == f"{server.url}/docs"


def test_scripts_of_documentation_pages_are_read() -> None:
    """The document is found in a page's own script; libraries are not fetched."""
    page = '<html><script src="lib/swagger-ui-bundle.js"></script><script src="./init.js"></script>'
    script = 'window.ui = SwaggerUIBundle({ configUrl: "/cfg/conf" })'
    config = {"configUrl": "/cfg/conf", "urls": [{"name": "a", "url": "/cfg/a"}]}
    with serve(
        {"/docs": Answer(page), "/init.js": Answer(script), "/cfg/conf": config, "/cfg/a": ITEMS}
    ) as server:
        discovery = look(server)
    assert discovery.documents[0].openapi_url == f"{server.url}/cfg/a"
    assert "/lib/swagger-ui-bundle.js" not in server.paths()


def test_embedded_documents_are_found() -> None:
    """A document that stands inside a script is taken from there."""
    text = f'let options = {{"swaggerDoc": {json.dumps(ITEMS)}, "x": {{}}}};'
    with serve({"/docs/swagger-ui-init.js": Answer(text)}) as server:
        discovery = look(server)
    assert len(discovery_json(discovery)["applications"][0]["operations"]) == 3


def test_listings_lead_to_documents() -> None:
    """A catalogue at its well-known place is read."""
    catalogue = {"linkset": [{"anchor": "/x", "service-desc": [{"href": "/hid/den"}]}]}
    with serve({"/.well-known/api-catalog": catalogue, "/hid/den": ITEMS}) as server:
        assert look(server).documents[0].openapi_url == f"{server.url}/hid/den"


def test_link_headers_lead_to_documents() -> None:
    """`service-desc` in a Link header is followed, also when the root itself is missing."""
    header = (
        '<https://elsewhere.invalid/x>; rel="license", </hid/den>; rel="service-desc"; type="a/b"'
    )
    with serve({"/": Answer({}, 404, {"Link": header}), "/hid/den": ITEMS}) as server:
        assert look(server).documents[0].openapi_url == f"{server.url}/hid/den"


ROOTS = {
    "json": {"services": {"shop": {"health": "/far/shop/health"}}},
    "html": '<html><a href="/far/shop/">Shop</a> <a href="mailto:x@y">us</a>',
    "absolute": '<html><a href="{url}/far/shop/users?x=1#y">Shop</a>',
}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_root_pages_lead_to_mounts(root: Any) -> None:
    """Below whatever the root page links to, an application is looked for."""
    shop = openapi("GET /health", servers=[{"url": "/far/shop"}])
    with serve({"/far/shop/openapi.json": shop}) as server:
        text = root.replace("{url}", server.url) if isinstance(root, str) else root
        server.routes["/"] = text
        assert found(look(server)) == {"shop": "/far/shop"}


MAINS = {
    "listing": openapi("GET /our/applications"),
    "catch-all": openapi("GET /far/shop/{full_path}"),
    "server": openapi("GET /a", servers=[{"url": "/"}, {"url": "/far/shop"}]),
    "prose": openapi("GET /a", tags=[{"name": "s", "description": "see [docs](/far/shop/docs)."}]),
    "docs": openapi("GET /far/shop/docs"),
}


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)
def test_the_main_document_leads_to_mounts(main: dict[str, Any]) -> None:
    """Listings, catch-all paths, servers and texts of a document say where others are."""
    shop = openapi("GET /health")
    with serve(
        {
            "/openapi.json": main,
            "/our/applications": ["far/shop", {"mount": "far/shop"}],
            "/far/shop/openapi.json": shop,
            "/far/shop/health": {"up": True},
            "/far/shop/docs": Answer('<html><script>url: "openapi.json"</script>'),
            "/a": {"a": 1},
        }
    ) as server:
        if main is MAINS["listing"]:
            server.routes["/our/applications"] = [{"mount": "/far/shop"}]
        assert found(look(server)) == {"main": "", "shop": "/far/shop"}


def test_bare_names_of_services_are_tried() -> None:
    """A listing of nothing but names is enough for the usual places."""
    with serve(
        {"/services": ["orders", "users"], "/api/users/openapi.json": ITEMS, "/api/users/items": []}
    ) as server:
        assert found(look(server)) == {"users": "/api/users"}


def test_base_urls_with_a_path_are_searched_below_and_at_the_root() -> None:
    """The base URL's own application is the main one; the host's root is looked at too."""
    own = {**openapi("GET /a"), "servers": [{"url": "/v1"}]}
    with serve({"/v1/openapi.json": own, "/openapi.json": openapi("GET /health")}) as server:
        assert set(found(look(server, "/v1")).values()) == {"/v1", ""}
    with serve({"/v1/openapi.json": own}) as server:
        assert found(look(server, "/v1")) == {"main": "/v1"}


# ── Prefixes ──────────────────────────────────────────────────────────────────────────────────────


def _catch_all(asked: Asked) -> Answer:
    return Answer(f"<!doctype html><script nonce='{id(asked)}'></script>")


def _blanket(asked: Asked) -> Answer:
    return Answer({"error": "who are you?", "path": asked.path}, 401)


@pytest.mark.parametrize(
    ("right", "otherwise"),
    [("", None), ("/v2", None), ("/place", None), ("/place", _catch_all), ("", _blanket)],
    ids=["root", "servers", "place", "place, pages elsewhere", "root, 401 elsewhere"],
)
def test_paths_that_answer_decide_the_prefix(right: str, otherwise: Any) -> None:
    """Of what `servers` say, the document's place and the root, the one that answers is right."""
    spec = openapi("GET /items", servers=[{"url": "https://api.example.com/v2"}])
    with serve(
        {"/": '<html><a href="/place/openapi.json">', "/place/openapi.json": spec}, otherwise
    ) as server:
        server.routes[f"{right}/items"] = [1, 2]
        discovery = look(server)
    assert [document.prefix for document in discovery.documents] == [right]
    assert "api.example.com" in messages(discovery)


def test_servers_win_where_nothing_answers() -> None:
    """Without a path that could be asked, the declared prefix is taken, and a note says so."""
    spec = openapi("POST /items", servers=[{"url": "https://api.example.com/v2"}])
    with serve({"/openapi.json": spec}) as server:
        discovery = look(server)
    assert discovery.documents[0].prefix == "/v2"
    assert "no documented path could confirm it" in messages(discovery)


def test_harmful_gets_are_not_sampled() -> None:
    """A documented GET that signs out, or needs a parameter, is never sent."""
    spec = openapi("GET /auth/logout", "GET /cache/clear", "GET /q", "GET /{id}", "POST /p")
    spec["paths"]["/q"]["get"]["parameters"] = [{"name": "q", "in": "query", "required": True}]
    spec["servers"] = [{"url": "https://api.example.com/v2"}]
    with serve({"/openapi.json": spec}) as server:
        look(server)
    asked = server.paths()
    assert not [path for path in asked if path.endswith(("logout", "clear", "/q", "/p"))]


def test_base_path_of_swagger_is_the_prefix() -> None:
    """Swagger 2 says its prefix in `basePath`; another `host` is ignored, with a note."""
    spec = {"swagger": "2.0", "host": "prod.example.com", "basePath": "/v1/shop", "info": {}}
    spec["paths"] = {"/items": {"get": {}}}
    with serve({"/swagger.json": spec, "/v1/shop/items": [1]}) as server:
        discovery = look(server)
    assert found(discovery) == {"main": "/v1/shop"}
    assert "prod.example.com" in messages(discovery)
    assert not [a for a in server.asked if "prod" in a.headers["Host"]]


# ── Several documents ─────────────────────────────────────────────────────────────────────────────


def test_a_document_at_two_places_is_one_application() -> None:
    """The first place stands for it."""
    with serve({"/openapi.json": ITEMS, "/docs/openapi.json": ITEMS, "/items": [1]}) as server:
        discovery = look(server)
    assert [d.openapi_url for d in discovery.documents] == [f"{server.url}/openapi.json"]


def test_an_older_twin_is_dropped() -> None:
    """Of two versions of one document the newer stays, whichever comes first."""
    old = {"swagger": "2.0", "info": {}, "paths": {"/items": {"get": {}}}}
    new = openapi("GET /items")
    for routes in (
        {"/openapi.json": old, "/v3/api-docs": new},
        {"/openapi.json": new, "/v2/api-docs": old},
    ):
        with serve({**routes, "/items": [1]}) as server:
            discovery = look(server)
        assert [d.spec.get("openapi") for d in discovery.documents] == ["3.1.0"]
        assert "(this one is version 2.0)" in messages(discovery)


def test_operations_count_once() -> None:
    """What two documents both have stays in the first of them, whatever parameters are called."""
    first = openapi("GET /items", "GET /items/{id}", title="One")
    second = openapi("GET /items/{item_id}", "PUT /items/{item_id}", title="Number Two")
    with serve({"/openapi.json": first, "/swagger.json": second, "/items": [1]}) as server:
        discovery = look(server)
    listed = {
        application["name"]: [(o["method"], o["path"]) for o in application["operations"]]
        for application in discovery_json(discovery)["applications"]
    }
    assert listed == {
        "main": [("GET", "/items"), ("GET", "/items/{id}")],
        "number_two": [("PUT", "/items/{item_id}")],
    }
    assert "1 operation counted once" in messages(discovery)


def test_a_document_whose_paths_do_not_answer_is_dropped() -> None:
    """Of two documents for one place, the one whose paths are all missing is left out."""
    dead = openapi("GET /old/a", "GET /old/b")
    with serve({"/openapi.json": dead, "/swagger.json": ITEMS, "/items": [1]}) as server:
        discovery = look(server)
    assert [d.openapi_url for d in discovery.documents] == [f"{server.url}/swagger.json"]
    assert "none of the paths that were tried answers" in messages(discovery)


def test_of_the_same_paths_at_two_places_those_that_answer_stay() -> None:
    """A document at the root may repeat that of a mount without its prefix."""
    paths = openapi("GET /items", "GET /stores", title="Without")
    mounted = openapi("GET /items", "GET /stores", title="With")
    routes = {"/openapi.json": paths, "/api/openapi.json": mounted}
    with serve({**routes, "/api/items": [1], "/api/stores": [2]}) as server:
        discovery = look(server)
    assert [(d.prefix, d.spec["info"]["title"]) for d in discovery.documents] == [("/api", "With")]


def test_names_that_collide_are_lengthened() -> None:
    """Two versions of one application are told apart."""
    mounts = ["/api/v1/docs-store", "/api/v2/docs-store", "/api/v1"]
    routes = {
        f"{mount}/openapi.json": openapi("GET /x", servers=[{"url": mount}]) for mount in mounts
    }
    routes["/"] = {"links": mounts}
    with serve({**routes, "/openapi.json": openapi("GET /health")}) as server:
        assert found(look(server)) == {
            "main": "",
            "an_api": "/api/v1",
            "v1-docs_store": "/api/v1/docs-store",
            "v2-docs_store": "/api/v2/docs-store",
        }


# ── Limits and failures ───────────────────────────────────────────────────────────────────────────


def test_other_hosts_are_never_asked() -> None:
    """Links, servers, redirects and documents on another host are reported, not followed."""
    with serve({}) as other, serve({}) as server:
        server.routes.update(
            {
                "/": f'<a href="{other.url}/x/"></a><i data-url="{other.url}/openapi.json"></i>',
                "/openapi.json": openapi("GET /a", servers=[{"url": other.url}]),
                "/docs": Answer("", 302, {"Location": f"{other.url}/docs"}),
                "/redoc": '<redoc spec-url="https://petstore.swagger.io/v2/swagger.json">',
            }
        )
        discovery = look(server)
        assert other.asked == []
    assert "which was not followed" in messages(discovery)
    assert "--allow-host" in messages(discovery)
    assert "petstore" not in messages(discovery)


def test_a_slow_server_stays_within_the_time_limit() -> None:
    """What cannot be asked in time is noted; what was found counts."""

    def slow(asked: Asked) -> Answer:
        over.wait(0.3)
        return Answer({}, 404)

    over = threading.Event()
    with serve({"/": {}, "/openapi.json": ITEMS}, slow) as server:
        discovery = discover(Target(server.url), timeout_seconds=3)
        over.set()
    assert found(discovery) == {"main": ""}
    assert "places were not asked" in messages(discovery)
    assert "time limit" in messages(discovery)


def test_a_search_that_ran_out_of_time_says_so() -> None:
    """Whoever is told that there is no document should know that not all places were asked."""

    def slow(asked: Asked) -> Answer:
        over.wait()
        return Answer({}, 404)

    over = threading.Event()
    with serve({"/": {}}, slow) as server:
        with pytest.raises(TargetError) as caught:
            discover(Target(server.url), timeout_seconds=2)
        over.set()
    assert "the time limit was reached" in caught.value.message


def test_requests_are_bounded() -> None:
    """A root page full of links does not lead to requests without end."""
    links = "".join(f'<a href="/a{n}/openapi.json"></a><a href="/b{n}/c"></a>' for n in range(2000))
    with serve({"/": f"<html>{links}", "/openapi.json": ITEMS, "/items": []}) as server:
        discovery = look(server)
    assert len(server.asked) == MAX_REQUESTS
    assert f"the limit of {MAX_REQUESTS} requests was reached" in messages(discovery)
    assert "the rest was left" in messages(discovery)


def test_hosts_that_are_down_are_said_to_be() -> None:
    """A closed port is a target error with the next step, at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(TargetError) as caught:
        discover(Target(url))
    assert "refuses the connection" in caught.value.message
    assert "start the API" in caught.value.hint


def test_hosts_that_never_answer_are_said_not_to() -> None:
    """Silence ends with the time limit."""
    with (
        serve_raw(lambda connection, over: over.wait() and None) as url,
        pytest.raises(TargetError, match="not reachable"),
    ):
        discover(Target(url), timeout_seconds=0.5)


def test_a_document_that_does_not_come_is_said_to_be_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked, how long it was waited for, what next; beside other documents it is noted."""

    def never(asked: Asked) -> Answer:
        over.wait()
        return Answer({}, 404)

    monkeypatch.setattr(places, "REQUEST_SECONDS", 1.0)
    over = threading.Event()
    routes = {"/": {}, "/openapi.json": never}
    with serve(routes) as server, serve({**routes, "/swagger.json": ITEMS, "/items": []}) as other:
        with pytest.raises(TargetError) as caught:
            look(server)
        discovery = look(other)
        over.set()
    for text in (caught.value.message, messages(discovery)):
        assert re.search(r"GET /openapi\.json: 127\S+ did not answer in full within 1 s", text)
    assert caught.value.hint.startswith("find out why that place is so slow; give the document")
    assert found(discovery) == {"main": ""}


def test_hosts_without_documents_are_said_to_have_none() -> None:
    """A website, or an API without a document, is a target error that says what helps."""
    with serve({"/": "<html>hello"}, _catch_all) as server, pytest.raises(TargetError) as caught:
        look(server)
    assert "no OpenAPI document was found" in caught.value.message
    assert "--spec" in caught.value.hint


def test_what_every_answer_has_in_common_is_said() -> None:
    """A server that only breaks, and one that only leads elsewhere, are no lack of a document."""
    with serve({}, lambda _: Answer("", 503)) as broken, pytest.raises(TargetError) as caught:
        look(broken)
    assert "all answer with status 503" in caught.value.message
    assert "log" in caught.value.hint
    away = Answer("", 302, {"Location": "http://elsewhere.invalid/"})
    with serve({}, lambda _: away) as moved, pytest.raises(TargetError) as caught:
        look(moved)
    assert "redirects to http://elsewhere.invalid" in caught.value.message
    assert "--allow-host" in caught.value.hint


def test_a_document_behind_a_sign_in_page_asks_for_credentials() -> None:
    """Frameworks with pages redirect to their sign-in instead of answering 401."""
    away = Answer(status=302, headers={"Location": "/login?next=%2Fopenapi.json"})
    routes = {"/openapi.json": away, "/login": "<html>sign in"}
    with serve(routes) as server, pytest.raises(TargetError) as caught:
        look(server)
    assert "--token or --header: /openapi.json asks for them" in caught.value.hint


BROKEN = {
    "page": "<!doctype html><html>sign in</html>",
    "truncated": json.dumps(ITEMS)[:-20].encode(),
    "no paths": {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}},
    "empty paths": openapi(),
    "version": {"openapi": [], "paths": {}},
    "deep": b'{"openapi":' * 5000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_broken_documents_are_named(content: Any) -> None:
    """Where a broken document is all there is, that is the error."""
    with serve({"/openapi.json": content}) as server, pytest.raises(DocumentError) as caught:
        look(server)
    assert "/openapi.json" in caught.value.message


def test_broken_documents_beside_others_are_noted() -> None:
    """Where another document is found, a broken one is a note."""
    broken = BROKEN["truncated"]
    with serve({"/openapi.json": broken, "/swagger.json": ITEMS, "/items": [1]}) as server:
        discovery = look(server)
    assert found(discovery) == {"main": ""}
    assert "/openapi.json is JSON that ends too early" in messages(discovery)


HOSTILE = {
    "types": {"openapi": "3.0.0", "paths": {"/a": [], "b": {}, "/c": {"get": 1, "put": {}}}},
    "servers": openapi("GET /a", servers=[{"url": 1}, 2, {"url": "http://["}, {"url": "/../.."}]),
    "info": openapi("GET /a", tags={"a": 1}, info=[], externalDocs="x"),
    "parameters": {
        "swagger": "2.0",
        "paths": {"/a": {"parameters": 1, "get": {"parameters": [1, {"required": 2}]}}},
        "basePath": ["x"],
    },
}


@pytest.mark.parametrize("spec", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_do_no_harm(spec: dict[str, Any]) -> None:
    """Wrong types anywhere in a document end neither in a traceback nor in another host."""
    with serve({"/openapi.json": spec, "/api/v1/openapi.json": {**spec, "x": 1}}) as server:
        discovery = look(server)
    assert discovery.documents
    json.dumps(discovery_json(discovery))


def test_huge_answers_end_neither_memory_nor_discovery() -> None:
    """A root page of many megabytes without sense is skipped."""
    page = b"<html>" + b'"/x' * 2_000_000
    with serve({"/": Answer(page), "/openapi.json": ITEMS}) as server:
        assert found(look(server)) == {"main": ""}


def test_time_limits_have_to_be_positive() -> None:
    """A limit of 0 seconds is a usage error."""
    with pytest.raises(UsageError):
        discover(Target("http://127.0.0.1:1"), timeout_seconds=0)


def test_attempts_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Each attempt and its outcome stand in the log at DEBUG."""
    with caplog.at_level(logging.DEBUG, "benchmark.discovery"), serve({"/docs": ITEMS}) as server:
        look(server)
    assert f"GET {server.url}/openapi.json: 404 application/json" in caplog.messages


# ── The file ──────────────────────────────────────────────────────────────────────────────────────


def test_the_file_has_everything_but_the_documents() -> None:
    """Applications, operations and notes are there; parsed documents say what is skipped."""
    with serve({"/openapi.json": ITEMS, "/api/v1/openapi.json": Answer("<html>no")}) as server:
        discovery = look(server)
    content = discovery_json(discovery)
    assert content["base_url"] == server.url
    assert content["requests"] == len(server.asked)
    [application] = content["applications"]
    assert application["operations"][2]["path"] == "/items/{id}"
    assert "paths" not in json.dumps(content)
    assert content["notes"][0]["where"].endswith("/api/v1/openapi.json")
    spec = ApiSpec(
        "main",
        "T",
        "1",
        "",
        (),
        skipped=(SkippedOperation("main", "GET /items", "odd"),),
        warnings=(Note("/x", "careful"),),
    )
    content = discovery_json(discovery, [spec])
    assert content["applications"][0]["skipped"] == [{"operation": "GET /items", "reason": "odd"}]
    assert content["notes"][-1] == {"where": "/x", "message": "careful"}
