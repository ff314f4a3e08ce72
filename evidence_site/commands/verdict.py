"""How problems end a command: its exit code, and the line that counts them."""

from __future__ import annotations

from collections.abc import Sequence

from evidence_site import problems as p


def exit_code(problems: Sequence[p.Problem], strict: bool) -> int:
    """0 if all is well, 1 for what keeps the site from being published, 2 if there is no evidence."""
    if any(problem.code == "no-evidence" for problem in problems):
        return 2
    return 1 if p.has_errors(problems) or (strict and problems) else 0


def summary(problems: Sequence[p.Problem], *, strict: bool = False) -> str:
    """How many errors and warnings there are, as a line."""
    found = p.in_reading_order(problems)
    errors = sum(q.severity is p.Severity.ERROR for q in found)
    warnings = len(found) - errors
    if not found:
        return "No problems found.\n"
    no_errors = "with --strict warnings count as errors" if strict else "nothing keeps the site from being published"
    return (
        f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
        + (".\n" if errors else f"; {no_errors}.\n")
    )
