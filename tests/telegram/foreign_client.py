"""Reads a day of a chat with Telethon, and prints it: what a foreign client makes of the same server.

Reads one JSON object from standard input: session, chat, first and end (seconds since 1970).
"""

import asyncio
import datetime
import json
import sys

from telethon import TelegramClient
from telethon.network.connection import ConnectionTcpFull
from telethon.sessions import StringSession


def reactions(message):
    counted = message.reactions.results if message.reactions else []
    kind = lambda one: getattr(one, "emoticon", None) or str(getattr(one, "document_id", "paid"))
    return [[kind(one.reaction), one.count] for one in counted]


def shown(message):
    return {
        "id": message.id,
        "text": message.raw_text or None,
        "reactions": reactions(message),
        "sender": message.sender_id,
    }


async def main(asked):
    utc = lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    first, end = utc(asked["first"]), utc(asked["end"])
    client = TelegramClient(
        StringSession(asked["session"]), 1, "h", connection=ConnectionTcpFull, receive_updates=False
    )
    await client.connect()
    messages = []
    async for message in client.iter_messages(asked["chat"], offset_date=end):
        if message.date < first:
            break
        one = shown(message)
        one["comments"] = []
        if message.replies and message.replies.comments:
            async for comment in client.iter_messages(asked["chat"], reply_to=message.id):
                one["comments"].insert(0, shown(comment))
        messages.insert(0, one)
    await client.disconnect()
    print(json.dumps(messages))


# A minute: it would otherwise connect again and again for ever.
asyncio.run(asyncio.wait_for(main(json.load(sys.stdin)), 60))
