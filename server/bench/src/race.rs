//! A row of the table: one call of the server, and what limits it, taking turns.

use crate::{
    bench::say,
    report::{Limit, Row},
    sample::{Sample, median},
};

type Turn<'a> = Box<dyn FnMut() -> anyhow::Result<Sample> + 'a>;

/// A race.
pub(crate) struct Race<'a> {
    name: String,
    connections: usize,
    /// How many times the usual number of rounds.
    turns: u32,
    ours: Turn<'a>,
    limits: Vec<(String, Option<&'static str>, Turn<'a>)>,
}

impl<'a> Race<'a> {
    /// Begins with what is measured; `connections` or threads call at once.
    pub(crate) fn new(
        name: impl Into<String>,
        connections: usize,
        ours: impl FnMut() -> anyhow::Result<Sample> + 'a,
    ) -> Self {
        Self { name: name.into(), connections, turns: 1, ours: Box::new(ours), limits: Vec::new() }
    }

    /// Takes that many times the usual number of turns, for turns that are short.
    pub(crate) fn turns(mut self, turns: u32) -> Self {
        self.turns = turns;
        self
    }

    /// Adds a limit, and which part of it must be reached.
    pub(crate) fn limit(
        mut self,
        what: impl Into<String>,
        target: Option<&'static str>,
        turn: impl FnMut() -> anyhow::Result<Sample> + 'a,
    ) -> Self {
        self.limits.push((what.into(), target, Box::new(turn)));
        self
    }

    /// Lets them take turns. The ratio is the median of the rounds' ratios.
    pub(crate) fn run(mut self, rounds: u32) -> anyhow::Result<Row> {
        say(&format!("{}, {} at once", self.name, self.connections));
        let mut ours = Vec::new();
        let mut limits = vec![Vec::new(); self.limits.len()];
        for _ in 0..rounds * self.turns {
            ours.push((self.ours)()?);
            for (turns, (_, _, turn)) in limits.iter_mut().zip(&mut self.limits) {
                turns.push(turn()?);
            }
        }
        let limits = self.limits.into_iter().zip(limits).map(|((what, target, _), turns)| {
            let ratios = ours.iter().zip(&turns).map(|(ours, limit)| ours.rate / limit.rate).collect();
            Limit { what, rate: Sample::median(&turns).rate, ratio: median(ratios), target }
        });
        Ok(Row {
            name: self.name,
            connections: self.connections,
            sample: Sample::median(&ours),
            limits: limits.collect(),
        })
    }
}
