"""The last gate before a locustfile is written: its syntax tree holds nothing but what we write.

The renderer puts document text into the source only as literals, comments and docstrings. Should
it ever fail to, the result would not pass here: the tree must be the one that this grammar allows.

    file       docstring, imports, body*, class*
    body       name = Body(template)
    template   plain data with calls of the engine's markers in it
    class      ApiUser's: docstring, settings, methods
    method     (self) with @task(…) or @deletes(…): docstring, statements
    statement  [name =] self.client.get(…), self.need(…), resource.of(…) and their like,
               or name = what an argument of theirs may be
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.errors import BenchmarkError

ALLOWED_IMPORTS = {
    "locust": frozenset({"between", "task"}),
    "benchmark.engine": frozenset(
        "ApiUser Body any_of clock deletes file_of unique unique_email unique_number "
        "unique_uuid".split()
    ),
}
_IMPORTED = frozenset().union(*ALLOWED_IMPORTS.values())
MARKERS = _IMPORTED - {"ApiUser", "Body", "between", "deletes", "task"}
_SETTINGS = frozenset("abstract api_key seed sign_in_per_user strategy weight".split())
VERBS = frozenset(
    "authorize clear echo find fresh given keep keep_account need new new_json own_address peek "
    "pick take value".split()
)
_VALUE_VERBS = frozenset("echo given new new_json own_address pick value".split())
_NO_METHODS = VERBS | frozenset("after_answer current_access own_account sign_in_anew".split())
_METHODS = frozenset("get post put patch delete head options request".split())


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that mean something at a place: the file's bodies, a class's methods, variables."""

    bodies: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    variables: set[str] = field(default_factory=set)


def check_source(source: str) -> None:
    """Raise BenchmarkError unless the source is a locustfile such as our renderer writes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(f"it does not parse ({error})") from error
    bodies: set[str] = set()
    for node in _without_docstring(tree.body):
        if isinstance(node, ast.ImportFrom):
            _require(_is_import(node), node)
        elif isinstance(node, ast.Assign):
            name = _assigned(node)
            _require(_is_call_of(node.value, "Body") and _is_template(node.value), node)
            _require(name not in _IMPORTED and name not in bodies, node)
            bodies.add(name)
        else:
            _check_class(node, frozenset(bodies))


def _is_import(node: ast.ImportFrom) -> bool:
    allowed = ALLOWED_IMPORTS.get(node.module or "", frozenset())
    return node.level == 0 and all(a.name in allowed and a.asname is None for a in node.names)


def _check_class(node: ast.stmt, bodies: frozenset[str]) -> None:
    _require(isinstance(node, ast.ClassDef), node)
    assert isinstance(node, ast.ClassDef)
    _require([ast.dump(base) for base in node.bases] == [_NAME_OF_BASE], node)
    _require(not node.keywords and not node.decorator_list and not _is_generic(node), node)
    _require(node.name not in _IMPORTED, node)
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    names = [method.name for method in methods]
    known = frozenset(names)
    _require(len(known) == len(names), node)
    for one in _without_docstring(node.body):
        if isinstance(one, ast.FunctionDef):
            _check_method(one, _Names(bodies, known))
        else:
            _require(isinstance(one, ast.Assign) and _is_setting(one), one)


def _is_setting(node: ast.Assign) -> bool:
    name, value = _assigned(node), node.value
    if name == "wait_time":
        return _is_call_of(value, "between") and _is_plain_call(value)
    return name in _SETTINGS and _is_literal(value)


def _check_method(node: ast.FunctionDef, names: _Names) -> None:
    plain = ast.dump(node.args) == _ONLY_SELF and node.returns is None and not _is_generic(node)
    _require(plain and not node.name.startswith("_") and node.name not in _NO_METHODS, node)
    for decorator in node.decorator_list:
        known = _is_call_of(decorator, "task") or _is_call_of(decorator, "deletes")
        _require(known and _is_plain_call(decorator), decorator)
    for statement in _without_docstring(node.body):
        _require(isinstance(statement, ast.Assign | ast.Expr), statement)
        assert isinstance(statement, ast.Assign | ast.Expr)
        assigns = isinstance(statement, ast.Assign)
        value = statement.value
        _require(_is_action(value, names) or (assigns and _is_value(value, names)), statement)
        if isinstance(statement, ast.Assign):
            name = _assigned(statement)
            _require(name not in names.bodies and name != "self", statement)
            names.variables.add(name)


# ── expressions ───────────────────────────────────────────────────────────────────────────────


def _is_action(node: ast.expr, names: _Names) -> bool:
    """A call that a method makes: a request, a verb, or the way to a resource's parent."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    holder, verb = node.func.value, node.func.attr
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if any(keyword.arg is None for keyword in node.keywords):
        return False
    if _is_name(holder, "self"):
        known = verb in VERBS
        return known and all(_is_value(v, names) or _is_method(v, names) for v in values)
    if isinstance(holder, ast.Attribute):
        client = _is_name(holder.value, "self") and holder.attr == "client"
        return client and verb in _METHODS and all(_is_value(v, names) for v in values)
    resource = _is_variable(holder, names) or _is_action(holder, names)
    return verb == "of" and resource and all(_is_literal(v) for v in values)


def _is_value(node: ast.expr, names: _Names) -> bool:
    """What an argument may be."""
    if isinstance(node, ast.Dict):
        keys = all(key is not None and _is_literal(key) for key in node.keys)
        return keys and all(_is_value(value, names) for value in node.values)
    if isinstance(node, ast.List | ast.Tuple):
        return all(_is_value(item, names) for item in node.elts)
    if isinstance(node, ast.Subscript):
        return _is_holder(node.value, names) and _is_literal(node.slice)
    if isinstance(node, ast.Call):
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return _is_marker(node) or (verb in _VALUE_VERBS and _is_action(node, names))
    return _is_literal(node) or _is_variable(node, names) or _is_body(node, names)


def _is_holder(node: ast.expr, names: _Names) -> bool:
    """What has members: a variable, one of its members, a file, the account."""
    if isinstance(node, ast.Subscript):
        return _is_holder(node.value, names) and _is_literal(node.slice)
    if isinstance(node, ast.Attribute):
        return _is_name(node.value, "self") and node.attr == "own_account"
    return _is_variable(node, names) or _is_marker(node)


def _is_template(node: ast.expr) -> bool:
    """What a body is made of; the call of `Body` itself included."""
    if isinstance(node, ast.Dict):
        keys = all(key is not None and _is_literal(key) for key in node.keys)
        return keys and all(_is_template(value) for value in node.values)
    if isinstance(node, ast.List):
        return all(_is_template(item) for item in node.elts)
    if _is_call_of(node, "Body"):
        assert isinstance(node, ast.Call)
        return not node.keywords and len(node.args) == 1 and _is_template(node.args[0])
    return _is_marker(node) or _is_literal(node)


def _is_marker(node: ast.expr) -> bool:
    return any(_is_call_of(node, marker) for marker in MARKERS) and _is_plain_call(node)


def _is_plain_call(node: ast.expr) -> bool:
    """A call with nothing but plain data in it."""
    assert isinstance(node, ast.Call)
    named = all(keyword.arg is not None for keyword in node.keywords)
    return named and all(_is_literal(v) for v in (*node.args, *(k.value for k in node.keywords)))


def _is_literal(node: ast.expr) -> bool:
    """Plain data: None, booleans, numbers, text, and lists, tuples and dicts of them."""
    if isinstance(node, ast.UnaryOp):
        number = isinstance(node.operand, ast.Constant)
        return isinstance(node.op, ast.USub) and number and _is_literal(node.operand)
    if isinstance(node, ast.Dict):
        keys = all(key is not None and _is_literal(key) for key in node.keys)
        return keys and all(_is_literal(value) for value in node.values)
    if isinstance(node, ast.List | ast.Tuple):
        return all(_is_literal(item) for item in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None)


def _is_call_of(node: ast.expr, function: str) -> bool:
    return isinstance(node, ast.Call) and _is_name(node.func, function)


def _is_method(node: ast.expr, names: _Names) -> bool:
    """Another task of the same class, as in `self.need("item", self.create_item)`."""
    own = isinstance(node, ast.Attribute) and _is_name(node.value, "self")
    return own and isinstance(node, ast.Attribute) and node.attr in names.methods


def _is_variable(node: ast.expr, names: _Names) -> bool:
    return isinstance(node, ast.Name) and node.id in names.variables


def _is_body(node: ast.expr, names: _Names) -> bool:
    return isinstance(node, ast.Name) and node.id in names.bodies


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _assigned(node: ast.Assign) -> str:
    """The one plain name that is assigned to."""
    target = node.targets[0]
    plain = len(node.targets) == 1 and isinstance(target, ast.Name)
    _require(plain and isinstance(target, ast.Name) and not target.id.startswith("_"), node)
    assert isinstance(target, ast.Name)
    return target.id


def _is_generic(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return bool(getattr(node, "type_params", ()))  # Python 3.12 and later


def _without_docstring(statements: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    first = statements[0] if statements else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return statements[1:] if isinstance(first.value.value, str) else statements
    return statements


_NAME_OF_BASE = ast.dump(ast.Name("ApiUser", ast.Load()))
_ONLY_SELF = ast.dump(ast.arguments([], [ast.arg("self")], None, [], [], None, []))


def _require(allowed: bool, node: ast.AST) -> None:
    if not allowed:
        raise _refused(f"{type(node).__name__} in line {getattr(node, 'lineno', 0)}")


def _refused(what: str) -> BenchmarkError:
    return BenchmarkError(
        f"The generated locustfile was not written: {what} is nothing that belongs there",
        "this is a fault of stress-api or an attack in the API document; please report it",
    )
