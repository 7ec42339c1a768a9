"""STS GetCallerIdentity, so that "whose account is this?" has an answer: the query protocol, in XML."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from batchnb.local.operations.refusals import CALLER_ARN
from batchnb.local.world.ids import ACCOUNT

__all__ = ["identity_xml", "read_action", "refusal_xml"]

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def read_action(body: bytes) -> str:
    """Answer the action that a form names, or nothing."""
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def identity_xml(request_id: str) -> bytes:
    """Answer who the caller is: a user of an account that does not exist."""
    return (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>{CALLER_ARN}</Arn><UserId>LOCALEMULATOR</UserId><Account>{ACCOUNT}</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId>"
        "</ResponseMetadata></GetCallerIdentityResponse>"
    ).encode()


def refusal_xml(code: str, message: str, request_id: str) -> bytes:
    """Answer a refusal in STS's words: it says ExpiredToken where AWS Batch says ExpiredTokenException."""
    own_code = "ExpiredToken" if code == "ExpiredTokenException" else code
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type><Code>{escape(own_code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
