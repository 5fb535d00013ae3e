# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the mutants of a source file: small changes to function bodies that tests should detect.

Texts are not changed, because tests of every letter of a message would only repeat the code. So are methods that every
subclass
replaces, which only raise NotImplementedError, and `strict` of `zip`, which finds mistakes of the code itself.
"""

from __future__ import annotations

import ast
import collections
import copy
import dataclasses
import pathlib
import types
import typing as t

Replacement = tuple[str, ast.AST]
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.Mult: "*",
    ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.BitOr: "|", ast.BitAnd: "&", ast.And: "and", ast.Or: "or",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change.

    :param function: the qualified name of the outermost function around it.
    :param function_line: the first line of that function, including decorators.
    :param lines: the first and the last line of the statement that is changed, without the statements inside it.
    :param position: the index of the changed node in the file, and of the change among the node's changes.
    :param twin: the number of the same change on the same text in the same function.
    """

    path: pathlib.Path
    function: str
    function_line: int
    lines: tuple[int, int]
    line: int
    change: str
    source: str
    position: tuple[int, int]
    twin: int = 1

    @property
    def label(self) -> str:
        """Name the mutant without its line number, so that explanations outlive edits elsewhere in the file."""
        label = f"{self.path.parent.name}/{self.path.name}: {self.function}: {self.change}: {self.source}"
        return label if self.twin == 1 else f"{label} [{self.twin}]"


def mutants_of(path: pathlib.Path) -> list[Mutant]:
    """Return all mutants of a file in source order."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    seen: collections.Counter[str] = collections.Counter()
    for index, (node, function, statement) in enumerate(_nodes(ast.parse(text))):
        if function is None or statement is None:
            continue
        for number, (change, _changed) in enumerate(_changes(node)):
            line = node.lineno if isinstance(node, ast.stmt | ast.expr) else statement[0]
            source = lines[line - 1].strip()
            mutant = Mutant(path, *function, statement, line, change, source, (index, number))
            seen[mutant.label] += 1
            found.append(dataclasses.replace(mutant, twin=seen[mutant.label]))
    return found


def mutated_code(mutant: Mutant, filename: str) -> types.CodeType:
    """Compile the file with the change, and return the code of the function around it."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    wanted, number = mutant.position
    target = next(found.node for index, found in enumerate(_nodes(tree)) if index == wanted)
    _change, replacement = list(_changes(target))[number]
    changed = ast.fix_missing_locations(_Replace(target, replacement).visit(tree))
    code = find_code(compile(changed, filename, "exec", dont_inherit=True), mutant.function, mutant.function_line)
    if code is None:
        raise LookupError(mutant.label)
    return code


def find_code(code: types.CodeType, name: str, line: int) -> types.CodeType | None:
    """Return the code of a function by its qualified name and first line."""
    if (code.co_qualname, code.co_firstlineno) == (name, line):
        return code
    inner = (find_code(one, name, line) for one in code.co_consts if isinstance(one, types.CodeType))
    return next((found for found in inner if found is not None), None)


class _Replace(ast.NodeTransformer):
    """Replace one node by another."""

    def __init__(self, target: ast.AST, replacement: ast.AST) -> None:
        self._target = target
        self._replacement = replacement

    def visit(self, node: ast.AST) -> t.Any:
        if node is self._target:
            return ast.copy_location(self._replacement, node)
        return self.generic_visit(node)


class _Found(t.NamedTuple):
    """A node, the outermost function that it is in the body of, and the lines of the statement that it belongs to."""

    node: ast.AST
    function: tuple[str, int] | None
    statement: tuple[int, int] | None


def _nodes(tree: ast.Module) -> t.Iterator[_Found]:
    """Yield every node, always in the same order."""

    def walk(node: ast.AST, scope: str, function: t.Any, statement: t.Any) -> t.Iterator[_Found]:
        if isinstance(node, ast.stmt):
            statement = _lines_of(node)
        yield _Found(node, function, statement)
        if isinstance(node, ast.FunctionDef) and function is None:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            inner = (f"{scope}{node.name}", first)
            for outside in (*node.decorator_list, node.args):
                yield from walk(outside, scope, None, statement)
            for inside in node.body:
                yield from walk(inside, scope, inner, statement)
            return
        below = f"{scope}{node.name}." if isinstance(node, ast.ClassDef) and function is None else scope
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns") or (isinstance(node, ast.keyword) and node.arg == "strict"):
                continue
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    yield from walk(child, below, function, statement)

    yield from walk(tree, "", None, None)


def _lines_of(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and last line of a statement; of one with a body, those of its head."""
    head = [value for name, value in ast.iter_fields(statement) if name in ("test", "iter", "subject")]
    if isinstance(statement, ast.With):
        head = [item.context_expr for item in statement.items]
    last = max((one.end_lineno or 0 for one in head), default=statement.end_lineno or statement.lineno)
    return statement.lineno, last


def _changes(node: ast.AST) -> t.Iterator[Replacement]:
    """Yield the changes of a node with a description."""
    for kinds, changes in _CHANGES:
        if isinstance(node, kinds):
            yield from changes(node)


def _copied(node: t.Any, **fields: t.Any) -> t.Any:
    """Copy a node with other fields. Its children are the same objects."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _of_comparison(node: ast.Compare) -> t.Iterator[Replacement]:
    for place, operator in enumerate(node.ops):
        other = _COMPARISONS[type(operator)]()
        operators = [*node.ops[:place], other, *node.ops[place + 1 :]]
        yield f"{_SIGNS[type(operator)]} to {_SIGNS[type(other)]}", _copied(node, ops=operators)


def _of_and_or(node: ast.BoolOp) -> t.Iterator[Replacement]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"{_SIGNS[type(node.op)]} to {_SIGNS[type(other)]}", _copied(node, op=other)


def _of_not(node: ast.UnaryOp) -> t.Iterator[Replacement]:
    if isinstance(node.op, ast.Not):
        yield "not removed", node.operand


def _of_operation(node: ast.BinOp | ast.AugAssign) -> t.Iterator[Replacement]:
    other = _OPERATORS.get(type(node.op))
    if other is not None:
        yield f"{_SIGNS[type(node.op)]} to {_SIGNS[other]}", _copied(node, op=other())


def _of_constant(node: ast.Constant) -> t.Iterator[Replacement]:
    if isinstance(node.value, bool):
        yield f"{node.value} to {not node.value}", _copied(node, value=not node.value)
    elif isinstance(node.value, int):
        yield f"{node.value} to {node.value + 1}", _copied(node, value=node.value + 1)


def _of_condition(node: ast.If | ast.IfExp | ast.While) -> t.Iterator[Replacement]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # covered by a change with the same effect
        yield "condition negated", _copied(node, test=ast.UnaryOp(ast.Not(), node.test))


def _of_comprehension(node: ast.comprehension) -> t.Iterator[Replacement]:
    for place in range(len(node.ifs)):
        yield "filter removed", _copied(node, ifs=[*node.ifs[:place], *node.ifs[place + 1 :]])


def _of_return(node: ast.Return) -> t.Iterator[Replacement]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "returns None", _copied(node, value=ast.IfExp(ast.Constant(True), ast.Constant(None), node.value))


def _of_statement(node: ast.stmt) -> t.Iterator[Replacement]:
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call):
        return  # docstrings and yields
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id == "NotImplementedError":
        return  # methods that every subclass replaces
    # Still there, since a function with and one without `super()` cannot exchange their code.
    yield "statement removed", ast.If(ast.Constant(False), [node], [])


def _of_jump(node: ast.Continue | ast.Break) -> t.Iterator[Replacement]:
    yield (
        ("continue to break", ast.Break()) if isinstance(node, ast.Continue) else ("break to continue", ast.Continue())
    )


_CHANGES: tuple[tuple[t.Any, t.Callable[[t.Any], t.Iterator[Replacement]]], ...] = (
    (ast.Compare, _of_comparison),
    (ast.BoolOp, _of_and_or),
    (ast.UnaryOp, _of_not),
    (ast.BinOp | ast.AugAssign, _of_operation),
    (ast.Constant, _of_constant),
    (ast.If | ast.IfExp | ast.While, _of_condition),
    (ast.comprehension, _of_comprehension),
    (ast.Return, _of_return),
    (ast.Expr | ast.Raise, _of_statement),
    (ast.Continue | ast.Break, _of_jump),
)
