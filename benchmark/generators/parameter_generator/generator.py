"""`ParameterGenerator`: values for parameters, schemas and whole bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import SystemRandom
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.checks import satisfies
from benchmark.generators.parameter_generator.documented import Documented
from benchmark.generators.parameter_generator.drawing import Drawing, Level
from benchmark.generators.parameter_generator.members import Members, kind_of
from benchmark.generators.parameter_generator.reading import a_mapping, a_sequence, a_text
from benchmark.generators.parameter_generator.rules import ANYTHING, Rules
from benchmark.generators.parameter_generator.schemas import Schemas
from benchmark.generators.parameter_generator.words import Words
from benchmark.models import JsonSchema, MediaType, Parameter, RequestBody, Upload
from benchmark.wire.sample_files import file_name

# The keys of a parameter object that are no keywords of a schema (Swagger 2.0 mixes them).
_PARAMETER_KEYS = frozenset({"name", "in", "required", "description", "collectionFormat"})


class ParameterGenerator:
    """Makes realistic values that satisfy their schemas.

    The same seed gives the same values for the same calls in the same order, on any machine; only
    dates differ, because they lie a fixed number of days from today (UTC). Without a seed, each
    generator gives other values. `definitions` are what `$ref` leads to, `file_upload_size` is the
    size of files in bytes, and with `infer_meaning` off a name says nothing about its value.

    Where a schema cannot be satisfied, or only by a value beyond the limits of `limits`, the value
    is the nearest attempt. No schema, however wrong or hostile, raises an error.
    """

    def __init__(
        self,
        seed: int | None = None,
        definitions: Mapping[str, JsonSchema] | None = None,
        file_upload_size: int = 1024,
        infer_meaning: bool = True,
    ) -> None:
        self._schemas = Schemas(definitions)
        self._members = Members(self._schemas)
        self._documented = Documented(self._schemas)
        self._words = Words(SystemRandom().getrandbits(32) if seed is None else seed)
        self._file_size = file_upload_size
        self._infer = infer_meaning

    def generate_for_parameter(self, parameter: Parameter | Mapping[str, Any]) -> Any:
        """A value of a parameter, its style not yet applied.

        Takes our model or a raw parameter object of OpenAPI 3 or Swagger 2.0.
        """
        if isinstance(parameter, Parameter):
            name, schema = parameter.name, parameter.schema
            examples: Sequence[Any] = parameter.examples
            files = False
        else:
            name = a_text(parameter.get("name"))
            schema, examples = _raw_schema(parameter), _raw_examples(parameter)
            files = parameter.get("in") == "formData"
        return self._one(schema, name or "parameter", "typical", examples, files=files)

    def generate_for_schema(
        self, schema: JsonSchema, name: str = "", level: Level = "typical"
    ) -> Any:
        """A value of a schema.

        `level` is "minimal" (required members only), "typical" (also optional ones that are
        commonly sent: scalars, shallow ones, and those with a documented value), or "full" (all,
        to a bounded depth). Read-only members are never there.
        """
        return self._one(schema, name, level)

    def generate_for_body(
        self, body: MediaType | RequestBody | Mapping[str, Any], level: Level = "typical"
    ) -> Any:
        """The value of a request body as Python data.

        Files are `Upload`s, of the content type that the schema, the body's `encoding` or the name
        tells; in a body that cannot carry a file, such as JSON, they are text. Takes our model (of
        a `RequestBody` the best media type) or a raw object: a request body, a media type, or a
        body parameter of Swagger 2.0.
        """
        return self._body(_media_type(body), level, None)[0]

    def samples_for_body(
        self,
        body: MediaType | RequestBody | Mapping[str, Any],
        count: int,
        level: Level = "typical",
    ) -> tuple[Any, ...]:
        """As `samples`, with files and content types as in `generate_for_body`."""
        return self._body(_media_type(body), level, count)

    def samples(
        self,
        schema: JsonSchema,
        count: int,
        name: str = "",
        level: Level = "typical",
        examples: Sequence[Any] = (),
    ) -> tuple[Any, ...]:
        """`count` values that have the same shape (member names, lengths, branch) where possible.

        The valid ones of the given examples come first, then those of the schema. At most 1,000.
        """
        return self._samples(schema, count, name, level, examples)

    def is_valid(self, value: Any, schema: JsonSchema) -> bool:
        """Whether a value satisfies a schema, read-only members aside."""
        rules = self._schemas.read(schema)
        return bool(_or_none(lambda: satisfies(value, rules, self._schemas)))

    def _body(self, media_type: MediaType, level: Level, count: int | None) -> tuple[Any, ...]:
        """One value, or `count` samples."""
        content_type = media_type.content_type.partition(";")[0].strip().lower()
        if _is_file(content_type, self._schemas.read(media_type.schema)):
            upload = Upload(file_name(content_type), content_type, self._file_size)
            return (upload,) * (1 if count is None else count)
        schema, examples = media_type.schema, media_type.examples
        files = content_type.startswith("multipart/")
        encoding = {
            name: a_text(part["contentType"])
            for name, part in media_type.encoding.items()
            if a_text(a_mapping(part).get("contentType"))
        }
        if count is None:
            return (self._one(schema, "", level, examples, files=files, encoding=encoding),)
        return self._samples(schema, count, "", level, examples, files=files, encoding=encoding)

    def _samples(
        self,
        schema: JsonSchema,
        count: int,
        name: str,
        level: Level,
        examples: Sequence[Any],
        *,
        files: bool = True,
        encoding: Mapping[str, str] | None = None,
    ) -> tuple[Any, ...]:
        count = max(0, min(count, limits.MAX_COUNT))
        rules = self._schemas.read(schema)
        valid = self._valid(examples, rules, level)
        known = [value for value in valid if shape_of(value) == shape_of(valid[0])][:count]
        if known:
            # The examples are drawn, and varied, as if they stood in the schema.
            rules = replace(rules, examples=(*known, *rules.examples))
        values: list[Any] = []
        for index in range(count):
            value = self._draw(rules, name, level, index, files=files, encoding=encoding)
            if values and shape_of(value) != shape_of(values[0]):
                value = values[index % len(values)]
            values.append(value)
        return tuple(values)

    def _one(
        self,
        schema: Any,
        name: str,
        level: Level,
        examples: Sequence[Any] = (),
        *,
        files: bool = True,
        encoding: Mapping[str, str] | None = None,
    ) -> Any:
        rules = self._schemas.read(schema)
        if examples:
            valid = self._valid(examples, rules, level)
            if valid:
                return valid[0]
        return self._draw(rules, name, level, None, files=files, encoding=encoding)

    def _valid(self, examples: Sequence[Any], rules: Rules, level: Level) -> list[Any]:
        return list(_or_none(lambda: self._documented.valid(examples, rules, level)) or ())

    def _draw(
        self,
        rules: Rules,
        name: str,
        level: Level,
        index: int | None,
        *,
        files: bool = True,
        encoding: Mapping[str, str] | None = None,
    ) -> Any:
        drawing = Drawing(
            schemas=self._schemas,
            members=self._members,
            documented=self._documented,
            words=self._words,
            level=level,
            index=index,
            infer=self._infer,
            files=files,
            file_size=self._file_size,
            encoding=encoding,
        )
        return _or_none(lambda: drawing.draw(rules, name))


def shape_of(value: Any) -> Any:
    """What two samples have in common if they can be merged: names, lengths, kinds of value."""
    if isinstance(value, Mapping):
        return {key: shape_of(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape_of(item) for item in value]
    return "upload" if isinstance(value, Upload) else "value"


def _or_none(compute: Callable[[], Any]) -> Any:
    """The result, or None where schemas or examples are nested beyond Python's stack."""
    try:
        return compute()
    except RecursionError:
        return None


def _raw_schema(parameter: Mapping[str, Any]) -> Any:
    if "schema" in parameter:
        return parameter["schema"]
    for media_type in a_mapping(parameter.get("content")).values():
        return a_mapping(media_type).get("schema", True)
    return {key: value for key, value in parameter.items() if key not in _PARAMETER_KEYS}


def _raw_examples(raw: Mapping[str, Any]) -> list[Any]:
    examples = [raw["example"]] if "example" in raw else []
    given = raw.get("examples")
    if isinstance(given, Mapping):
        examples += [a_mapping(one)["value"] for one in given.values() if "value" in a_mapping(one)]
    else:
        examples += a_sequence(given)
    return examples


def _media_type(body: MediaType | RequestBody | Mapping[str, Any]) -> MediaType:
    if isinstance(body, MediaType):
        return body
    if isinstance(body, RequestBody):
        return body.media_types[0] if body.media_types else MediaType("application/json", True)
    content_type, raw = "application/json", body
    content = a_mapping(body.get("content"))
    if content:
        content_type = next((str(one) for one in content if _is_json(str(one))), "") or str(
            next(iter(content))
        )
        raw = a_mapping(content[content_type])
    return MediaType(
        content_type,
        raw.get("schema", True),
        tuple(_raw_examples(raw)),
        a_mapping(raw.get("encoding")),
    )


def _is_json(content_type: str) -> bool:
    content_type = content_type.partition(";")[0].strip().lower()
    return content_type in {"", "*/*", "text/json"} or content_type.endswith(("/json", "+json"))


def _is_file(content_type: str, rules: Rules) -> bool:
    """Whether the whole body is a file."""
    if _is_json(content_type) or content_type in {
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    }:
        return False
    main = content_type.partition("/")[0]
    if main in {"image", "audio", "video", "font"}:
        return True
    binary = rules.format == "binary" or bool(rules.content_type)
    unknown = rules is ANYTHING or kind_of(rules) in {"", "string"}
    return binary or (
        unknown
        and content_type
        in {
            "application/octet-stream",
            "application/pdf",
            "application/zip",
            "application/gzip",
            "text/csv",
        }
    )
