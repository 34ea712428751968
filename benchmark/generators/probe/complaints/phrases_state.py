"""Phrases about time, about equal fields, about what is there already or not, and who asks."""
# ruff: noqa: E501  # one phrase, one line

from __future__ import annotations

from benchmark.generators.probe.complaints.phrases import NAME, phrase

_NOW = r"(?:now|today|the current (?:date|time|datetime|moment)|current (?:date|time)|the present|yesterday|tomorrow)"
_MUST = r"(?:must|should|has to|have to|needs? to|shall)(?: be)?(?: a| an| set| at least)*(?: date| time| moment| timestamp| value)?(?: that (?:is|lies))?"
_NOT = r"(?:not|n't|cannot|can not)(?: be)?(?: set)?(?: a)?(?: date| time| moment)?"

MOMENTS = (
    phrase("past", rf"{_MUST} (?:strictly )?in the past|{_MUST} (?:or equal to )?(?:before|earlier than|prior to|older than|no later than|on or before) {_NOW}|(?:must|should) be a past\b|date in the past or (?:in the )?present"),
    phrase("future", rf"{_MUST} (?:strictly )?in the (?:near )?future|{_MUST} (?:or equal to )?(?:after|later than|past|newer than|on or after|no earlier than) {_NOW}|(?:must|should) be a future\b|date in the (?:present or (?:in the )?)?future"),
    phrase("past", rf"{_NOT} (?:in the future|later than {_NOW}|after {_NOW}|future date)|is (?:too far )?in the future|(?:future (?:dates?|times?) (?:is|are) not)|\bdate from the future"),
    phrase("future", rf"{_NOT} (?:in the past|earlier than {_NOW}|before {_NOW}|past date)|is (?:already |too far )?in the past|has already (?:passed|expired|ended)|(?:past (?:dates?|times?) (?:is|are) not)|(?:date|time) (?:is|has) (?:already )?(?:past|expired|passed)"),
)  # fmt: skip

ORDERS = (
    phrase("future", rf"(?:must|should|has to|needs to|can ?not|can't|may not|must not)(?: only)? (?:be |come |lie |occur |fall |start |end |happen )?(?:strictly |on or )?(?:after|later than|greater than or equal to|greater than|more than|exceed) (?:or equal to )?(?:the )?(?:value of )?{NAME}(?: (?:date|time))?[.!]?$"),
    phrase("past", rf"(?:must|should|has to|needs to) (?:be |come |lie |occur |fall |start |end |happen )?(?:strictly |on or )?(?:before|earlier than|prior to|less than or equal to|less than) (?:or equal to )?(?:the )?(?:value of )?{NAME}(?: (?:date|time))?[.!]?$"),
    phrase("future", rf"(?:is|must not be|cannot be|can't be|may not be) (?:before|earlier than|less than|prior to) (?:the )?{NAME}(?: (?:date|time))?[.!]?$"),
    phrase("past", rf"(?:is|must not be|cannot be|can't be|may not be) (?:after|later than|greater than) (?:the )?{NAME}(?: (?:date|time))?[.!]?$"),
)  # fmt: skip
"""In those with a field, the group names what the subject is compared with."""

SAME = (
    phrase("same", r"(?:passwords?|e-?mails?|emails? addresses|pins?|fields|values|two password fields) (?:fields )?(?:do not|don't|did not|didn't|must|should|does not|doesn't) match\b"),
    phrase("same", rf"(?<!\w)confirmation (?:field )?(?:does not|doesn't|must|do not|should) match(?: {NAME})?"),
    phrase("same", rf"(?:must|should|has to|needs to|does not|doesn't|do not|don't) (?:match|equal|be equal to|be the same as|be identical to|be the same value as) (?:the )?(?:value of )?(?:field )?{NAME}(?: (?:field|value))?[.!]?$"),
    phrase("same", r"(?:must|should) (?:be (?:the same|identical|equal)|match)[.!]?$|are not (?:the same|equal|identical)"),
)  # fmt: skip

UNIQUE = (
    phrase("not_unique", r"unique constraint failed: (?:\w{0,60}\.)?(?P<field>\w{1,60})"),
    phrase("not_unique", r"key \((?P<field>\w{1,60})\)=\(.{0,200}\) already exists"),
    phrase("not_unique", r"duplicate (?:key|entry|value|record)[^.]{0,80}|E11000"),
    phrase("not_unique", r"(?:has |have |was |is |are )?(?:already|previously) (?:been )?(?:exists?|existing|taken|in use|used|registered|created|present|defined|assigned|claimed|reserved|added|known|occupied|signed up|stored|has an? |booked)"),
    phrase("not_unique", r"(?:must|should|has to|needs to|to) be unique|is (?:not unique|taken|in use)\b|not unique|isn't unique|\bduplicated?\b|name conflict|must make a unique set|conflicts with (?:an )?existing|is not available\b|uniqueness"),
)  # fmt: skip

_NOUN = r"(?P<noun>[A-Za-z][\w-]{0,40}(?: [a-z][\w-]{0,40}){0,2}?)"

NOT_FOUND = (
    phrase("not_found", r"key \((?P<field>\w{1,60})\)=\(.{0,200}\) is not present in table \"(?P<noun>\w{1,60})\""),
    phrase("not_found", r"violates foreign key constraint|foreign key constraint (?:failed|fails)|invalid foreign key|foreign key is (?:invalid|not valid)"),
    phrase("not_found", rf"(?:could ?n[o']t|can ?not|can't|unable to|failed to|did not|didn't) (?:find|locate|resolve|look up)(?: an?| the| any)? (?:existing |matching |valid )?{_NOUN}(?: (?:with|by|for|named|of|in|using|matching|where|from)\b|[\"'`:#.(]| \d|$)"),
    phrase("not_found", rf"\bno (?:such |matching |existing )?{_NOUN} (?:was |were |could be |is |are )?(?:found|exists?|matches|available|matching|with (?:that|this|the given|id))"),
    phrase("not_found", r"\bno (?:such )(?P<noun>[A-Za-z][\w-]{0,40})|\bunknown (?!field|key|param|prop|attr|arg|error|variant|option)(?P<text>[A-Za-z][\w-]{0,40})(?=[ :#]|$)"),
    phrase("not_found", r"(?:does not|doesn't|do not|don't|did not) exist\b|(?:was|is|were|are|has|could) ?(?:not|n't) (?:been |be )?found|\bnot found\b|isn't found|(?:was|has been|is) (?:already )?(?:deleted|gone)\b|object does not exist|must (?:already )?exist\b|non-?existent|not exist\b"),
    phrase("not_found", rf"must (?:reference|refer to|point to|be) an? (?:existing|known) {_NOUN}(?=[.!,]|$)"),
    phrase("not_found", r"invalid (?P<noun>[a-z]\w{0,30})[ _]?(?:id|identifier|reference)\b"),
)  # fmt: skip

CREDENTIALS = (
    phrase("credentials", r"\b(?:unauthori[sz]ed|unauthenticated|not authenticated|not authori[sz]ed|access (?:is )?denied|permission denied|forbidden|insufficient (?:permissions?|privileges?|scope|rights))\b"),
    phrase("credentials", r"authentication (?:credentials|required|is required|failed|token)|(?:log|sign)(?:ged)? ?in (?:to|first|required|is required)|must be (?:logged|signed) in|login required|(?:do not|don't) have (?:the )?(?:permission|access|right|rights|privileges)"),
    phrase("credentials", r"(?:invalid|missing|expired|no|bad|incorrect|wrong) (?:or expired |or missing )?(?:access |bearer |auth |authentication |authorization |jwt |security |session |csrf )?(?:token|jwt|credentials|api[ -]?key|authorization header|session|signature)|api[ -]?key (?:is )?(?:required|missing|invalid)|token (?:is |has )?(?:invalid|expired|missing|required)|only (?:admins?|administrators?|owners?)"),
    phrase("credentials", r"(?:invalid|wrong|incorrect|bad) (?:user ?name|e-?mail|login|user)(?: address)? (?:or|and|/) password|invalid login|incorrect password|wrong password"),
)  # fmt: skip
