"""A check for Schemathesis: what the document allows, the depot understands.

Loaded by document.rs. The document cannot say what would break a rule of the depot, nor what is there, so a refusal as
such is no fault. But whoever follows the document is never told that their input is malformed.
"""

import schemathesis


@schemathesis.check
def what_the_document_allows_is_understood(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    problem = response.json()
    if problem["code"] == "malformed":
        raise AssertionError(f"The document allows this, the depot calls it malformed: {problem['detail']}")


@schemathesis.hook
def map_body(ctx, body):
    """Writes 7.0 as 7: to JSON Schema they are one number, and the depot reads whole numbers in digits alone."""
    return in_digits(body)


def in_digits(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: in_digits(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_digits(inner) for inner in value]
    return value


@schemathesis.hook
def filter_case(ctx, case):
    """Leaves out what would empty the depot, of which the other requests then could ask nothing."""
    body = case.body if isinstance(case.body, dict) else {}
    command = body.get("command")
    inner = command.get("command") if isinstance(command, dict) else None
    return not (isinstance(inner, dict) and inner.get("type") == "removeDemo")
