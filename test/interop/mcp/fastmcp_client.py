"""A client of FastMCP, which calls a tool of an MCP server once for each of its arguments: how it is known to the authorization server, as JSON.
It prints the address for the browser instead of opening one, and then what the tool said."""

import asyncio
import json
import os
import sys

from fastmcp import Client
from fastmcp.client.auth import (
    ClientCredentialsOAuthProvider,
    OAuth,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)


class PrintingOAuth(OAuth):
    async def redirect_handler(self, authorization_url: str) -> None:
        print(authorization_url, flush=True)


def provider(way: str, **options: str):
    if way == "secret":
        return ClientCredentialsOAuthProvider(**options)
    if way == "key":
        client_id = options["client_id"]
        parameters = SignedJWTParameters(
            issuer=client_id,
            subject=client_id,
            signing_key=os.environ["KEY"],
            signing_algorithm="ES256",
        )
        return PrivateKeyJWTOAuthProvider(
            **options, assertion_provider=parameters.create_assertion_provider()
        )
    return PrintingOAuth(**options)


async def main(address: str, *ways: str) -> None:
    for way in ways:
        async with Client(address, auth=provider(**json.loads(way))) as client:
            answer = await client.call_tool("whose_notes")
            print("said", answer.content[0].text, flush=True)


asyncio.run(main(*sys.argv[1:]))
