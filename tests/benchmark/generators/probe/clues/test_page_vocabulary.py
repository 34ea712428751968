"""Names of choices from the scripts that a server delivers beside its API."""

from __future__ import annotations

from benchmark.generators.probe.clues.page_scripts import page_scripts
from benchmark.generators.probe.clues.page_vocabulary import groups_of_names, page_vocabulary
from benchmark.generators.transport import Transport
from benchmark.models import Target
from tests.benchmark.generators.loopback_server import Answer, serve

PAGE = '<html><head><script defer src="/static/app.js"></script></head><body></body></html>'
SCRIPT = 'a=n(2),c="FullTime"),l="PartTime",f=["FreeLance","SecondJob"],x={y:1};'


def test_constants_of_one_style_that_stand_together_are_a_group() -> None:
    """Minified scripts write choices one behind the other; other strings end the group."""
    text = (
        'a="FullTime",b="PartTime",c="FreeLance";d="/some/path",e="on_hold",f="in_work",g="at_rest"'
    )
    assert list(groups_of_names(text)) == [
        ("FullTime", "PartTime", "FreeLance"),
        ("on_hold", "in_work", "at_rest"),
    ]


def test_what_stands_apart_is_no_group() -> None:
    """Names with much code between them have nothing to do with each other."""
    gap = "function(){return 1};" * 3
    assert not list(groups_of_names(f'"FullTime"{gap}"PartTime"{gap}"FreeLance"'))


def test_the_scripts_of_the_front_page_are_read() -> None:
    """The page at the root names its scripts; each is asked for once."""
    routes = {"/": Answer(PAGE), "/static/app.js": Answer(SCRIPT)}
    with serve(routes) as server, Transport(Target(server.url)) as transport:
        assert page_vocabulary(page_scripts(transport)) == (
            ("FullTime", "PartTime", "FreeLance", "SecondJob"),
        )
        assert server.paths() == ["/", "/static/app.js"]


def test_an_api_without_pages_has_no_vocabulary() -> None:
    """JSON at the root, or nothing at all, is no page."""
    with serve({"/": Answer({"hello": 1})}) as server, Transport(Target(server.url)) as transport:
        assert page_vocabulary(page_scripts(transport)) == ()


def test_scripts_of_other_hosts_are_not_asked_for() -> None:
    """What a page loads from elsewhere is not contacted."""
    page = '<script src="http://127.0.0.2:9/app.js"></script>'
    with serve({"/": Answer(page)}) as server, Transport(Target(server.url)) as transport:
        assert page_vocabulary(page_scripts(transport)) == ()
        assert server.paths() == ["/"]
