"""IAM ListAccountAliases, so that an account has a name: the query protocol, in XML."""

from __future__ import annotations

from html import escape

__all__ = ["aliases_xml"]

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def aliases_xml(alias: str | None, request_id: str) -> bytes:
    """Return the alias of the account: AWS has one at most."""
    members = f"<member>{escape(alias)}</member>" if alias else ""
    return (
        f'<ListAccountAliasesResponse xmlns="{_NAMESPACE}"><ListAccountAliasesResult>'
        f"<IsTruncated>false</IsTruncated><AccountAliases>{members}</AccountAliases>"
        f"</ListAccountAliasesResult><ResponseMetadata><RequestId>{request_id}</RequestId>"
        "</ResponseMetadata></ListAccountAliasesResponse>"
    ).encode()
