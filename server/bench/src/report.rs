//! The results: a table for people, JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::sample::Sample;

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Cores of the machine.
    pub(crate) cores: usize,
    /// Rates.
    pub(crate) rows: Vec<Row>,
    /// Single figures, such as memory.
    pub(crate) figures: Vec<Figure>,
    /// What was not measured, and why.
    pub(crate) skipped: Vec<String>,
}

/// One call of the server against its limits.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) connections: usize,
    #[serde(flatten)]
    pub(crate) sample: Sample,
    pub(crate) limits: Vec<Limit>,
}

/// What could at best be reached, measured in turns with the row.
#[derive(Debug, Serialize)]
pub(crate) struct Limit {
    pub(crate) what: String,
    pub(crate) rate: f64,
    /// The row's rate over the limit's.
    pub(crate) ratio: f64,
    pub(crate) target: Option<&'static str>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) target: Option<&'static str>,
}

impl Report {
    /// The table.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{:<44} {:>5} {:>9} {:>9} {:>9} {:>8}  {:<44} {:>9} {:>8}  target",
            "what", "conns", "rate/s", "p50 ms", "p99 ms", "cpu ms", "limit", "limit/s", "ratio"
        );
        for row in &self.rows {
            let sample = &row.sample;
            let _ = write!(
                text,
                "{:<44} {:>5} {:>9} {:>9.2} {:>9.2} {:>8}",
                row.name,
                row.connections,
                number(sample.rate),
                sample.p50_ms,
                sample.p99_ms,
                sample.cpu_ms.map_or_else(String::new, |cpu| format!("{cpu:.3}"))
            );
            for (index, limit) in row.limits.iter().enumerate() {
                let indent = if index == 0 { 0 } else { 44 + 6 + 10 + 10 + 10 + 9 };
                let ratio = format!("{:.1} %", limit.ratio * 100.0);
                let _ = write!(
                    text,
                    "{}{:indent$}  {:<44} {:>9} {ratio:>8}  {}",
                    if index == 0 { "" } else { "\n" },
                    "",
                    limit.what,
                    number(limit.rate),
                    limit.target.unwrap_or_default(),
                );
            }
            text.push('\n');
        }
        text.push('\n');
        for figure in &self.figures {
            let target = figure.target.map_or_else(String::new, |target| format!("  target: {target}"));
            let _ = writeln!(text, "{:<72} {:>9.1} {}{target}", figure.name, figure.value, figure.unit);
        }
        for reason in &self.skipped {
            let _ = writeln!(text, "skipped: {reason}");
        }
        text
    }
}

fn number(rate: f64) -> String {
    if rate < 100.0 { format!("{rate:.2}") } else { format!("{rate:.0}") }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Limit, Report, Row};
    use crate::sample::Sample;

    #[test]
    fn the_table_lines_up() {
        let limit = |what: &str, target| Limit { what: what.to_owned(), rate: 2000.0, ratio: 0.5, target };
        let row = Row {
            name: "issue".to_owned(),
            connections: 4,
            sample: Sample { rate: 1000.0, p50_ms: 1.0, p99_ms: 2.0, cpu_ms: Some(0.5) },
            limits: vec![limit("one", Some("95 %")), limit("two", None)],
        };
        let figure =
            Figure { name: "memory".to_owned(), value: 20.0, unit: "MiB", target: Some("under 30 MiB") };
        let report =
            Report { cores: 2, rows: vec![row], figures: vec![figure], skipped: vec!["x".to_owned()] };
        let text = report.to_text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1].find("one"), lines[2].find("two"), "{text}");
        assert_eq!(lines[0].find("limit "), lines[2].find("two"), "{text}");
        assert_eq!((lines.len(), lines[5]), (6, "skipped: x"), "{text}");
    }
}
