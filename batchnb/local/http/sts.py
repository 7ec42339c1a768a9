"""STS GetCallerIdentity, so that "whose account is this?" has an answer: the query protocol, in XML."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from batchnb.local.world.place import Place

__all__ = ["identity_xml", "read_action", "refusal_xml"]

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def read_action(body: bytes) -> str:
    """Return the action that a form names, or nothing."""
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def identity_xml(place: Place, request_id: str) -> bytes:
    """Return who the caller is: always the same user of the account."""
    return (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>{place.caller_arn}</Arn><UserId>LOCALEMULATOR</UserId><Account>{place.account}</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId>"
        "</ResponseMetadata></GetCallerIdentityResponse>"
    ).encode()


def refusal_xml(code: str, message: str, request_id: str) -> bytes:
    """Return a refusal in STS's words: it says ExpiredToken where AWS Batch says ExpiredTokenException."""
    own_code = "ExpiredToken" if code == "ExpiredTokenException" else code
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>{escape(own_code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
