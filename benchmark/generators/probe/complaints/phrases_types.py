"""Phrases about types and formats, and the words that servers have for them."""
# ruff: noqa: E501  # one phrase, one line

from __future__ import annotations

from collections.abc import Mapping

from benchmark.generators.probe.complaints.phrases import NAME, phrase

TYPES: Mapping[str, str] = {
    word: name
    for name, words in {
        "string": "string str text varchar char characters charsequence &str",
        "integer": "integer int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 long short "
        "i8 i16 i32 i64 u8 u16 u32 u64 usize isize bigint biginteger whole integral",
        "number": "number float float32 float64 double decimal numeric bigdecimal f32 f64 real",
        "boolean": "boolean bool",
        "array": "array list sequence vec arraylist slice set tuple collection iterable",
        "object": "object dict dictionary map mapping hash hashmap linkedhashmap struct record "
        "jsonobject",
        "null": "null",
    }.items()
    for word in words.split()
}
"""Words for a type, in lower case, and the type of JSON Schema that is meant."""

FORMATS: Mapping[str, str] = {
    word: name
    for name, words in {
        "email": "email|e-mail|email address|e-mail address",
        "uuid": "uuid|guid|uuidv4|uuid4",
        "uri": "url|uri|link|website|http url|web address|https url",
        "date-time": "datetime|date-time|date time|timestamp|iso 8601|iso8601|iso-8601|rfc 3339"
        "|rfc3339|instant|localdatetime|offsetdatetime|zoneddatetime|datetimeoffset|isodatetime"
        "|iso date|iso 8601 date|iso 8601 date string|date and time|dateTime",
        "date": "date|localdate|dateonly|naivedate|yyyy-mm-dd|calendar date",
        "time": "time|localtime|timeonly|time of day",
        "duration": "duration|timedelta|period|interval",
        "json": "json|json string|json object",
        "yaml": "yaml|yml|yaml document",
        "xml": "xml",
        "byte": "base64|base-64|base64-encoded string|base64 string",
        "ipv4": "ip|ipv4|ip address|ipv4 address|ip-address|ipaddress",
        "ipv6": "ipv6|ipv6 address",
        "hostname": "hostname|domain|domain name|host|fqdn|host name",
        "phone": "phone|phone number|telephone|telephone number|mobile number|e164|e.164",
        "color": "hex color|color|colour|hex colour|hex color code|hexcolor|rgb color",
        "cron": "cron|cron expression|crontab|cron schedule|cron string",
        "regex": "regex|regular expression|regexp",
        "slug": "slug",
        "mac": "mac address|mac",
        "cidr": "cidr|cidr block|subnet|cidr notation",
        "semver": "semver|semantic version",
        "timezone": "timezone|time zone|iana timezone|iana time zone",
        "currency": "currency|currency code|iso 4217|iso 4217 currency code",
        "country": "country code|iso 3166",
        "language": "language code|locale|language tag",
        "hex": "hex|hexadecimal|hex string|hexadecimal number",
        "password": "strong password",
        "credit-card": "credit card|credit card number|card number",
        "jwt": "jwt|jwt string",
        "latitude": "latitude",
        "longitude": "longitude",
    }.items()
    for word in words.split("|")
}
"""Words for a format, in lower case, and the format that is meant."""

_FORMAT_WORDS = "|".join(
    word.replace(".", r"\.").replace(" ", "[ _-]?").replace("-", "[ _-]?")
    for word in sorted(FORMATS, key=len, reverse=True)
)
_TYPE_WORDS = "|".join(sorted(TYPES, key=len, reverse=True)).replace("&", r"&?")
_FORMAT = rf"(?P<format>{_FORMAT_WORDS})\b"
_TYPE = (
    r"[\"'`<(]?(?:system\.|java\.(?:lang|util|time|math)\.|builtins\.|collections\.)?(?:json )?"
    rf"(?P<type>{_TYPE_WORDS}|{_FORMAT_WORDS})(?:`\d)?\b"
)
_A = r"(?:an?|in|valid|a valid|an valid|in valid|well-formed|a well-formed|a proper|a correct|a string in|a string in valid|a string representing an?|of|the)"

NEEDED = (
    phrase("type", rf"\ba valid {_TYPE} is required"),
)  # fmt: skip
"""These say "required" and mean the type."""

TAGS = (
    phrase("required", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the 'required\w{0,20}' tag"),
    phrase("enum", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the 'oneof' tag"),
    phrase("format", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '(?P<text>email|uuid|uuid4|url|uri|http_url|ip|ipv4|ipv6|datetime|hostname|fqdn|e164|base64|json|jwt|hexcolor|cron|timezone|semver)' tag"),
    phrase("minimum", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '(?:min|gte|gt|len)' tag"),
    phrase("maximum", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '(?:max|lte|lt)' tag"),
    phrase("pattern", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '(?:alphanum|alpha|ascii|lowercase)' tag", "^[a-z]{4,12}$"),
    phrase("type", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '(?:numeric|number)' tag", "number"),
    phrase("other", r"for '(?P<field>[\w.\[\]]{1,80})' failed on the '\w{1,40}' tag"),
)  # fmt: skip
"""go-playground/validator names the tag alone, without its parameter."""

FORMAT_PHRASES = (
    phrase("format", rf"(?:is|was|are)(?: ?not|n't) (?:an? )?(?:valid |proper |correct |well-formed )(?:\w{{1,12}} )?{_FORMAT}"),
    phrase("format", rf"(?:must|should|has to|needs to) (?:be|contain|have|match)(?: {_A})?(?: valid| well-formed| proper| syntactically correct)?(?: \w{{1,12}})? {_FORMAT}(?! object)(?! array)"),
    phrase("format", rf"(?:enter|provide|specify|use|supply) (?:an? )?(?:valid |proper )?{_FORMAT}"),
    phrase("format", rf"(?:not a valid|invalid|malformed|bad|incorrect|unparseable|wrong|ill-formed|incorrectly formatted|badly formatted) (?:\w{{1,12}} )?{_FORMAT}(?: format| string| address| value| literal| syntax)?"),
    phrase("format", rf"{_FORMAT} (?:has (?:the )?wrong format|is (?:not valid|invalid|malformed|not well-formed)|has an invalid format|format is (?:invalid|wrong|incorrect))"),
    phrase("format", rf"must match format [\"'`]?{_FORMAT}|is not an? [\"'`]?(?P<text>[a-z-]{{3,12}})[\"'`]$|fails to match (?:the )?format {_FORMAT.replace('format>', 'noun>')}"),
    phrase("format", rf"(?:unable to|could not|cannot|can't|failed to|couldn't|error) (?:pars(?:e|ing)|decod(?:e|ing)|convert|read|deserialize|load)[^.]{{0,60}}? (?:as |to |into |the |an? |from )*{_FORMAT}"),
    phrase("format", r"does not match format '(?P<text>[^']{2,40})'"),
    phrase("format", rf"(?:value|input) is not (?:an? )?(?:valid )?{_FORMAT}|{_FORMAT.replace('format>', 'noun>')} (?:expected|required)$"),
    phrase("format", r"(?:should|must) (?:be )?(?:formatted as|in the format|in format|have the format|use the format|follow the format) [\"'`]?(?P<text>[A-Za-z0-9%:/. '-]{2,40})"),
    phrase("format", r"use one of these formats instead: (?P<text>[^,]{2,40})"),
    phrase("format", r"text '.{0,60}' could not be parsed at index", "date-time"),
    phrase("format", r"^(?:the )?\S{0,60} ?(?:is|are) (?:invalid|not valid|malformed)[.!]?$|\binvalid (?:value|data|input)\b"),
    phrase("format", r"field format is invalid|invalid format\b|wrong format\b|bad format\b|not in (?:the )?(?:correct|right|expected|valid) format"),
)  # fmt: skip

TYPE_PHRASES = (
    phrase("type", rf"cannot unmarshal \w{{1,12}} into Go (?:struct field {NAME} of type|value of type) (?:\*|\[\])?{_TYPE}"),
    phrase("type", rf"cannot unmarshal \w{{1,12}} into Go struct field {NAME} of type \[\]", "array"),
    phrase("type", rf"cannot (?:deserialize|construct)(?: (?:value|instance))?(?: of)?(?: type)? {_TYPE}"),
    phrase("type", r"cannot construct instance of|cannot deserialize value of type `[\w.$]{1,120}` from (?:string|number|integer|array)", "object"),
    phrase("type", rf"(?:required|target|expected) type:? {_TYPE}"),
    phrase("type", rf"could not be converted to (?:type )?{_TYPE}"),
    phrase("type", rf"could not (?:convert|parse|coerce) .{{1,80}} (?:to|as|into) (?:an? )?{_TYPE}"),
    phrase("type", rf"is not of types? (?P<quote>[\"'`]?){_TYPE}"),
    phrase("type", rf"invalid type: [^,]{{1,120}}(?:, [^,]{{1,60}})?, expected (?:an? |any |a valid )?{_TYPE}"),
    phrase("type", rf"(?:expected|expecting|expects|wanted|requires?)(?: type| value of type| to be| to receive| an? instance of)?:? (?:an? |the )?(?:valid )?(?:json )?{_TYPE}(?! of (?:the )?following)"),
    phrase("type", rf"(?:must|should|has to|needs to|have to) (?:only )?be (?:an? |of |given as |encoded as |in |the )*(?:type |whole |valid |single |json |data type |plain )*{_TYPE}"),
    phrase("type", rf"(?:must|should) (?:only )?contain (?:only )?{_TYPE}"),
    phrase("type", rf"(?:is|was|are)(?: ?not|n't) (?:an? )?(?:valid |whole |json )?{_TYPE}"),
    phrase("type", rf"not (?:an? )?valid {_TYPE}|a valid {_TYPE.replace('type>', 'noun>')} is required|invalid {_TYPE.replace('type>', 'text>')}(?: value| literal|$)"),
    phrase("type", r"invalid literal for int\(\)|strconv\.(?:Atoi|ParseInt|ParseUint)|for input string|cannot parse integer", "integer"),
    phrase("type", r"could not convert string to float|strconv\.ParseFloat", "number"),
    phrase("type", r"strconv\.ParseBool", "boolean"),
    phrase("type", r"\bis not a number\b|must be numeric\b", "number"),
    phrase("type", rf"value error for type {_TYPE}|unable to parse (?:string|input) as an? {_TYPE.replace('type>', 'noun>')}"),
)  # fmt: skip
