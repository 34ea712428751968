"""Machine-readable codes of validators, and the rules that they mean."""
# ruff: noqa: E501  # codes in running lines

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.generators.naming import plain
from benchmark.generators.probe.complaints.complaint import Rule

_PYDANTIC = """
missing required | missing_argument required | none_required unexpected
string_type type string | string_sub_type type string | string_unicode type string
int_type type integer | int_parsing type integer | int_from_float type integer
int_parsing_size maximum | float_type type number | float_parsing type number
finite_number type number | bool_type type boolean | bool_parsing type boolean
list_type type array | tuple_type type array | set_type type array | iterable_type type array
dict_type type object | mapping_type type object | model_type type object
model_attributes_type type object | dataclass_type type object | bytes_type type string
decimal_type type number | decimal_parsing type number | decimal_max_digits maximum
enum enum expected | literal_error enum expected | union_tag_invalid enum expected_tags
union_tag_not_found required | greater_than exclusive_minimum gt | greater_than_equal minimum ge
less_than exclusive_maximum lt | less_than_equal maximum le | multiple_of multiple_of multiple_of
string_too_short min_length min_length | string_too_long max_length max_length
too_short min_items min_length | too_long max_items max_length
bytes_too_short min_length min_length | bytes_too_long max_length max_length
string_pattern_mismatch pattern pattern | extra_forbidden unexpected
json_invalid format json | json_type format json | uuid_type format uuid | uuid_parsing format uuid
uuid_version format uuid | url_type format uri | url_parsing format uri | url_scheme format uri
url_syntax_violation format uri | date_type format date | date_parsing format date
date_from_datetime_parsing format date | date_from_datetime_inexact format date
date_past past | date_future future | datetime_past past | datetime_future future
datetime_type format date-time | datetime_parsing format date-time
datetime_from_date_parsing format date-time | timezone_aware format date-time
time_type format time | time_parsing format time | time_delta_type format duration
time_delta_parsing format duration
value_error.missing required | type_error.none.not_allowed required | type_error.integer type integer
type_error.float type number | type_error.decimal type number | type_error.str type string
type_error.bool type boolean | type_error.list type array | type_error.dict type object
value_error.str.regex pattern pattern | type_error.enum enum enum_values
value_error.const enum permitted | value_error.any_str.min_length min_length limit_value
value_error.any_str.max_length max_length limit_value | value_error.list.min_items min_items limit_value
value_error.list.max_items max_items limit_value | value_error.number.not_gt exclusive_minimum limit_value
value_error.number.not_ge minimum limit_value | value_error.number.not_lt exclusive_maximum limit_value
value_error.number.not_le maximum limit_value | value_error.number.not_multiple multiple_of multiple_of
value_error.email format email | type_error.uuid format uuid | value_error.date format date
value_error.datetime format date-time | value_error.url format uri | value_error.url.scheme format uri
value_error.extra unexpected | value_error.jsondecode format json | value_error.json format json
"""

_JSON_SCHEMA = """
additionalproperties unexpected additionalProperty | unevaluatedproperties unexpected
minlength min_length limit | maxlength max_length limit | minitems min_items limit
maxitems max_items limit | exclusiveminimum exclusive_minimum limit
exclusivemaximum exclusive_maximum limit | minimum minimum limit | maximum maximum limit
const enum allowedValue | multipleof multiple_of multipleOf | pattern pattern pattern
format format format | required required | dependentrequired required | type type type
"""

_ZOD = """
unrecognized_keys unexpected | invalid_enum_value enum options | invalid_value enum values
invalid_literal enum expected | not_multiple_of multiple_of multipleOf
invalid_date format date-time
"""

_JOI = """
any.required required | string.empty required | any.unknown unexpected | object.unknown unexpected
any.only enum valids | string.base type string | number.base type number
number.integer type integer | boolean.base type boolean | array.base type array
object.base type object | date.base format date-time | date.format format date-time
string.min min_length limit | string.max max_length limit | array.min min_items limit
array.max max_items limit | number.min minimum limit | number.max maximum limit
number.greater exclusive_minimum limit | number.less exclusive_maximum limit
number.positive exclusive_minimum | number.multiple multiple_of multiple
string.email format email | string.guid format uuid | string.uri format uri
string.isodate format date-time | string.alphanum pattern | string.pattern.base pattern regex
object.missing either peers | object.xor either peers | object.oxor either peers
"""

_SPRING = """
notnull required | notblank required | notempty required | nullvalue required
email format email | past past | pastorpresent past | future future | futureorpresent future
uuid format uuid | url format uri
"""

_RAILS = """
blank required | empty required | taken not_unique | too_short min_length count
too_long max_length count | inclusion enum | not_a_number type number | not_an_integer type integer
greater_than_or_equal_to minimum count | less_than_or_equal_to maximum count
missing_field required | already_exists not_unique
not_unique not_unique | unique not_unique | does_not_exist not_found | not_found not_found
"""


def _read(*families: str) -> dict[str, tuple[Rule, str]]:
    table: dict[str, tuple[Rule, str]] = {}
    for family in families:
        for entry in family.replace("\n", "|").split("|"):
            if entry.strip():
                code, rule, *value = entry.split()
                table[plain(code)] = (rule, value[0] if value else "")  # type: ignore[assignment]  # the tables hold rules only
    return table


CODES: Mapping[str, tuple[Rule, str]] = _read(_RAILS, _SPRING, _JOI, _ZOD, _JSON_SCHEMA, _PYDANTIC)
"""By code, as `plain` spells it: the rule, and the member of the context that holds its value.

For the rules "type" and "format" that is the type or format itself, or the name of a member.
"""


def rule_of(code: str) -> tuple[Rule, str] | None:
    """What a code means; of a code with several parts (`Size.user.name`), the first one counts."""
    found = CODES.get(plain(code))
    return found or (CODES.get(plain(code.partition(".")[0])) if code[:1].isupper() else None)


def zod_rule(code: str, entry: Mapping[str, Any]) -> tuple[Rule, Any] | None:
    """What the codes of Zod mean whose rule depends on the other members of the issue."""
    kind = entry.get("type", entry.get("origin"))
    inclusive = entry.get("inclusive", True) is not False
    if code in {"too_small", "too_big"}:
        low = code == "too_small"
        bound = entry.get("minimum" if low else "maximum")
        if kind == "string":
            return ("min_length" if low else "max_length"), bound
        if kind in {"array", "set"}:
            return ("min_items" if low else "max_items"), bound
        if kind == "date":
            return ("future" if low else "past"), None
        if kind is None:
            return None
        rules: tuple[Rule, Rule] = (
            ("minimum", "exclusive_minimum") if low else ("maximum", "exclusive_maximum")
        )
        return rules[0 if inclusive else 1], bound
    if code == "invalid_type":
        if entry.get("received") in {"undefined", "null"}:
            return "required", None
        return "type", entry.get("expected")
    if code in {"invalid_string", "invalid_format"}:
        name = entry.get("validation", entry.get("format"))
        if name == "regex":
            return ("pattern", entry.get("pattern")) if entry.get("pattern") else None
        return "format", name
    return None
