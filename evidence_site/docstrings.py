"""What the source of a class says below its attributes, read when somebody asks for it.

Pydantic could read it, too, and would do so for each class whenever the program starts, which takes longer than reading
the records of a small review.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence
from functools import cache


@cache
def attribute_docstrings(kind: type) -> Mapping[str, str]:
    """The text below each attribute of a class of its module's outermost level, by the attribute's name.

    Attributes without one are left out, and so is what the class has from others.
    """
    found: dict[str, str] = {}
    attribute = ""
    for node in _bodies(kind.__module__)[kind.__name__]:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                attribute = name
            case ast.Expr(value=ast.Constant(value=str(text))) if attribute:
                found[attribute] = inspect.cleandoc(text)
                attribute = ""
            case _:
                attribute = ""
    return found


@cache
def _bodies(module: str) -> Mapping[str, Sequence[ast.stmt]]:
    """What stands in each class of a module, by the name of the class."""
    parsed = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node.body for node in parsed.body if isinstance(node, ast.ClassDef)}
