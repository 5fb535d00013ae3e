# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the mutants of a source file: small changes to the body of a function, each of which a test should notice.

Text is left alone: tests of every letter of a message would only repeat the code.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import itertools
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
    :param function_line: the first line of that function, decorators included.
    :param position: the place of the changed node among all nodes of the file, and of the change among its changes.
    """

    path: pathlib.Path
    function: str
    function_line: int
    line: int
    change: str
    source: str
    position: tuple[int, int]

    @property
    def label(self) -> str:
        """Name the mutant without its line number, so that explanations outlive edits elsewhere in the file."""
        return f"{self.path.parent.name}/{self.path.name}: {self.function}: {self.change}: {self.source}"


def mutants_of(path: pathlib.Path) -> list[Mutant]:
    """Return every mutant of a file, in the order of the source."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for index, node, function in _nodes(ast.parse(text)):
        if function is None:
            continue
        for number, (change, _changed) in enumerate(_changes(node)):
            name, first = function
            line = node.lineno if isinstance(node, ast.stmt | ast.expr) else first
            found.append(Mutant(path, name, first, line, change, lines[line - 1].strip(), (index, number)))
    return found


def mutated_code(mutant: Mutant, filename: str) -> types.CodeType:
    """Compile the file with the change, and return the code of the function around it."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    wanted, number = mutant.position
    target = next(node for index, node, _function in _nodes(tree) if index == wanted)
    _change, replacement = list(_changes(target))[number]
    changed = ast.fix_missing_locations(_Replace(target, replacement).visit(tree))
    code = find_code(compile(changed, filename, "exec", dont_inherit=True), mutant.function, mutant.function_line)
    assert code is not None, mutant.label
    return code


def find_code(code: types.CodeType, name: str, line: int) -> types.CodeType | None:
    """Return the code of a function by its qualified name and first line."""
    if (code.co_qualname, code.co_firstlineno) == (name, line):
        return code
    inner = (find_code(one, name, line) for one in code.co_consts if isinstance(one, types.CodeType))
    return next((found for found in inner if found is not None), None)


class _Replace(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, target: ast.AST, replacement: ast.AST) -> None:
        self._target = target
        self._replacement = replacement

    def visit(self, node: ast.AST) -> t.Any:
        if node is self._target:
            return ast.copy_location(self._replacement, node)
        return self.generic_visit(node)


def _nodes(tree: ast.Module) -> t.Iterator[tuple[int, ast.AST, tuple[str, int] | None]]:
    """Yield every node with its number and the outermost function that it is in the body of."""
    numbers = itertools.count()

    def walk(node: ast.AST, scope: str, function: tuple[str, int] | None) -> t.Iterator[tuple[int, ast.AST, t.Any]]:
        yield next(numbers), node, function
        if isinstance(node, ast.FunctionDef) and function is None:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            inner = (f"{scope}{node.name}", first)
            for outside in (*node.decorator_list, node.args):
                yield from walk(outside, scope, None)
            for statement in node.body:
                yield from walk(statement, scope, inner)
            return
        below = f"{scope}{node.name}." if isinstance(node, ast.ClassDef) and function is None else scope
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    yield from walk(child, below, function)

    yield from walk(tree, "", None)


def _changes(node: ast.AST) -> t.Iterator[Replacement]:
    """Yield what a node may become, with a description."""
    for kinds, changes in _CHANGES:
        if isinstance(node, kinds):
            yield from changes(node)


def _copied(node: t.Any, **fields: t.Any) -> t.Any:
    """Copy a node with other fields; its children stay the same objects."""
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
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # which have a change with the same effect
        yield "condition negated", _copied(node, test=ast.UnaryOp(ast.Not(), node.test))


def _of_comprehension(node: ast.comprehension) -> t.Iterator[Replacement]:
    for place in range(len(node.ifs)):
        yield "filter removed", _copied(node, ifs=[*node.ifs[:place], *node.ifs[place + 1 :]])


def _of_return(node: ast.Return) -> t.Iterator[Replacement]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "returns None", _copied(node, value=ast.Constant(None))


def _of_statement(node: ast.stmt) -> t.Iterator[Replacement]:
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call):
        return  # docstrings and yields
    yield "statement removed", ast.Pass()


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
