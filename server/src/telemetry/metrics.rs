//! What `/metrics` shows, in the OpenMetrics text format that Prometheus reads.

use std::{
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verdict {
    kind: &'static str,
    verdict: &'static str,
}

/// The counters of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter<u64, AtomicU64>>,
    latency: Family<Operation, Histogram>,
    issued: Family<Kind, Counter<u64, AtomicU64>>,
    verified: Family<Verdict, Counter<u64, AtomicU64>>,
    /// Streams of events that are open.
    pub event_streams: Gauge<i64, AtomicI64>,
    /// Password hashes that wait or run.
    pub hash_queue: Gauge<i64, AtomicI64>,
    database_connections: Gauge<i64, AtomicI64>,
    database_idle: Gauge<i64, AtomicI64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("vouchsafe");
        let requests = Family::default();
        registry.register("http_requests", "Answered requests by operation and status", requests.clone());
        // 0.25 ms to 8 s.
        let latency = Family::<Operation, _>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.000_25, 2.0, 16))
        });
        registry.register_with_unit(
            "http_request_duration",
            "Time to the answer",
            Unit::Seconds,
            latency.clone(),
        );
        let issued = Family::default();
        registry.register("credentials_issued", "Credentials created or issued, by kind", issued.clone());
        let verified = Family::default();
        registry.register("verdicts", "Verified credentials, by kind and verdict", verified.clone());
        let event_streams = Gauge::default();
        registry.register("event_streams", "Streams of events that are open", event_streams.clone());
        let hash_queue = Gauge::default();
        registry.register("password_hash_queue", "Password hashes that wait or run", hash_queue.clone());
        let database_connections = Gauge::default();
        registry.register("database_connections", "Open database connections", database_connections.clone());
        let database_idle = Gauge::default();
        registry.register("database_connections_idle", "Open connections nobody uses", database_idle.clone());
        Self {
            registry,
            requests,
            latency,
            issued,
            verified,
            event_streams,
            hash_queue,
            database_connections,
            database_idle,
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, operation: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { operation, status }).inc();
        self.latency.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    /// Counts credentials made; `kind` is `basic` or `x509`.
    pub fn issued(&self, kind: &'static str) {
        self.issued.get_or_create(&Kind { kind }).inc();
    }

    /// Counts a verdict: `Accepted`, or the reason of a rejection.
    pub fn verified(&self, kind: &'static str, verdict: &'static str) {
        self.verified.get_or_create(&Verdict { kind, verdict }).inc();
    }

    /// Sets the state of the database pool.
    pub fn database_pool(&self, open: u32, idle: u32) {
        self.database_connections.set(i64::from(open));
        self.database_idle.set(i64::from(idle));
    }

    /// Everything as text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
