"""The guide's websocket manager, with real connections on loopback and with stubborn ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from support.guide import load

pytest.importorskip("websockets.asyncio.server", reason="websockets is not installed")

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

program = load("websocket_manager")


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story; a minute is a guard against hanging."""
    asyncio.run(asyncio.wait_for(story(), 60))


class Stub:
    """A connection in memory, with what goes wrong when one sends to it."""

    def __init__(self, sending: Callable[[], Awaitable[None]] | None = None) -> None:
        self.got: list[str] = []
        self.closed = False
        self._sending = sending

    async def send(self, message: str) -> None:
        if self._sending:
            await self._sending()
        self.got.append(message)

    async def close(self) -> None:
        self.closed = True


async def broken() -> None:
    raise ConnectionResetError("gone")


def test_a_broadcast_reaches_every_client_over_its_socket() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        names = [f"user{n:02}" for n in range(12)]
        async with program.chat(manager) as address, AsyncExitStack() as stack:
            clients = []
            for name in names:
                client = await stack.enter_async_context(connect(address))
                await client.send(name)
                assert await client.recv() == f"{name} is here"
                clients.append(client)
            assert manager.users() == names
            assert await manager.broadcast("to all") == 12
            for client in clients:
                while await client.recv() != "to all":
                    pass
            await manager.send("user07", "only you")
            assert await clients[7].recv() == "only you"

    run(story)


def test_who_disconnects_is_forgotten_and_the_others_are_told() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        async with program.chat(manager) as address, connect(address) as alice:
            await alice.send("alice")
            async with connect(address) as bob:
                await bob.send("bob")
                assert [await alice.recv(), await alice.recv()] == ["alice is here", "bob is here"]
            assert await alice.recv() == "bob has left"
            assert manager.users() == ["alice"]
            assert await manager.broadcast("still here?") == 1
            with pytest.raises(program.NotConnectedError, match="bob"):
                await manager.send("bob", "hello")

    run(story)


def test_a_connection_cut_without_a_goodbye_is_forgotten() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        async with program.chat(manager) as address, connect(address) as alice:
            await alice.send("alice")
            bob = await connect(address)
            await bob.send("bob")
            assert [await alice.recv(), await alice.recv()] == ["alice is here", "bob is here"]
            bob.transport.abort()
            assert await alice.recv() == "bob has left"
            assert manager.users() == ["alice"]

    run(story)


def test_a_second_connection_of_a_user_closes_the_first_and_stays() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        async with program.chat(manager) as address:
            old = await connect(address)
            await old.send("alice")
            assert await old.recv() == "alice is here"
            async with connect(address) as new:
                await new.send("alice")
                assert await new.recv() == "alice is here"
                with pytest.raises(ConnectionClosed):
                    await old.recv()
                assert manager.users() == ["alice"]
                await manager.send("alice", "to the new one")
                assert await new.recv() == "to the new one"

    run(story)


def test_a_client_without_a_name_never_appears(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        async with program.chat(manager) as address:
            async with connect(address):
                pass
            assert manager.users() == []

    run(story)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_slow_client_holds_up_nobody_and_is_dropped() -> None:
    async def story() -> None:
        manager = program.ConnectionManager(patience=0.05)
        quick = [Stub() for _ in range(20)]
        reached: list[bool] = []

        async def never() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                reached.extend(bool(connection.got) for connection in quick)

        slow = Stub(never)
        manager.add("slow", slow)
        for n, connection in enumerate(quick):
            manager.add(f"quick{n}", connection)
        assert await manager.broadcast("hello") == 20
        assert reached == [True] * 20, "all have it before the slow one is given up"
        assert "slow" not in manager.users()
        await asyncio.sleep(0)
        assert slow.closed

    run(story)


def test_the_map_may_change_during_a_broadcast() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        late = Stub()

        async def meddle() -> None:
            manager.add("late", late)
            manager.remove("last", last)

        last = Stub(broken)
        manager.add("meddler", Stub(meddle))
        manager.add("last", last)
        assert await manager.broadcast("hello") == 1
        assert manager.users() == ["late", "meddler"]

    run(story)


def test_the_dead_are_deleted_by_the_first_message_to_them() -> None:
    async def story() -> None:
        manager = program.ConnectionManager()
        manager.add("dead", Stub(broken))
        with pytest.raises(program.NotConnectedError, match="dead"):
            await manager.send("dead", "hello")
        assert manager.users() == []

    run(story)


def test_removing_an_old_connection_leaves_the_new_one() -> None:
    async def story() -> None:
        manager: Any = program.ConnectionManager()
        old, new = Stub(), Stub()
        manager.add("alice", old)
        manager.add("alice", new)
        assert not manager.remove("alice", old)
        assert manager.users() == ["alice"]
        assert manager.remove("alice", new)
        assert not manager.remove("alice", new)
        assert manager.users() == []

    run(story)
