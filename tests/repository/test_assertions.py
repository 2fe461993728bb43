"""Every test can fail: what lets anything pass, as far as its form tells, stands nowhere in the tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Calls that fail by themselves where what they wait for or demand does not come.
DEMANDS = {"raises", "warns", "expect", "fail", "wait_for", "wait_for_function", "wait_for_selector", "wait_for_url"}


@cache
def trees() -> dict[str, ast.Module]:
    return {str(p.relative_to(TESTS)): ast.parse(p.read_text()) for p in sorted(TESTS.rglob("*.py"))}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            yield name, node


def functions() -> Iterator[tuple[str, Function]]:
    yield from ((name, node) for name, node in nodes() if isinstance(node, Function))


def named_tests() -> Iterator[tuple[str, Function]]:
    yield from ((name, node) for name, node in functions() if node.name.startswith("test_"))


def is_property(test: Function) -> bool:
    """Whether a test holds for anything that is drawn: there an alternative is what is claimed."""
    return any("given(" in ast.unparse(decorator) for decorator in test.decorator_list)


def called(*parts: ast.AST) -> set[str]:
    """Return the last names of what is called in some nodes."""
    calls = [n.func for part in parts for n in ast.walk(part) if isinstance(n, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls if isinstance(f, ast.Attribute | ast.Name)}


def is_failure(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and "AssertionError" in ast.unparse(node)


@cache
def demanding() -> frozenset[str]:
    """Return the names of functions that demand something, themselves or by calling one that does."""
    found, known = {}, set(DEMANDS)
    for _, function in functions():
        asserts = any(isinstance(n, ast.Assert) or is_failure(n) for n in ast.walk(function))
        found.setdefault(function.name, []).append((asserts, called(function)))
    while more := {
        name for name, them in found.items() if name not in known and any(own or calls & known for own, calls in them)
    }:
        known |= more
    return frozenset(known)


def places(found: Iterator[tuple[str, ast.AST]]) -> list[str]:
    return [f"{name}:{node.lineno} {ast.unparse(node)[:100]}" for name, node in found if hasattr(node, "lineno")]


def asserts() -> Iterator[tuple[str, ast.Assert]]:
    """Yield what tests assert, but for those that hold for anything that is drawn."""
    for name, test in named_tests():
        if not is_property(test):
            yield from ((name, node) for node in ast.walk(test) if isinstance(node, ast.Assert))


def test_no_assertion_holds_whatever_comes() -> None:
    always = (ast.Constant, ast.JoinedStr, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Lambda)
    assert places((name, n) for name, n in asserts() if isinstance(n.test, always)) == []
    lengths = (
        (name, n) for name, n in asserts() if ast.unparse(n.test).startswith("len(") and " >= 0" in ast.unparse(n)
    )
    assert places(lengths) == []


def test_no_assertion_takes_one_of_several_outcomes() -> None:
    """``or`` and ``in {200, 403}`` say that the test does not know; what differs by case is a parameter."""
    either = ((name, n) for name, n in asserts() if isinstance(n.test, ast.BoolOp) and isinstance(n.test.op, ast.Or))
    assert places(either) == []
    assert places((name, n) for name, n in asserts() if is_one_of(n.test)) == []


def is_one_of(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ops=[ast.In()], comparators=[ast.Set(elts=[_, _, *_]) | ast.Tuple(elts=[_, _, *_])]):
            return True
        case ast.Compare(ops=[ast.In()], comparators=[ast.List(elts=[_, _, *_])]):
            return True
    return False


def test_no_test_is_content_with_any_error() -> None:
    raising = ((name, n) for name, n in nodes() if isinstance(n, ast.Call) and "raises" in ast.unparse(n.func))
    broad = {"Exception", "BaseException"}
    assert places((name, n) for name, n in raising if n.args and ast.unparse(n.args[0]) in broad) == []


def test_every_test_demands_something() -> None:
    assert [f"{name}:{test.lineno} {test.name}" for name, test in named_tests() if test.name not in demanding()] == []


def test_every_test_demands_something_though_what_it_goes_through_is_empty() -> None:
    loose = [
        (name, t)
        for name, t in named_tests()
        if not is_property(t) and (d := list(demands(t.body, sure=True))) and not any(d)
    ]
    assert [f"{name}:{test.lineno} {test.name}" for name, test in loose] == []


def demands(body: list[ast.stmt], *, sure: bool) -> Iterator[bool]:
    """Yield for each statement that demands something whether it is come to in any case."""
    for statement in body:
        match statement:
            case ast.For() | ast.AsyncFor():
                yield from demands(statement.body, sure=sure and is_filled(statement.iter))
            case ast.If() | ast.While():
                yield from demands(statement.body + statement.orelse, sure=sure)
            case ast.With() | ast.AsyncWith():
                if called(*(item.context_expr for item in statement.items)) & demanding():
                    yield sure
                yield from demands(statement.body, sure=sure)
            case ast.Try():
                inside = [s for handler in statement.handlers for s in handler.body]
                yield from demands([*statement.body, *inside, *statement.orelse, *statement.finalbody], sure=sure)
            case ast.Assert():
                yield sure
            case ast.Expr() | ast.Assign() if called(statement) & demanding():
                yield sure


def is_filled(iterated: ast.expr) -> bool:
    """Whether there is something to go through, as far as its form tells: written out, a constant, or demanded."""
    if isinstance(iterated, ast.Tuple | ast.List | ast.Set | ast.Dict):
        return bool(ast.unparse(iterated).strip("()[]{} "))
    names = [n.id for n in ast.walk(iterated) if isinstance(n, ast.Name)]
    return bool(called(iterated) & (demanding() | {"range"})) or (bool(names) and names[0].isupper())


def test_every_parameter_is_used() -> None:
    assert [f"{name} {unused}" for name, tree in trees().items() for unused in sorted(unused_in(tree))] == []


def unused_in(tree: ast.Module) -> set[str]:
    """Return the parameters that no case of a test makes a difference by."""
    marks = {
        t.id: n.value for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    }
    return {
        f"{test.name}: {parameter}"
        for test in ast.walk(tree)
        if isinstance(test, Function) and test.name.startswith("test_")
        for mark in test.decorator_list
        for parameter in parameters(marks.get(mark.id, mark) if isinstance(mark, ast.Name) else mark)
        if parameter not in {n.id for n in ast.walk(test) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    }


def parameters(mark: ast.expr) -> list[str]:
    match mark:
        case ast.Call(func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(names)), *_]):
            return [name.strip() for name in names.split(",")]
        case ast.Call(func=ast.Attribute(attr="parametrize"), args=[ast.Tuple(elts=names), *_]):
            return [name.value for name in names if isinstance(name, ast.Constant)]
    return []
