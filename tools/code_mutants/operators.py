"""Every small slip that could be made in a module: one node of its syntax tree replaced by another."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
# What no slip is made in: types, documentation, imports, and what decorates a class or function.
LEFT_ALONE = ("annotation", "returns", "decorator_list", "type_params")
SHOWN = 90


@dataclass(frozen=True)
class CodeMutant:
    """One slip in a module. ``path`` leads from the module's tree to the node replaced; None instead means it is gone."""

    module: str
    where: str
    line: int
    change: str
    path: tuple[tuple[str, int | None], ...]
    instead: ast.AST | None

    @property
    def key(self) -> str:
        return f"{self.module} {self.where}: {self.change}"

    def source(self, original: str) -> str:
        """Return the module's source with the slip in it."""
        tree = ast.parse(original)
        node: ast.AST = tree
        for field, index in self.path[:-1]:
            child = getattr(node, field)
            node = child if index is None else child[index]
        field, index = self.path[-1]
        if index is None:
            setattr(node, field, self.instead)
        elif self.instead is None:
            del getattr(node, field)[index]
        else:
            getattr(node, field)[index] = self.instead
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(source: str, module: str) -> list[CodeMutant]:
    """Return every slip in a module, in order of the source; no two have the same key."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    mutants = []
    for where, path, node in _nodes(tree, "", ()):
        for change, mutated_path, instead in _slips(node, path):
            own = f"{where}: {change}"
            seen[own] += 1
            numbered = change if seen[own] == 1 else f"{change} (number {seen[own]})"
            mutants.append(CodeMutant(module, where, getattr(node, "lineno", 0), numbered, mutated_path, instead))
    return mutants


Path = tuple[tuple[str, int | None], ...]
Slip = tuple[str, Path, ast.AST | None]


def _nodes(node: ast.AST, where: str, path: Path) -> Iterator[tuple[str, Path, ast.AST]]:
    """Yield the nodes that may slip, each with the function or class that it stands in."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}" if where else node.name
    yield where or "module", path, node
    for field, value in ast.iter_fields(node):
        if field in LEFT_ALONE:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if (
                isinstance(child, ast.AST)
                and not _is_left_alone(node, child)
                and not (not where and _is_type(node, child))
            ):
                yield from _nodes(child, where, (*path, (field, index)))


def _is_left_alone(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(child, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    is_text = isinstance(child, ast.Constant) and isinstance(child.value, str)
    return is_text and isinstance(parent, ast.Expr)  # a docstring


def _is_type(parent: ast.AST, child: ast.AST) -> bool:
    """Return whether a value at the top of a module is the name of a type, for example of what a function takes."""
    is_union = isinstance(child, ast.BinOp) and isinstance(child.op, ast.BitOr)
    return isinstance(parent, ast.Assign) and (is_union or isinstance(child, ast.Subscript))


def _slips(node: ast.AST, path: Path) -> Iterator[Slip]:
    """Yield (what changes, where in the tree, what stands there instead)."""
    for instead in _replacements(node):
        yield f"{_shown(node)} -> {_shown(instead)}", path, instead
    for field, index, part in _droppable(node):
        # The branch that a test leads to is long; the line that the part begins with says enough.
        yield f"{_shown(node)} without {_shown(part)}", (*path, (field, index)), None


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for number, operator in enumerate(ops):
                for other in COMPARISONS[type(operator)]:
                    yield _with(node, ops=[*ops[:number], other(), *ops[number + 1 :]])
        case ast.BoolOp(op=operator, values=values):
            yield _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
            for number in range(len(values)):
                rest = values[:number] + values[number + 1 :]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(operator)]())
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return  # read by the type checker only: no test runs it
        case ast.If(body=body, orelse=orelse):
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.Constant(False))
        case ast.Constant(value=value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            yield _with(node, func=ast.Name(FUNCTIONS[name], ast.Load()))
        case ast.Slice(lower=lower, upper=upper):
            if lower is not None:
                yield _with(node, lower=None)
            if upper is not None:
                yield _with(node, upper=None)
        case ast.Lambda():
            yield _with(node, body=ast.Constant(None))
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):  # it stays a generator, of nothing
            yield ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load())))
        case ast.Expr() | ast.Raise() | ast.AugAssign() | ast.Return():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()


def _other_values(value: object) -> Iterator[bool | int | float | str]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
        if value > 0:
            yield value - 1
    elif isinstance(value, str):
        yield f"{value}~"


def _droppable(node: ast.AST) -> Iterator[tuple[str, int, ast.AST]]:
    """Yield the members of a node that a slip may leave out."""
    match node:
        case ast.comprehension(ifs=parts):
            yield from (("ifs", number, part) for number, part in enumerate(parts))
        case ast.Tuple(elts=parts, ctx=ast.Load()) | ast.List(elts=parts, ctx=ast.Load()) | ast.Set(elts=parts):
            if len(parts) > 1 or not isinstance(node, ast.Set):
                yield from (("elts", number, part) for number, part in enumerate(parts))
        case ast.Call(keywords=parts):
            yield from (("keywords", number, part) for number, part in enumerate(parts))
        case ast.Match(cases=parts):
            yield from (("cases", number, part) for number, part in enumerate(parts))
        case ast.MatchOr(patterns=parts):
            yield from (("patterns", number, part) for number, part in enumerate(parts))


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _shown(node: ast.AST) -> str:
    """Return the first line of a node as source."""
    match node:
        case ast.match_case(pattern=pattern):
            return f"case {ast.unparse(pattern)}"
        case ast.keyword(arg=name, value=value):
            text = f"{name}={ast.unparse(value)}" if name else f"**{ast.unparse(value)}"
        case ast.comprehension():
            text = ast.unparse(node).strip()
        case ast.Match(subject=subject):
            return f"match {ast.unparse(subject)}"
        case ast.Slice():
            text = f"[{ast.unparse(node)}]"
        case _:
            text = ast.unparse(node)
    line = text.splitlines()[0] if text else text
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."
