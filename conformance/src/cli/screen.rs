//! Tells of cases while they run: on a terminal a bar with what did not pass above it, elsewhere a line for each case.

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    attempt::STOPPED,
    case::{CaseResult, Verdict},
    report,
};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Quiet,
    Usual,
    Verbose,
}

pub(super) struct Screen {
    /// It draws nothing where standard error is no terminal.
    bar: ProgressBar,
    passes: bool,
    /// Whether the same Error in a row is told only once.
    folds: bool,
    last_error: Option<String>,
    folded: usize,
    /// Cases that did not run since the run was stopped.
    stopped: usize,
    failed: usize,
    written: io::Result<()>,
}

impl Screen {
    pub(super) fn new(cases: usize, shown: Shown) -> Self {
        let terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        let bar = if shown == Shown::Quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(u64::try_from(cases).unwrap_or(u64::MAX)).with_style(style())
        };
        Self {
            bar,
            passes: shown == Shown::Verbose || (shown == Shown::Usual && !terminal),
            folds: terminal && shown != Shown::Verbose,
            last_error: None,
            folded: 0,
            stopped: 0,
            failed: 0,
            written: Ok(()),
        }
    }

    /// Tells of a case that has ended.
    pub(super) fn tell(&mut self, result: &CaseResult) {
        let is_bad = matches!(result.verdict, Verdict::Fail(_) | Verdict::Error(_));
        if is_bad {
            self.failed += 1;
            self.bar.set_message(format!("{} not passed", self.failed));
        }
        let pass = result.verdict == Verdict::Pass && result.left_behind.is_empty();
        let stopped =
            matches!(&result.verdict, Verdict::Skip { reason, declared: false } if reason == STOPPED);
        if stopped && result.left_behind.is_empty() {
            self.stopped += 1;
        } else if self.is_folded(result) {
            self.folded += 1;
        } else if !pass || self.passes {
            self.write(&report::result(result));
        }
        self.bar.inc(1);
    }

    /// Whether it is the Error that the last one was, too.
    fn is_folded(&mut self, result: &CaseResult) -> bool {
        let Verdict::Error(reason) = &result.verdict else { return false };
        let same = self.folds && self.last_error.as_ref() == Some(reason);
        if !same {
            self.tell_folded();
            self.last_error = Some(reason.clone());
        }
        same
    }

    fn tell_folded(&mut self) {
        if self.folded > 0 {
            let folded = std::mem::take(&mut self.folded);
            self.write(&format!("ERROR {folded} other cases for the same reason\n"));
        }
    }

    fn write(&mut self, text: &str) {
        if self.written.is_ok() {
            self.written = self.bar.suspend(|| io::stdout().write_all(text.as_bytes()));
        }
    }

    /// Takes the bar away. Whether what passed was shown, so that the rest is, too.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        self.bar.finish_and_clear();
        self.tell_folded();
        if self.stopped > 0 {
            self.write(&format!("SKIP  {} cases: {STOPPED}\n", self.stopped));
        }
        self.written.map(|()| self.passes)
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
