"""Who is connected by websocket: messages to one user, and to all.

The guide's Broadcast holds its lock while it writes, so that one slow client stops everybody,
and it keeps the dead. Here deliveries run side by side, users come and go meanwhile, and who
cannot be reached in time is deleted and disconnected. When a user connects anew, the end of
the old connection must not remove the new one: `remove` looks at both.

    python examples/guide/websocket_manager.py     # pip install 'websockets>=13'
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gomap import Map

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


class NotConnectedError(LookupError):
    """No user of this name is connected."""


@runtime_checkable
class Connection(Protocol):
    """What the manager needs of a websocket."""

    async def send(self, message: str) -> None:
        """Send a message."""

    async def close(self) -> None:
        """Close it."""


class ConnectionManager:
    """map[string]*websocket.Conn; one event loop, so there is no lock."""

    def __init__(self, patience: float = 5.0) -> None:
        self._connections = Map[str, Connection | None]()
        self._patience = patience
        self._closing: set[asyncio.Task[None]] = set()

    def users(self) -> list[str]:
        """Return who is connected, sorted."""
        return sorted(self._connections)

    def add(self, user: str, connection: Connection) -> None:
        """Remember a connection, and close the one that the user had before."""
        before = self._connections[user]  # None for a new user
        self._connections[user] = connection
        if before is not None:
            self._close_soon(before)

    def remove(self, user: str, connection: Connection) -> bool:
        """Forget a connection; say no when it is not, or no longer, the user's."""
        if self._connections[user] is not connection:
            return False
        del self._connections[user]
        return True

    async def send(self, user: str, message: str) -> None:
        """Send to one user; NotConnectedError when there is none or it fails."""
        connection = self._connections[user]
        if connection is None or not await self._deliver(user, connection, message):
            raise NotConnectedError(user)

    async def broadcast(self, message: str) -> int:
        """Send to all at once; return how many got it. The map may change meanwhile."""
        results = await asyncio.gather(
            *(self._deliver(user, to, message) for user, to in self._connections.items() if to)
        )
        return sum(results)

    async def _deliver(self, user: str, connection: Connection, message: str) -> bool:
        """Send, or forget who is gone or too slow."""
        from websockets.exceptions import ConnectionClosed

        try:
            await asyncio.wait_for(connection.send(message), self._patience)
        except (ConnectionClosed, OSError, TimeoutError):
            if self.remove(user, connection):
                self._close_soon(connection)
            return False
        return True

    def _close_soon(self, connection: Connection) -> None:
        """Close without waiting for a peer that may not answer."""
        task = asyncio.create_task(connection.close())
        self._closing.add(task)  # else it might be collected half way
        task.add_done_callback(self._closing.discard)


@asynccontextmanager
async def chat(manager: ConnectionManager) -> AsyncIterator[str]:
    """Serve a chat on loopback and give its address; a client's first message is its name."""
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosed

    async def talk(user: str, connection: ServerConnection) -> None:
        manager.add(user, connection)
        await manager.broadcast(f"{user} is here")
        async for message in connection:
            await manager.broadcast(f"{user}: {message!s}")

    async def handle(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            user = str(await connection.recv())
            try:
                await talk(user, connection)
            finally:
                if manager.remove(user, connection):
                    await manager.broadcast(f"{user} has left")

    async with serve(handle, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def story() -> None:
    """Alice and bob meet; bob leaves; a message for bob has nowhere to go."""
    from websockets.asyncio.client import connect

    manager = ConnectionManager()
    async with chat(manager) as address, connect(address) as alice:
        await alice.send("alice")
        print("alice reads:", await alice.recv())
        async with connect(address) as bob:
            await bob.send("bob")
            print("alice reads:", await alice.recv())
            print("bob reads:  ", await bob.recv())
            await manager.send("bob", "psst, bob")
            print("bob reads:  ", await bob.recv())
            await alice.send("hello")
            print("bob reads:  ", await bob.recv())
            print("alice reads:", await alice.recv())
            print("connected:", manager.users())
        print("alice reads:", await alice.recv())
        print("connected:", manager.users())
        try:
            await manager.send("bob", "are you there?")
        except NotConnectedError as error:
            print("not connected:", error)


def main() -> None:
    """Run the story, or say what is missing."""
    try:
        import websockets.asyncio.server  # noqa: F401
    except ImportError:
        sys.exit("websocket_manager.py needs a library: pip install 'websockets>=13'")
    asyncio.run(story())


if __name__ == "__main__":
    main()
