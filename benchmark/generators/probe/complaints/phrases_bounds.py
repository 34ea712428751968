"""Phrases about lengths, counts, bounds and multiples."""
# ruff: noqa: E501  # one phrase, one line

from __future__ import annotations

from benchmark.generators.probe.complaints.phrases import NUMBER, SECOND, phrase

_SIGNS = r" ?(?:characters?|chars?|letters?|symbols?|bytes?|in length|long\b)"
_ITEMS = (
    r" ?(?:\w{0,12} )?(?:items?|elements?|entries|entry|values?|members?|rows?|tags?|properties)\b"
)
_MUST = r"(?:must|should|has to|have to|needs? to|shall|can|may|to)(?: only)?(?: be| have)?"
_NOT = (
    r"(?:is|was|are|has|have|not(?: be| have)?|n't(?: be| have)?|cannot(?: be| have)?"
    r"|can not(?: be| have)?)"
)
_LEAST = (
    r"(?:at least|a minimum of|minimum(?: length| size)?(?: is| of|:)?|min(?: length)?(?: is|:)?"
    r"|no (?:fewer|less|shorter) than|(?:longer|greater|more) than or equal to|>=|at minimum"
    r"|not be (?:less|shorter|fewer) than|not (?:contain|have|include) (?:less|fewer) than)"
)
_MOST = (
    r"(?:at most|a maximum of|maximum(?: length| size)?(?: is| of|:)?|max(?: length)?(?: is|:)?"
    r"|no (?:more|longer|greater) than|(?:shorter|less|fewer) than or equal to|<=|up to"
    r"|not (?:exceed|(?:be|contain|have|include) (?:more|longer|greater) than)|cannot exceed|must not exceed|exceeds?"
    r"|longer than the maximum(?: length)?(?: of)?|within)"
)
_LESS = r"(?:shorter|less|fewer|smaller|lower|below|under)"
_MORE = r"(?:longer|greater|more|larger|higher|bigger|above|over)"
_THE = r"(?: the)?(?: (?:minimum|maximum|limit|allowed)(?: value| length| size)?(?: of| is)?)?"

LENGTHS = (
    phrase(("min_length", "max_length"), rf"between {NUMBER} and {SECOND}{_SIGNS}"),
    phrase(("min_length", "max_length"), rf"(?:size|length)[^\d]{{0,30}}between {NUMBER} (?:and|to) {SECOND}"),
    phrase(("min_length", "max_length"), rf"\b{NUMBER} ?(?:-|–|to) ?{SECOND}{_SIGNS}"),
    phrase(("min_items", "max_items"), rf"between {NUMBER} and {SECOND}{_ITEMS}"),
    phrase(("min_length", "max_length"), rf"(?:wrong|invalid) length \(should be {NUMBER}"),
    phrase("min_length", rf"\bmin(?:imum)?[ _-]?length[^\d]{{0,20}}{NUMBER}"),
    phrase("max_length", rf"\bmax(?:imum)?[ _-]?length[^\d]{{0,20}}{NUMBER}"),
    phrase("min_length", rf"{NUMBER}{_SIGNS} or more"),
    phrase("max_length", rf"{NUMBER}{_SIGNS} or (?:less|fewer)"),
    phrase("min_items", rf"{NUMBER}{_ITEMS} or more"),
    phrase("max_items", rf"{NUMBER}{_ITEMS} or (?:less|fewer)"),
    phrase("min_items", rf"(?:{_LEAST}|{_NOT} {_LESS} than) {NUMBER}{_ITEMS}"),
    phrase("max_items", rf"(?:{_MOST}|{_NOT} {_MORE} than) {NUMBER}{_ITEMS}"),
    phrase("min_items", rf"{_MUST} (?:contain |include )?more than {NUMBER}{_ITEMS}", step=1),
    phrase("max_items", rf"{_MUST} (?:contain |include )?(?:fewer|less) than {NUMBER}{_ITEMS}", step=-1),
    phrase("min_items", r"(?:array|list|\[\]) (?:is too short|(?:(?:must|should|can)(?: ?not|n't)|can't) be empty|should be non-empty)", 1),
    phrase("min_length", rf"(?:{_LEAST}|{_NOT} {_LESS} than) {NUMBER}{_SIGNS}"),
    phrase("max_length", rf"(?:{_MOST}|{_NOT} {_MORE} than) {NUMBER}{_SIGNS}"),
    phrase("min_length", rf"{_MUST} (?:longer|greater|more) than {NUMBER}{_SIGNS}", step=1),
    phrase("max_length", rf"{_MUST} (?:shorter|less|fewer) than {NUMBER}{_SIGNS}", step=-1),
    phrase("min_length", rf"(?:min(?:imum)?[ _]?length|length|shorter than the minimum)[^\d]{{0,24}}(?:at least|>=|minimum(?: is| of)?|is|:|of|than or equal to) ?{NUMBER}(?=.{{0,1}}$|[^\d])(?<!max)"),
    phrase("max_length", rf"(?:max(?:imum)?[ _]?length|length|too long)[^\d]{{0,24}}(?:at most|<=|maximum(?: is| of)?|exceed|is|:|of|than) ?{NUMBER}"),
    phrase("min_length", rf"too short[^\d]{{0,30}}{NUMBER}"),
    phrase("max_length", rf"too long[^\d]{{0,30}}{NUMBER}"),
    phrase(("min_length", "max_length"), rf"(?:exactly|precisely|length of) {NUMBER}(?:{_SIGNS}|$)"),
    phrase(("min_length", "max_length"), rf"(?:must|should) be {NUMBER}{_SIGNS}"),
    phrase("min_length", r"\btoo short\b"),
    phrase("max_length", r"\btoo long\b|\btoo large to fit\b"),
)  # fmt: skip

BOUNDS = (
    phrase(("minimum", "maximum"), rf"between {NUMBER} (?:and|to|-) {SECOND}"),
    phrase(("minimum", "maximum"), rf"(?:range|from|within)[^\d-]{{0,20}}{NUMBER} ?(?:-|–|to|and|,|\.\.\.?|;) ?{SECOND}"),
    phrase("multiple_of", rf"multiple of {NUMBER}|divisible by (?P<second>-?\d[\d.]{{0,20}})"),
    phrase("exclusive_minimum", rf"less than or equal to the minimum of {NUMBER}"),
    phrase("exclusive_maximum", rf"greater than or equal to the maximum of {NUMBER}"),
    phrase("minimum", rf"{_NOT} {_LESS} than{_THE} {NUMBER}"),
    phrase("maximum", rf"{_NOT} {_MORE} than{_THE} {NUMBER}"),
    phrase("minimum", rf"(?:{_LEAST}|(?:greater|larger|higher|bigger|more)(?: than)? or equal(?:s)?(?: to| than)?|minimum(?: value| allowed)?[^\d-]{{0,12}}|equal to or (?:greater|more|higher) than) ?{NUMBER}"),
    phrase("maximum", rf"(?:{_MOST}|(?:smaller|lower|less)(?: than)? or equal(?:s)?(?: to| than)?|less than or equals? to|maximum(?: value| allowed)?[^\d-]{{0,12}}|equal to or (?:less|lower) than) ?{NUMBER}"),
    phrase("minimum", rf"{NUMBER} or (?:more|greater|higher|above)\b"),
    phrase("maximum", rf"{NUMBER} or (?:less|fewer|lower|below)\b"),
    phrase("exclusive_minimum", rf"(?:greater|more|larger|higher|bigger) than {NUMBER}|(?:>|above|over) {NUMBER.replace('number', 'second')}"),
    phrase("exclusive_maximum", rf"(?:less|smaller|lower|fewer) than {NUMBER}|(?:<|below|under) {NUMBER.replace('number', 'second')}"),
    phrase("exclusive_minimum", r"(?:greater|more|larger|higher) than zero\b", 0),
    phrase("minimum", r"non-?negative|positive (?:number )?or zero|(?:not|n't|cannot)(?: be)? (?:a )?negative|greater than or equal to zero|zero or (?:more|greater|positive)", 0),
    phrase("exclusive_minimum", r"(?:must|should|has to|needs to|not)(?: be)? (?:an? )?(?:strictly )?positive\b", 0),
    phrase("exclusive_maximum", r"(?:must|should) be (?:an? )?negative\b", 0),
    phrase("exclusive_minimum", r"(?:(?:must|can|should)(?: ?not|n't)|can't) be (?:zero|0)\b", 0),
)  # fmt: skip
