"""Lists and calls through `mcpcat serve` with the Python SDK: `client.py MODE stdio COMMAND…`, `client.py MODE http URL TOKEN`."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def look(server, mode):
    async with Client(server, mode=mode) as client:
        tools = await client.list_tools()
        steps = []

        async def on_progress(progress, total, message):
            steps.append(progress)

        time = await client.call_tool("time_get_current_time", {"timezone": "UTC"})
        slow = {"duration": 1, "steps": 4}
        await client.call_tool("everything_trigger_long_running_operation", slow, progress_callback=on_progress)
        prompts = await client.list_prompts()
        resources = await client.list_resources()
        first = await client.read_resource(resources.resources[0].uri)
        told = {
            "revision": client.protocol_version,
            "tools": [tool.name for tool in tools.tools],
            "time": time.content[0].text,
            "steps": len(steps),
            "prompts": len(prompts.prompts),
            "contents": len(first.contents),
        }
        print(json.dumps(told))


async def main(mode, how, *words):
    if how == "stdio":
        await look(StdioServerParameters(command=words[0], args=list(words[1:])), mode)
        return
    url, token = words
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}"}) as http_client:
        await look(streamable_http_client(url, http_client=http_client), mode)


asyncio.run(main(*sys.argv[1:]))
