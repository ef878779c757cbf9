"""Prometheus metrics, in a registry of their own; docs/metrics.md lists each."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)


class Metrics:
    """Every metric the daemon keeps."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.polls = Counter("monitor_polls_total", "Polls of feeds by outcome.", ["outcome"], registry=self.registry)
        self.articles = Counter(
            "monitor_articles_total",
            "New articles and revisions stored, by source kind.",
            ["kind"],
            registry=self.registry,
        )
        self.pages = Counter(
            "monitor_pages_total", "Pages fetched for full texts, by outcome.", ["outcome"], registry=self.registry
        )
        self.matches = Counter(
            "monitor_matches_total", "Articles a rule matched, by rule.", ["rule"], registry=self.registry
        )
        self.decisions = Counter(
            "monitor_decisions_total", "Alert decisions by reason.", ["reason"], registry=self.registry
        )
        self.alerts = Counter(
            "monitor_alerts_total", "Alerts raised, by severity.", ["severity"], registry=self.registry
        )
        self.deliveries = Counter(
            "monitor_deliveries_total", "Delivery attempts by outcome.", ["outcome"], registry=self.registry
        )
        self.answers = Counter(
            "monitor_answers_total",
            "What people asked from Slack, by what they used and what came of it.",
            ["what", "outcome"],
            registry=self.registry,
        )
        self.failures = Counter(
            "monitor_failures_total", "Unexpected failures by stage.", ["stage"], registry=self.registry
        )
        self.delay = Histogram(
            "monitor_alert_seconds",
            "Seconds from an article being stored to its alert being decided.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.extraction = Histogram(
            "monitor_extraction_seconds",
            "Seconds to extract the facts of one article.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.backlog = Gauge("monitor_backlog", "Articles stored and not yet processed.", registry=self.registry)
        self.outbox = Gauge("monitor_outbox", "Deliveries not yet settled.", registry=self.registry)
        self.blocked = Gauge(
            "monitor_sink_blocked",
            "Channels that take no alerts until a person mends something; 1 also for a whole sink.",
            ["sink"],
            registry=self.registry,
        )
        self.feeds = Gauge("monitor_feeds", "Feeds by state.", ["state"], registry=self.registry)
        self.rules = Gauge("monitor_rules", "Watch rules in force.", registry=self.registry)
        self.rule_errors = Gauge("monitor_rule_errors", "Mistakes in rule files now.", registry=self.registry)
        self.worker_restarts = Counter(
            "monitor_worker_restarts_total",
            "Workers replaced after dying or running out of time.",
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self.registry)
