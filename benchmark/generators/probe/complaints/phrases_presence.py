"""Phrases about what is missing, what is too much, and what excludes each other."""
# ruff: noqa: E501  # one phrase, one line

from __future__ import annotations

from benchmark.generators.probe.complaints.phrases import NAME, QUOTED, phrase

_KIND = r"(?:field|parameter|param|propert(?:y|ie)|member|key|attribute|argument|header|cookie|query parameter|query string parameter|path parameter|request parameter|form field|option|input)s?"
_GIVEN = (
    r"(?:provided|specified|given|set|supplied|present|passed|included|sent|filled(?: in)?|defined)"
)
_LIST = r"(?P<list>[\w$.\-'\"`\[\](), |/]{2,200}?)"
_ABSENT = r"(?:null|blank|empty|nil|none|undefined|missing|absent|left blank|left empty|an empty string)(?: or (?:null|blank|empty|undefined|missing))?"

BODY = (
    phrase("format", r"\b(?:can ?not|could not|can't) be (?:decoded|parsed|read|loaded) (?:by|as|with|into) json\b|\bjson not valid\b", "json"),
    phrase("required", r"request body is (?:missing|required|empty)|(?:missing|empty|no) (?:request )?body|non-empty request body is required|body (?:is|must) (?:required|missing|not be empty|not be null|be present|be provided)|body (?:can ?not|can't|may not|should not) be (?:empty|null|blank)|no (?:json|input|request) (?:data|body|payload)(?: was)?(?: provided)?|no json\b|(?:missing|empty|no) payload|payload is (?:required|missing|empty)|unexpected end of (?:json )?(?:input|file)|EOF while parsing|expecting value: line 1 column 1|request must be json|missing json", whole=True),
    phrase("type", r"(?:request )?body (?:must|should) be (?:an? )?(?:valid )?(?:json )?object|expected a (?:json )?object (?:as|in) (?:the )?(?:request )?body", "object", whole=True),
    phrase("type", r"(?:request )?body (?:must|should) be (?:an? )?(?:json )?(?:array|list)", "array", whole=True),
    phrase("format", r"invalid character '.{1,6}' (?:looking|in|after)|unexpected token .{1,20} in json|(?:invalid|malformed|bad) json(?: body| payload| in request body)?$|(?:json|request body|payload) (?:parse error|could not be parsed|is not valid json|must be (?:valid )?json)|json decode error|failed to (?:decode|parse) (?:the )?(?:json|request body)|body (?:is not|isn't|must be) (?:valid )?json|not valid json$", "json", whole=True),
)  # fmt: skip

EITHER = (
    phrase("either", rf"(?:at least|exactly|only|just|either) one of(?: the (?:following )?(?:{_KIND}|values|options)?:?)? ?{_LIST} (?:is|are|must|should|may|can|needs?|has|have|required|expected)\b"),
    phrase("either", rf"(?:must|should) (?:contain|include|have|provide|specify|supply) (?:at least|exactly|only) one of(?: the following)?(?: {_KIND})?:? ?(?P<list>.{{2,200}}?)\.?$"),
    phrase("either", rf"(?:provide|specify|supply|pass|set|send|use|give|include) (?:either|(?:at least|exactly|only|any|just) one of|one of)(?: the following)?(?: {_KIND})?:? ?(?P<list>.{{2,200}}?)\.?$"),
    phrase("either", r"(?:specify|provide|give|set|choose|select|pass|use|need|require)s? (?:exactly |only |just |at least )?(?:an?|one|1)(?: of the)?(?: \w{1,20})? (?:option|field|parameter|argument|alternative|value|member)s?:? ?\((?:e\.g\. )?(?P<list>[^()]{2,200})\)"),
    phrase("either", rf"\bone of {_LIST} (?:is required|must be {_GIVEN}|should be {_GIVEN}|has to be {_GIVEN}|needs to be {_GIVEN}|are required|required)\b"),
    phrase("either", rf"either {_LIST} (?:is|are|must be|should be|has to be|needs to be|have to be) (?:required|{_GIVEN})"),
    phrase("either", rf"(?:provide|specify|supply|pass|send) {_LIST},? (?:but )?not both"),
    phrase("either", rf"(?:can ?not|can't|must not|may not|should not|do not|don't) (?:be )?(?:use|specify|provide|set|pass|combine|send|have|supply|include)d? both {_LIST}(?: together| at the same time| simultaneously)?\.?$"),
    phrase("either", rf"^(?:the )?(?:{_KIND} )?{_LIST} (?:are mutually exclusive|can ?not be (?:used|specified|set|combined|given|provided|present) (?:together|at the same time|simultaneously)|cannot both be)"),
    phrase("either", r"contains a conflict between (?:optional )?exclusive peers (?P<list>.{2,120})$"),
    phrase("either", r"conflicting (?:options|parameters|fields|arguments):? (?P<list>.{2,120})$"),
    phrase("either", rf"^(?P<list>[\w.'\"`]{{1,60}}(?: or [\w.'\"`]{{1,60}}){{1,4}}) (?:is|are|must be|should be|has to be|needs to be) (?:required|{_GIVEN})"),
)  # fmt: skip

UNEXPECTED = (
    phrase("unexpected", rf"^(?:value error, |the )?{NAME} (?:is|was|are) {_GIVEN},? but {NAME.replace('field>', 'noun>')} (?:is|was|are) (?:not {_GIVEN}|none|null|missing|empty|undefined|unset|not\b)"),
    phrase("unexpected", r"additional properties are not allowed \((?P<names>.{1,300}?) (?:was|were) unexpected"),
    phrase("unexpected", r"(?:additional|extra|unevaluated) (?:properties|fields|inputs?|keys|items)\b.{0,24}\bnot (?:allowed|permitted|expected)"),
    phrase("unexpected", r"must not have (?:additional|unevaluated) properties|should not have additional properties"),
    phrase("unexpected", r"unrecognized key\(?s?\)?(?: in object)?:? (?P<names>.{1,300})$"),
    phrase("unexpected", r"found unpermitted parameters?: (?P<names>.{1,300})$"),
    phrase("unexpected", rf"(?:unknown|unrecogni[sz]ed|unexpected|unsupported|undefined|illegal|disallowed|forbidden|superfluous|extra|extraneous|invalid) (?:keyword |query |json |body |request |input |form )?{_KIND}(?: name)?:? {NAME}"),
    phrase("unexpected", r"could not find member " + QUOTED),
    phrase("unexpected", rf"(?:got an )?unexpected keyword argument {QUOTED}"),
    phrase("unexpected", rf"^(?:unknown|unrecogni[sz]ed|unexpected|extra|undefined) (?:{_KIND})\b(?! (?:error|end|token))"),
    phrase("unexpected", rf"\bproperty {NAME} should not exist"),
    phrase("unexpected", rf"is not (?:a|an) (?:known|recogni[sz]ed|valid|allowed|accepted|supported|expected) {_KIND}\b"),
    phrase("unexpected", rf"(?:(?:must|may|should|can)(?: ?not|n't)|can't) be {_GIVEN}\b|(?:is|are) (?:read-?only|not permitted|not editable|immutable)|(?:can ?not|can't) be (?:changed|updated|modified)|(?:is|are) not (?:a )?writ(?:e)?able"),
    phrase("unexpected", rf"{NAME} (?:{_KIND} )?is (?:for |reserved for )?internal use only|{NAME.replace('field>', 'noun>')} (?:{_KIND} )?is reserved\b"),
    phrase("unexpected", rf"\b(?:do|does|did|can|will)(?: ?not|n't) (?:accept|take|allow|support|permit|expect) (?:an? |any |the )?{NAME}\.?$"),
    phrase("unexpected", r"^\"[^\"]{1,80}\" is not allowed[.!]?$|^is not allowed[.!]?$"),
)  # fmt: skip

REQUIRED = (
    phrase("required", rf"(?:must|can only|should|may only) be {_GIVEN} (?:together |in combination )?with (?:an? |the )?(?P<field>[a-z][\w ]{{0,40}})\.?$"),
    phrase("required", r"not null constraint failed: ?(?:\w{1,60}\.)?(?P<field>\w{1,60})"),
    phrase("required", r"must have required propert(?:y|ies) (?P<names>.{1,200})$"),
    phrase("required", rf"{QUOTED} is a required (?:property|field|parameter|argument)"),
    phrase("required", rf"missing (?:the )?(?:required |mandatory )?(?:{_KIND}|positional argument|value|data)(?: for| named| in \w+)?:? ?(?P<names>[\"'`:\w\[(][\w$.\-'\"`:\[\](), ]{{0,200}}?)(?: (?:at line|in|from|of type)\b.*)?\.?$"),
    phrase("required", rf"required (?:request |query |path |body |header |cookie |url |form |string )?(?:{_KIND}|header|part|variable|cookie):? {QUOTED}"),
    phrase("required", rf"required {_KIND}(?: (?:is|are) missing)?:? (?P<names>[\w$.\-'\"`\[\](), ]{{1,200}})$"),
    phrase("required", r"missing required creator property " + QUOTED),
    phrase("required", rf"missing (?:required )?(?:{_KIND}):? {NAME}"),
    phrase("required", rf"missing (?:the )?(?:required |mandatory )?{NAME}(?: (?:{_KIND}))?\.?$"),
    phrase("required", r"missing data for required field"),
    phrase("required", rf"(?:(?:must|should|shall|may|can)(?: ?not|n't)|can't) be {_ABSENT}\b|cannot be {_ABSENT}\b"),
    phrase("required", rf"(?:must|should|has to|have to|needs? to|shall) be (?:{_GIVEN}|non-?(?:empty|blank|null)|not (?:blank|empty|null))\b"),
    phrase("required", rf"(?:is|are|was|were) (?:a )?(?:required|mandatory|missing|not {_GIVEN}|undefined|empty|blank|null|absent|compulsory|needed)\b|not {_GIVEN}$|isn't {_GIVEN}"),
    phrase("required", rf"(?:must|should) (?:have|include|contain|provide|specify|supply) (?:an? |the |at least )?(?:{_KIND} )?{QUOTED}"),
    phrase("required", rf"^(?:please )?(?:you must |must )?(?:provide|specify|enter|supply|include) (?:an? |the |your )?(?:{_KIND} )?{NAME}(?: (?:{_KIND}))?[.!]?$"),
    phrase("required", rf"^no {NAME} (?:was |were )?{_GIVEN}"),
    phrase("required", r"received undefined|expected .{1,40}, but (?:got|received) (?:undefined|none|null|nothing)"),
    phrase("required", r"none is not an allowed value|input should not be none|null value (?:was )?(?:not allowed|in column \"(?P<field>\w{1,60})\")"),
    phrase("required", r"\bfield required\b|^required(?: field| property| value)?[.!]?$|this field (?:is required|may not be (?:null|blank))|expected a value"),
    phrase("required", r"must have (?:an? )?value\b|must not be nil|(?:is|may not be) not nullable|required (?:when|if|unless|for|with)\b|\brequired[.!]?$"),
)  # fmt: skip
