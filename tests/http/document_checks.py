"""What Schemathesis checks besides its own: what the document allows is refused by a rule of the depot alone.

The document cannot say which requests break a rule (a driver who is booked, a route that has begun), so Schemathesis' own
check of this kind is left out. It must say what is well formed: a request made from it is never told that it is not.
"""

import schemathesis

MALFORMED = "malformed"


@schemathesis.check
def well_formed_is_understood(ctx, response, case):
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    if is_positive and response.status_code == 400 and response.json().get("code") == MALFORMED:
        raise AssertionError(f"the document allows what the depot calls malformed: {response.json().get('detail')}")
