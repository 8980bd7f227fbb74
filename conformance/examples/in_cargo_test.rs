//! A server is tested from Rust. In a project of your own this is a `#[tokio::test]` that starts the server first.

use std::error::Error;

use vouchsafe_conformance::{Auth, Options, Profile, Target, Verdict, report, run};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("say the server's URL")?;
    let target = Target::new(&url, Auth::None)?;
    let options = Options {
        skip: vec!["x509-credentials::*=This server has no certificates.".into()],
        ..Options::from(Profile::ClientCredentials)
    };
    let outcome = run(target, options).await;

    // Every result is typed: what differs, where in the answer, and where the document says so.
    let fails = outcome.results.iter().filter_map(|result| match &result.verdict {
        Verdict::Fail(mismatches) => Some((&result.case.id, mismatches)),
        _ => None,
    });
    for (id, mismatches) in fails {
        if let Some(mismatch) = mismatches.iter().find(|mismatch| mismatch.at == "status") {
            return Err(format!("{id}: {} See #{}.", mismatch.requirement, mismatch.pointer).into());
        }
    }
    // Or all of it, as the command prints it.
    if !outcome.passed() {
        let told: String = outcome.results.iter().map(report::result).collect();
        return Err(format!("{told}{}", report::summary(&outcome)).into());
    }
    Ok(())
}
