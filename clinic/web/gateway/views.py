"""The one view of the gateway's door: whatever comes, its answer is empty, so that nothing can go back to anybody."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from clinic.domain.replies import judge
from clinic.services import inbound
from clinic.web.gateway.messages import Reply, Unreadable, is_signed, read
from clinic.web.shared.ground import db, now, settings
from clinic.web.shared.guards import open_to_all

room = Blueprint("gateway", __name__, url_prefix="/gateway")
LONGEST = 4096  # bytes


@room.route("/sms", methods=["POST"], provide_automatic_options=False)
@open_to_all
def sms() -> Response:
    """Take an answer or a receipt. An answer is judged, and forgotten: no word of it is kept anywhere."""
    if settings.inbound_secret is None:
        abort(404)
    request.max_content_length = LONGEST
    body = request.get_data(cache=False)
    timestamp, signature = (request.headers.get(name, "") for name in ("X-Timestamp", "X-Signature"))
    if not is_signed(body, timestamp=timestamp, signature=signature, secret=settings.inbound_secret, now=now()):
        return Response(status=401)
    try:
        said = read(body)
    except Unreadable:
        return Response(status=400)
    with db.write() as tx:
        if isinstance(said, Reply):
            inbound.reply(tx, said.number, judge(said.text), now=now())
        else:
            inbound.receipt(tx, said.token, is_delivered=said.is_delivered, now=now())
    return Response(status=204)


@room.after_request
def say_nothing(answer: Response) -> Response:
    """Empty the answer, errors included: a gateway that takes an answer for a reply has nothing to send on."""
    answer.set_data(b"")
    return answer
