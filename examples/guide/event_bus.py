"""Events by topic, to whoever has subscribed.

The subscribers of a topic are a tuple: publishing to a topic nobody knows goes through (),
and a publisher walks the tuple it has read, whatever others do to the topic meanwhile, with
no lock. The guide drops events of slow subscribers in silence, and its main may end before
anybody has read anything; here drops are counted, and main reads to the end.

    python examples/guide/event_bus.py
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

from gomap import Map


class Subscription:
    """A chan any with a buffer: iterate it; it ends when it is closed."""

    def __init__(self, topic: str, buffer: int) -> None:
        self.topic, self.dropped = topic, 0
        self._buffer, self._closed = buffer, False
        self._events: SimpleQueue[tuple[object, bool]] = SimpleQueue()
        self._lock = threading.Lock()

    def offer(self, event: object) -> bool:
        """Put an event into the buffer, or drop it if that is full or closed."""
        with self._lock:
            if self._closed:
                return False
            if self._events.qsize() >= self._buffer:
                self.dropped += 1
                return False
            self._events.put((event, True))
            return True

    def close(self) -> None:
        """Let readers end after what is in the buffer."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._events.put((None, False))

    def __iter__(self) -> Iterator[object]:
        while True:
            event, ok = self._events.get()  # event, ok := <-ch
            if not ok:
                self._events.put((None, False))  # for the next reader
                return
            yield event


class EventBus:
    """map[string][]chan any; the lock is for those who change a topic, not for publishers."""

    def __init__(self, buffer: int = 100) -> None:
        if buffer < 1:
            raise ValueError(f"buffer must be at least 1: {buffer}")
        self._buffer = buffer
        self._subscribers = Map[str, tuple[Subscription, ...]]()
        self._lock = threading.Lock()

    def topics(self) -> list[str]:
        """Return the topics that have subscribers."""
        return sorted(self._subscribers)

    def subscribe(self, topic: str) -> Subscription:
        """Return a subscription that gets what is published from now on."""
        subscription = Subscription(topic, self._buffer)
        with self._lock:
            self._subscribers.add(topic, (subscription,))
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Close a subscription; a topic's last one takes the topic along."""
        topic = subscription.topic
        with self._lock:
            left = tuple(s for s in self._subscribers[topic] if s is not subscription)
            if left:
                self._subscribers[topic] = left
            else:
                del self._subscribers[topic]
        subscription.close()

    def publish(self, topic: str, event: object) -> int:
        """Hand an event to a topic's subscribers; return how many took it."""
        return sum(subscription.offer(event) for subscription in self._subscribers[topic])


def main() -> None:
    """Two services hear of new users, until one has heard enough."""
    bus = EventBus(buffer=2)
    mails, analytics = bus.subscribe("user.created"), bus.subscribe("user.created")
    heard: dict[str, list[object]] = {}

    def listen(name: str, subscription: Subscription) -> None:
        heard[name] = list(subscription)

    print("alice is told to", bus.publish("user.created", "alice"))
    print("nobody hears of payments:", bus.publish("payment.done", 4.5), bus.topics())
    bus.unsubscribe(analytics)
    print("bob is told to", bus.publish("user.created", "bob"))
    print("carol is told to", bus.publish("user.created", "carol"), "- dropped:", mails.dropped)
    bus.unsubscribe(mails)
    threads = [
        threading.Thread(target=listen, args=arguments)
        for arguments in (("mails", mails), ("analytics", analytics))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("mails heard of", heard["mails"])
    print("analytics heard of", heard["analytics"])
    print("topics left:", bus.topics())


if __name__ == "__main__":
    main()
