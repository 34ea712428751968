"""Guesses from a name what its value means: the table of names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from benchmark.generators.parameter_generator.words import Words

MAX_NAME = 200
"""Characters of a name that are looked at."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: how a text is drawn, and between what a number lies.

    `free`: every user of an API writes another one, so a document's single example is not kept for
    all samples.
    """

    text: Callable[[Words], str] | None = None
    numbers: tuple[float, float] | None = None
    free: bool = False


@lru_cache(maxsize=8_192)
def tokens_of(name: str) -> tuple[str, ...]:
    """The lower-case words of a name, however it is spelt: `userId`, `user-id`, `USER_ID`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name[:MAX_NAME])
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return tuple(re.findall(r"[a-z]+|[0-9]+", spaced.lower()))


@lru_cache(maxsize=8_192)
def meaning_of(name: str) -> Meaning | None:
    """The meaning of the whole name, else of its last three, two or one words."""
    tokens = tokens_of(name)
    if not tokens:
        return None
    whole = "".join(tokens)
    if whole in WHOLE_NAMES:
        return WHOLE_NAMES[whole]
    # A number at the end counts: address2, phone1.
    tokens = tokens[:-1] if len(tokens) > 1 and tokens[-1].isdigit() else tokens
    for length in (4, 3, 2, 1):
        ending = "".join(tokens[-length:])
        if len(tokens) >= length and ending in MEANINGS:
            return MEANINGS[ending]
    last = tokens[-1]
    return MEANINGS.get(last.removesuffix("s")) if len(last) > 3 else None


@lru_cache(maxsize=8_192)
def days_of(name: str) -> tuple[int, int] | None:
    """How many days from today a moment of that name lies; None if the name means no moment."""
    tokens = tokens_of(name)
    for window, telling in _WINDOWS:
        if telling.intersection(tokens) or "".join(tokens[-2:]) in telling:
            return window
    return (0, 0) if tokens and tokens[-1] in MOMENT_WORDS else None


@lru_cache(maxsize=8_192)
def moment_format(name: str) -> str:
    """What a text of that name is, going by its last word: "date", "date-time" or ""."""
    tokens = tokens_of(name)
    last = tokens[-1] if tokens else ""
    if last in {"date", "birthday", "dob"} or "".join(tokens[-2:]) == "dateofbirth":
        return "date"
    if tokens[-3:] == ("date", "of", "birth"):
        return "date"
    if last in {"at", "timestamp", "datetime", "on"} and len(tokens) > 1:
        return "date-time"
    if last in {"timestamp", "datetime", "deadline", "expires", "expiry", "expiration"}:
        return "date-time"
    if last in {"time", "until", "since"} and days_of(name) not in {None, (0, 0)}:
        return "date-time"
    return ""


@lru_cache(maxsize=8_192)
def likely_true(name: str) -> bool:
    """Whether a switch of that name is usually on."""
    return bool(_TRUE_WORDS.intersection(tokens_of(name)))


@lru_cache(maxsize=8_192)
def upload_type(name: str) -> str:
    """The content type of the file that a field of that name takes."""
    for token in tokens_of(name):
        if token in _UPLOAD_TYPES:
            return _UPLOAD_TYPES[token]
    return "text/plain"


MOMENT_WORDS = frozenset("date at timestamp datetime deadline birthday dob on".split())

_PAST = frozenset(
    "created creation updated modified registered joined issued since last published published "
    "began started completed finished hired opened paid sent received logged previous".split()
)
_FUTURE_END = frozenset(
    "end ends ending until expires expire expiry expiration expired due deadline checkout "
    "departure return finish to before closes closing stop thru through".split()
)
_FUTURE_START = frozenset(
    "start starts starting begin begins from checkin arrival after scheduled schedule pickup "
    "delivery appointment booking reservation event renewal next planned launch open opens".split()
)
# The first window with a telling word wins; "check_in" and "check_out" are two words.
_WINDOWS: tuple[tuple[tuple[int, int], frozenset[str]], ...] = (
    ((-60 * 365, -20 * 365), frozenset("birth birthday birthdate dob born".split())),
    ((-30, -2), _PAST),
    ((20, 40), _FUTURE_END),
    ((2, 10), _FUTURE_START),
)

_TRUE_WORDS = frozenset(
    "enabled enable active accept accepted accepts agree agreed agreement terms consent visible "
    "available valid".split()
)

_UPLOAD_TYPES = {
    **dict.fromkeys(
        "image img photo picture avatar logo icon thumbnail banner png".split(), "image/png"
    ),
    **dict.fromkeys("jpg jpeg".split(), "image/jpeg"),
    **dict.fromkeys("gif".split(), "image/gif"),
    **dict.fromkeys("svg".split(), "image/svg+xml"),
    **dict.fromkeys("pdf resume cv invoice".split(), "application/pdf"),
    **dict.fromkeys("csv spreadsheet".split(), "text/csv"),
    **dict.fromkeys("zip archive bundle package".split(), "application/zip"),
    **dict.fromkeys("audio voice sound recording wav".split(), "audio/wav"),
    **dict.fromkeys("json".split(), "application/json"),
    **dict.fromkeys("xml".split(), "application/xml"),
    **dict.fromkeys("html".split(), "text/html"),
}


def _always(text: str, numbers: tuple[float, float] | None = None) -> Meaning:
    return Meaning(lambda _: text, numbers)


IDENTIFIER = Meaning(Words.uuid, (1, 50))

_SENTENCE = Meaning(Words.sentence, free=True)
_LABEL = Meaning(Words.label, free=True)
_FULL_NAME = Meaning(Words.full_name, free=True)
_EMAIL = Meaning(Words.email, free=True)
_URL = Meaning(Words.url)
_IMAGE_URL = Meaning(lambda words: f"{words.url()}.png")
_PRICE = Meaning(
    lambda words: f"{words.random.randrange(1, 100)}.{words.random.randrange(100):02d}",
    (1, 100),
    free=True,
)
_FEW = Meaning(lambda words: str(words.random.randrange(1, 6)), (1, 5))
_LIMIT = Meaning(lambda words: str(words.random.randrange(5, 21)), (5, 20))
_SECONDS = Meaning(lambda words: str(words.random.randrange(1, 6)), (1, 5))
_PERCENT = Meaning(lambda words: str(words.random.randrange(1, 101)), (1, 100))
_PIXELS = Meaning(lambda words: str(words.random.randrange(100, 801)), (100, 800))
_ZERO = _always("0", (0, 0))
_ONE = _always("1", (1, 1))
_CODE = Meaning(lambda words: words.one_of("US", "DE", "FR", "GB"))
_QUERY = Meaning(Words.word)
_TOKEN = Meaning(Words.token)
_LOWEST = Meaning(lambda words: str(words.random.randrange(1, 11)), (1, 10))
_HIGHEST = Meaning(lambda words: str(words.random.randrange(50, 101)), (50, 100))
_SLUG = Meaning(Words.slug, free=True)


def _table(rows: dict[str, Meaning]) -> dict[str, Meaning]:
    """A row for each of the names that stand in one key."""
    return {name: meaning for names, meaning in rows.items() for name in names.split()}


MEANINGS = _table(
    {
        "id ids identifier pk": IDENTIFIER,
        "uuid uuids guid": Meaning(Words.uuid),
        "email emails emailaddress mail recipient": _EMAIL,
        "username login loginname nickname handle screenname": Meaning(
            Words.username, (1, 50), free=True
        ),
        "firstname forename givenname": Meaning(Words.first_name, free=True),
        "lastname surname familyname middlename": Meaning(Words.last_name, free=True),
        "fullname displayname realname contactname customername author owner contactperson": (
            _FULL_NAME
        ),
        "name": _SLUG,
        "slug": _SLUG,
        "password passwd pwd passphrase passwordconfirmation": Meaning(Words.password, free=True),
        "token accesstoken refreshtoken apikey secret nonce hash checksum signature": _TOKEN,
        "phone phonenumber telephone mobile mobilenumber mobilephone cell fax faxnumber msisdn": (
            Meaning(Words.phone, (2025550100, 2025550199), free=True)
        ),
        "address streetaddress street address1 addressline addressline1 line1": Meaning(
            Words.street_address, free=True
        ),
        "housenumber streetnumber": Meaning(
            lambda words: str(words.random.randrange(1, 200)), (1, 200)
        ),
        "city town locality": Meaning(Words.city, free=True),
        "statecode province provincecode county": Meaning(
            lambda words: words.one_of("CA", "NY", "TX", "WA")
        ),
        "zip zipcode postcode postalcode postal": Meaning(
            lambda words: words.digits(5), (10_001, 99_950)
        ),
        "country countrycode nationality": _CODE,
        "countryname": Meaning(lambda words: words.one_of("Germany", "France", "Canada")),
        "currency currencycode": Meaning(lambda words: words.one_of("EUR", "USD", "GBP")),
        "language languagecode lang": Meaning(lambda words: words.one_of("en", "de", "fr")),
        "locale": Meaning(lambda words: words.one_of("en-US", "de-DE", "fr-FR")),
        "timezone tz": Meaning(lambda words: words.one_of("Europe/Berlin", "America/New_York")),
        "company companyname organization organisation organizationname employer": Meaning(
            Words.company, free=True
        ),
        "jobtitle occupation profession": Meaning(Words.job, free=True),
        "gender sex": Meaning(lambda words: words.one_of("female", "male")),
        "url uri link href website homepage webhook callback redirecturi endpoint": _URL,
        "imageurl avatarurl logourl iconurl photourl thumbnailurl pictureurl": _IMAGE_URL,
        "domain hostname domainname host": Meaning(Words.hostname),
        "ip ipaddress ipv4 remoteaddr": Meaning(Words.ipv4),
        "ipv6": Meaning(Words.ipv6),
        "mac macaddress": Meaning(Words.mac),
        "useragent": _always("Mozilla/5.0 (X11; Linux x86_64)"),
        "port": _always("8080", (8_000, 8_999)),
        "title subject headline caption": _LABEL,
        "label tag tags keyword keywords topic category": Meaning(Words.word),
        "description comment comments message text body content note notes summary bio about "
        "details remark remarks feedback review reason question answer prompt": _SENTENCE,
        "color colour backgroundcolor": Meaning(Words.color, (0, 0xFFFFFF)),
        "version": Meaning(lambda words: f"1.{words.random.randrange(10)}.0", (1, 5)),
        "filename": Meaning(lambda words: f"{words.slug()}.txt", free=True),
        "mimetype contenttype mediatype": _always("text/plain"),
        "extension": _always("txt"),
        "latitude lat": Meaning(
            lambda words: f"{words.random.uniform(-60, 60):.4f}", (-60, 60), free=True
        ),
        "longitude lng lon long": Meaning(
            lambda words: f"{words.random.uniform(-170, 170):.4f}", (-170, 170), free=True
        ),
        "altitude elevation": Meaning(None, (0, 1_000)),
        "radius distance": Meaning(None, (1, 10)),
        "price amount cost total subtotal fee salary balance budget unitprice tax": _PRICE,
        "quantity qty": _FEW,
        "discount percent percentage progress": _PERCENT,
        "limit pagesize perpage maxresults pagelimit maxitems": _LIMIT,
        "page pagenumber pageno pageindex": _ONE,
        "offset skip startindex": _ZERO,
        "size count number num rows length depth replicas partitions threads workers retries "
        "attempts copies repeat times n": _FEW,
        "delay timeout wait interval sleep duration seconds minutes hours days ttl pause": _SECONDS,
        "sort sortby orderby sortfield": _always("id"),
        "order sortorder sortdirection direction orderdirection": Meaning(
            lambda words: words.one_of("asc", "desc"), (1, 5)
        ),
        "query search searchterm searchtext term keywordsearch searchquery": _QUERY,
        "age": Meaning(lambda words: str(words.random.randrange(18, 71)), (18, 70)),
        "year": Meaning(lambda words: str(words.moment((0, 0)).year), (2_020, 2_030)),
        "month": Meaning(lambda words: f"{words.random.randrange(1, 13):02d}", (1, 12)),
        "day dayofmonth": Meaning(lambda words: f"{words.random.randrange(1, 29):02d}", (1, 28)),
        "hour": Meaning(lambda words: f"{words.random.randrange(24):02d}", (0, 23)),
        "minute second": Meaning(lambda words: f"{words.random.randrange(60):02d}", (0, 59)),
        "weekday dayofweek": Meaning(lambda words: words.one_of("monday", "friday"), (1, 5)),
        "width height": _PIXELS,
        "weight": _FEW,
        "rating stars": _FEW,
        "score": _PERCENT,
        "priority level rank position index sequence": _FEW,
        "min minimum lower lowerbound": _LOWEST,
        "max maximum upper upperbound": _HIGHEST,
        "minprice minamount minvalue minage minlength mincount minsize": _LOWEST,
        "maxprice maxamount maxvalue maxage maxlength maxcount maxsize": _HIGHEST,
        "isbn": _always("9783161484100"),
        "iban": _always("DE89370400440532013000"),
        "bic swift swiftcode": _always("COBADEFFXXX"),
        "cardnumber creditcardnumber pan": _always("4242424242424242"),
        "cvv cvc": _always("123", (123, 123)),
        "sku": Meaning(lambda words: f"SKU-{words.digits(6)}", free=True),
        "ean barcode gtin": _always("4006381333931"),
        "cron cronexpression": _always("0 0 * * *"),
        "time timeofday": Meaning(lambda words: f"{words.random.randrange(8, 18):02d}:30:00"),
    }
)
"""Meanings by the ending of a name, its words joined."""

WHOLE_NAMES = _table({"q s": _QUERY, "lat": MEANINGS["lat"], "starttime endtime": Meaning()})
"""Meanings of names that mean this only when they stand alone."""
