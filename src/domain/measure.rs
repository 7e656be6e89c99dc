//! Counters and histograms that are cheap to update from any thread, and their Prometheus text.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A counter that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn rise(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The current value.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets, in microseconds, and as Prometheus writes them, in seconds.
const BUCKETS: [(u64, &str); 11] = [
    (100, "0.0001"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (30_000_000, "30"),
];

/// The distribution of durations.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS.len()],
    beyond: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    /// Records one duration.
    pub fn note(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS
            .iter()
            .zip(&self.buckets)
            .find(|((end, _), _)| micros <= *end)
            .map_or(&self.beyond, |(_, bucket)| bucket);
        bucket.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// A label with any text as its value.
pub fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

/// A page in the text format of Prometheus, version 0.0.4.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a metric: its name, type and description.
    pub fn begin(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// One value; `labels` are `key="value"` pairs, or empty. Foreign words are made into one by [`label`].
    pub fn value(&mut self, name: &str, labels: &str, value: i64) {
        if labels.is_empty() {
            self.line(format_args!("{name} {value}\n"));
        } else {
            self.line(format_args!("{name}{{{labels}}} {value}\n"));
        }
    }

    /// A counter.
    pub fn counter(&mut self, name: &str, labels: &str, counter: &Counter) {
        self.value(name, labels, i64::try_from(counter.value()).unwrap_or(i64::MAX));
    }

    /// A histogram with its buckets, sum and count.
    pub fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        for ((_, end), bucket) in BUCKETS.iter().zip(&histogram.buckets) {
            count += bucket.load(Ordering::Relaxed);
            self.line(format_args!("{name}_bucket{{{labels}{comma}le=\"{end}\"}} {count}\n"));
        }
        count += histogram.beyond.load(Ordering::Relaxed);
        self.line(format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}\n"));
        let micros = histogram.micros.load(Ordering::Relaxed);
        let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
        self.line(format_args!("{name}_sum{open}{labels}{close} {}.{:06}\n", micros / 1_000_000, micros % 1_000_000));
        self.line(format_args!("{name}_count{open}{labels}{close} {count}\n"));
    }

    /// The whole page.
    pub fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.push_str(&line.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_with_any_text_ends_where_it_should() {
        assert_eq!(label("app", "a\"b\\c\nd"), r#"app="a\"b\\c\nd""#);
    }

    #[test]
    fn a_histogram_counts_upwards_and_sums_seconds() {
        let histogram = Histogram::default();
        for micros in [50, 400, 2_000_000, 60_000_000] {
            histogram.note(Duration::from_micros(micros));
        }
        let mut page = Exposition::default();
        page.begin("x_seconds", "histogram", "How long.");
        page.histogram("x_seconds", "kind=\"a\"", &histogram);
        let text = page.into_text();
        for line in [
            "# TYPE x_seconds histogram",
            "x_seconds_bucket{kind=\"a\",le=\"0.0001\"} 1",
            "x_seconds_bucket{kind=\"a\",le=\"0.0005\"} 2",
            "x_seconds_bucket{kind=\"a\",le=\"5\"} 3",
            "x_seconds_bucket{kind=\"a\",le=\"+Inf\"} 4",
            "x_seconds_sum{kind=\"a\"} 62.000450",
            "x_seconds_count{kind=\"a\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
