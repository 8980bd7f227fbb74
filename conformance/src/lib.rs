//! Checks any implementation of the API against its document.
//!
//! [`run`] sends every documented request to a server and compares the answers with the documented ones. It shares
//! nothing with the server and the SDK but the document, so that it can tell what both get wrong.
//!
//! ```no_run
//! use vouchsafe_conformance::{Auth, Profile, Secret, Target, report, run};
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::new("http://127.0.0.1:8080", Auth::Token(Secret::new("the access token")))?;
//! let outcome = run(target, Profile::ClientCredentials).await;
//! assert!(outcome.passed(), "{}", report::summary(&outcome));
//! # Ok(())
//! # }
//! ```

mod attempt;
mod case;
mod cases;
pub mod cli;
mod document;
mod exchange;
mod http;
mod normalise;
mod oracle;
mod outcome;
mod recorded;
pub mod report;
mod runner;
mod select;
mod target;

pub use case::{CaseInfo, CaseResult, Kind, Level, Mismatch, Plane, Quote, Verdict};
pub use exchange::{Answer, Authorization, Body, Exchange, Exchanges, Request, Role};
pub use outcome::{Implementation, Outcome};
pub use runner::{list, run, run_until, run_with};
pub use select::unmatched;
pub use target::{Admin, Auth, AuthorityError, Options, Profile, Secret, Skip, Target, Tokens, UrlError};
