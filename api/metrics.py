"""What Prometheus asks for: counts of what came in, what was refused and what went out; never who or what."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from inbox.events import DeliveryMoved, MessageReceived
from inbox.values import DeliveryState, Received
from kernel.events import EventBus

CONTENT_TYPE = CONTENT_TYPE_LATEST
_INTAKE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """This process's counters; a registry of its own, so that two houses in one process do not add up."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.received = Counter("kindred_messages_received", "Messages of customers that were kept.", registry=self._registry)
        self.duplicates = Counter("kindred_duplicates", "Payloads that said what was known already.", ["channel"], registry=self._registry)
        self.dead_letters = Counter("kindred_dead_letters", "Payloads that could not be read or placed.", ["channel"], registry=self._registry)
        self.refused = Counter("kindred_webhooks_refused", "Webhooks that were not taken, by reason.", ["channel", "reason"], registry=self._registry)
        self.deliveries = Counter("kindred_deliveries", "Deliveries that came to a state.", ["state"], registry=self._registry)
        self.intake_seconds = Histogram(
            "kindred_intake_seconds", "From a webhook's last byte to its commit.", ["channel"], buckets=_INTAKE_SECONDS, registry=self._registry
        )
        self.sockets = Gauge("kindred_sockets", "Open sockets, of agents and of visitors.", ["kind"], registry=self._registry)
        self.sockets_cut = Counter("kindred_sockets_cut", "Sockets that were too slow and were cut off.", ["kind"], registry=self._registry)
        for kind in ("agent", "visitor"):
            self.sockets.labels(kind)
            self.sockets_cut.labels(kind)
        for state in (DeliveryState.SENT, DeliveryState.FAILED):
            self.deliveries.labels(state)

    def wire(self, bus: EventBus) -> None:
        """Listen to the facts that are counted."""
        bus.listen(MessageReceived, lambda _: self.received.inc())
        bus.listen(DeliveryMoved, lambda fact: self.deliveries.labels(fact.state).inc())

    def took(self, channel: str, received: Received, seconds: float) -> None:
        """Count what became of one payload."""
        self.intake_seconds.labels(channel).observe(seconds)
        self.duplicates.labels(channel).inc(sum(taken.is_duplicate for taken in received.taken))
        if received.dead_letter_id is not None:
            self.dead_letters.labels(channel).inc()

    def know(self, channels: Iterable[str]) -> None:
        """Show every channel's counters from the start, at zero, so that a rate is never missing its first step."""
        for channel in channels:
            self.duplicates.labels(channel)
            self.dead_letters.labels(channel)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
