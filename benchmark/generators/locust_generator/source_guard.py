"""The last gate before a locustfile is written: its syntax tree holds nothing but what we write.

The renderer puts document text into the source only as literals, comments and docstrings. Should
it ever fail to, the result would not pass here: every node, import, decorator and call is compared
with a short list.
"""

from __future__ import annotations

import ast

from benchmark.errors import BenchmarkError

ALLOWED_IMPORTS = {
    "locust": frozenset({"between", "task"}),
    "benchmark.engine": frozenset(
        "ApiUser Body any_of clock deletes file_of unique unique_email unique_number "
        "unique_uuid".split()
    ),
}
_VERBS = frozenset("new keep need find take pick".split())
_METHODS = frozenset("get post put patch delete head options request".split())
_NODES = (
    ast.Module, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg,
    ast.Assign, ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Subscript, ast.Load,
    ast.Store, ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.UnaryOp, ast.USub,
)  # fmt: skip
_FUNCTIONS = frozenset().union(*ALLOWED_IMPORTS.values())
_CLASS_NAMES = frozenset({"abstract", "api_key", "seed", "wait_time", "weight"})


def check_source(source: str) -> None:
    """Raise BenchmarkError unless the source is a locustfile such as our renderer writes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(f"it does not parse ({error})") from error
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise _refused(f"{type(node).__name__} in line {getattr(node, 'lineno', 0)}")
        _check_node(node)


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names if alias.asname is None}
        if len(names) != len(node.names) or not names <= ALLOWED_IMPORTS.get(
            node.module or "", set()
        ):
            raise _refused(f"import in line {node.lineno}")
    elif isinstance(node, ast.Call):
        if not _may_be_called(node.func):
            raise _refused(f"call in line {node.lineno}")
    elif isinstance(node, ast.ClassDef):
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        if bases != ["ApiUser"] or node.keywords or node.decorator_list:
            raise _refused(f"class in line {node.lineno}")
    elif isinstance(node, ast.FunctionDef):
        decorators = all(isinstance(d, ast.Call) for d in node.decorator_list)
        if (
            [arg.arg for arg in node.args.args] != ["self"]
            or node.name.startswith("_")
            or not decorators
        ):
            raise _refused(f"function in line {node.lineno}")
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name.startswith("_"):
            raise _refused(f"name {name} in line {node.lineno}")
    elif isinstance(node, ast.Expr):
        docstring = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not docstring and not isinstance(node.value, ast.Call):
            raise _refused(f"expression in line {node.lineno}")


def _may_be_called(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in _FUNCTIONS
    if not isinstance(function, ast.Attribute):
        return False
    if isinstance(function.value, ast.Name):
        is_self = function.value.id == "self"
        return function.attr in _VERBS if is_self else function.attr == "of"
    holder = function.value
    return (
        isinstance(holder, ast.Attribute)
        and isinstance(holder.value, ast.Name)
        and holder.value.id == "self"
        and holder.attr == "client"
        and function.attr in _METHODS
    )


def _refused(what: str) -> BenchmarkError:
    return BenchmarkError(
        f"The generated locustfile was not written: {what} is nothing that belongs there",
        "this is a fault of stress-api or an attack in the API document; please report it",
    )
