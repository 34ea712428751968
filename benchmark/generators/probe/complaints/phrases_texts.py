"""Phrases about allowed values and about what a text may consist of."""
# ruff: noqa: E501  # one phrase, one line

from __future__ import annotations

from benchmark.generators.probe.complaints.phrases import NUMBER, phrase

_LIST = r":?\s*(?P<list>[\[({\"'`<\w].{0,900})$"
_CHOICES = r"(?:values?|options?|choices?|types?|variants?|members?|names?|states?|methods?|formats?|keys?|modes?|levels?|kinds?|entries)"

ENUMS = (
    phrase("enum", r"not one of the values accepted for Enum class:?\s*(?P<list>\[.{1,900})"),
    phrase("enum", r"unknown variant `[^`]{0,200}`, expected (?:one of )?(?P<list>.{1,900}?)(?: at line \d+.*)?$"),
    phrase("enum", r"unknown variant\b"),
    phrase("enum", r"\bpermitted:\s*(?P<list>.{1,900})$"),
    phrase("enum", rf"\b(?:not |n't )?(?:be |in |among )?(?:(?:only |any |either )?one of|any of|either of)(?: the)?(?: following| allowed| valid| supported| permitted| accepted| these)*(?: {_CHOICES})?(?: (?:are|is))?{_LIST}"),
    phrase("enum", rf"\b(?:allowed|valid|possible|supported|permitted|accepted|acceptable|available|known|legal|expected|recogni[sz]ed|existing) (?:\w{{1,20}} )?{_CHOICES}(?: (?:are|is|include|for \w{{1,40}} are))?{_LIST}"),
    phrase("enum", rf"(?:choose|select|pick|choices|options|choose from|select from|available|allowed|supported)(?: from| are| is|:| between)+ ?{_LIST}"),
    phrase("enum", r"(?:input|value) should be (?P<list>['\"`][^'\"`]{0,200}['\"`].{0,900})$"),
    phrase("enum", r"(?:must|should|has to|needs to|can only|may only)(?: only)? be (?:either |set to |equal to |exactly |one of )?(?P<list>(?:\[.{1,900}\]|['\"`][^'\"`]{1,200}['\"`].{0,900}))$"),
    phrase("enum", r"expected (?:either )?(?P<list>['\"`][^'\"`]{1,200}['\"`](?: ?(?:\||,|or) ?['\"`].{0,900})?)$"),
    phrase("enum", r"expected (?P<list>[\w.-]{1,60}(?:, [\w.-]{1,60}){1,30},? or [\w.-]{1,60})\.?$"),
    phrase("enum", r"must be equal to constant|must be equal to one of the allowed values|is not a valid (?:choice|option|enum(?:eration)?(?: member| value)?)\b|is not included in the list|not a valid choice|invalid (?:enum|option|choice)\b|the selected .{1,60} is invalid|the value you selected is not a valid choice|not an accepted value|is not supported$|is not an allowed value"),
    phrase("enum", r"(?:unsupported|unknown|unrecogni[sz]ed|invalid) (?:\w{1,30} ){0,2}(?:type|kind|provider|category|driver|engine|backend|method):? [\"'`]?[\w.-]{1,80}[\"'`]?[.!]?$"),
    phrase("enum", r"must be (?:either )?(?P<list>[\w.-]{1,60}(?:, [\w.-]{1,60}){0,30},? or [\w.-]{1,60})\.?$"),
    phrase("enum", r"^(?:must be|can only be|should be) (?P<list>(?:true|false|yes|no))\.?$"),
)  # fmt: skip

_ONLY = r"(?:must|can|may|should|has to)?(?: only)? ?(?:contain|consist of|include|use|have|be|composed of|contains)(?: only)?(?: of)?"
_LETTERS = (
    r"(?:latin |ascii |english |alphabetic )?(?:letters|alphabetic characters|characters a-z|a-z)"
)
_DIGITS = r"(?:numbers|digits|numerals|numeric characters|0-9)"

PATTERNS = (
    phrase("pattern", r"(?:does not|doesn't|must|should|did not|didn't|not) match (?:the )?(?:required |expected |following )?(?:pattern|regex|regular expression|regexp)[: ]*(?P<quote>[\"'`/])(?P<text>.{1,400})(?P=quote)[.!]?$"),
    phrase("pattern", r"(?:pattern|regex|regular expression|regexp)(?: of|:| is)? ?(?P<quote>[\"'`/])(?P<text>.{1,400})(?P=quote)[.!]?$"),
    phrase("pattern", r"(?:must|should|does not|doesn't|to) match (?P<quote>[\"'`/])(?P<text>[^ ]{1,400})(?P=quote)(?: regular expression)?"),
    phrase("pattern", r"(?:must|should|does not|doesn't|to) match (?:the )?(?:required |expected )?(?:pattern|regex|regular expression|regexp):? (?P<text>\^?[^ \"'`]{2,400}\$?)$"),
    phrase("pattern", rf"{_ONLY} (?:lower-?case )(?:letters|characters)(?:,? (?:and )?{_DIGITS})(?:,? (?:and |or )?(?:hyphens|dashes|-|underscores|periods|dots)){{0,3}}", "^[a-z][a-z0-9]{3,11}$"),
    phrase("pattern", rf"{_ONLY} {_LETTERS}(?:,| and| or|, and)? {_DIGITS}(?:,? (?:and |or )?(?:hyphens|dashes|-|underscores|periods|dots|spaces)){{0,4}}|(?:must|should) be alpha-?numeric|only (?:alpha-?numeric|{_LETTERS} and {_DIGITS})|alpha-?numeric characters|letters, numbers", "^[A-Za-z][A-Za-z0-9]{3,11}$"),
    phrase("pattern", rf"{_ONLY} (?:exactly )?{NUMBER.replace('number', 'count')}[ -](?:decimal )?(?:digits?|numbers)\b"),
    phrase("pattern", rf"{_ONLY} {NUMBER.replace('number', 'letters')}[ -](?:upper-?case )?(?:letters?)\b"),
    phrase("pattern", rf"{_ONLY} (?:lower-?case)\b", "^[a-z]{4,12}$"),
    phrase("pattern", rf"(?:must|should) (?:only )?(?:be|contain)(?: only)?(?: all)?(?: in)? (?:upper-?case)\b|{_ONLY} upper-?case letters\b|(?:all|only) (?:upper-?case|capitals)", "^[A-Z]{4,12}$"),
    phrase("format", r"(?:must|should|has to|needs to|please) (?:contain|have|include)(?: at least)?(?: one| an?| 1)? ?(?:number,|digit,|special,|upper-?case|lower-?case|capital|special|symbol|digit|number|numeric)[^.]{0,80}", "password"),
    phrase("format", r"password (?:is )?(?:too (?:weak|simple|common|short)|not strong|entirely numeric)|too common|not strong enough", "password"),
    phrase("pattern", rf"{_ONLY} {_DIGITS}(?! and)|only {_DIGITS}", "^[1-9][0-9]{5,8}$"),
    phrase("pattern", rf"{_ONLY} {_LETTERS}|only {_LETTERS}", "^[A-Za-z]{4,12}$"),
    phrase("pattern", r"(?:(?:must|can|may|should|does)(?: ?not|n't)|can't) (?:contain|have|include)(?: any| a)? (?:white ?-?space|spaces?|blanks?)", r"^[A-Za-z0-9_-]{4,12}$"),
    phrase("pattern", r"(?:(?:must|can|may|should|do|does)(?: ?not|n't)|can't) (?:contain|have|include|start with|begin with|end with)\b(?! (?:the |any |enough |sufficient |necessary )?(?:permissions?|access|rights?|privileges?))|(?:contains|has) (?:invalid|illegal|forbidden|disallowed) characters?|(?:invalid|illegal|forbidden|disallowed) characters?", "^[A-Za-z][A-Za-z0-9]{3,11}$"),
    phrase("pattern", r"(?:must|should|has to|needs to) (?:start|begin) with (?:an? )?(?P<quote>[\"'`])(?P<prefix>[^\"'`]{1,40})(?P=quote)"),
    phrase("pattern", r"(?:must|should|has to|needs to) end (?:with|in) (?:an? )?(?P<quote>[\"'`])(?P<suffix>[^\"'`]{1,40})(?P=quote)"),
    phrase("pattern", r"(?:must|should) (?:start|begin) with an? letter", "^[A-Za-z][A-Za-z0-9]{3,11}$"),
    phrase("pattern", r"(?:match|matches) (?:the )?(?:required |expected )?(?:pattern|regex|regular expression)"),
)  # fmt: skip
