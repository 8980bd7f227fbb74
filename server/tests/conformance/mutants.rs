//! One fault at a time in what the suite sees of the real server, and the cases that must find it.

mod access;
mod basic;
mod basic_list;
mod certificates;
mod configuration;
mod protocol;
mod states;
mod transactions;
mod verify;
mod x509;

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use vouchsafe_conformance::{Options, Profile, Verdict, report, run, unmatched};

use crate::{
    proxy::{Call, Fault, Memory, Proxy, Reply},
    server::Server,
};

/// A faulty server.
#[derive(Debug, Clone, Copy)]
struct Mutant {
    name: &'static str,
    /// What it claims to implement.
    profile: Profile,
    /// Which cases should find the fault: patterns of their ids.
    topic: &'static [&'static str],
    fault: Fault,
}

type After = fn(&Call, &mut Reply, &mut Memory);
type Before = fn(&mut Call, &mut Memory) -> Option<Reply>;

impl Mutant {
    /// One whose answers are wrong.
    const fn answers(name: &'static str, topic: &'static [&'static str], after: After) -> Self {
        let fault = Fault { after, ..Fault::NONE };
        Self { name, profile: Profile::Extended, topic, fault }
    }

    /// One that takes requests for others, or answers them by itself.
    const fn takes(name: &'static str, topic: &'static [&'static str], before: Before) -> Self {
        let fault = Fault { before, ..Fault::NONE };
        Self { name, profile: Profile::Extended, topic, fault }
    }

    /// What is wrong with both.
    const fn after(self, after: After) -> Self {
        Self { fault: Fault { after, ..self.fault }, ..self }
    }

    /// One that claims to implement the reference alone.
    const fn of_reference(self) -> Self {
        Self { profile: Profile::ClientCredentials, ..self }
    }
}

/// Faults that no case finds, and why that is so.
const SURVIVORS: &[(&str, &str)] = &[];

/// The share of faults that must be found.
const LEAST_FOUND: f64 = 0.95;

fn all() -> Vec<Mutant> {
    [
        basic::MUTANTS,
        basic_list::MUTANTS,
        states::MUTANTS,
        verify::MUTANTS,
        x509::MUTANTS,
        certificates::MUTANTS,
        access::MUTANTS,
        protocol::MUTANTS,
        transactions::MUTANTS,
        configuration::MUTANTS,
    ]
    .concat()
}

/// The id of the first case that fails.
async fn found(mutant: Mutant, server: &Server) -> Option<String> {
    let proxy = Proxy::start(server.url.clone(), mutant.fault).await;
    let only = mutant.topic.iter().map(|&glob| glob.to_owned()).collect();
    let options =
        Options { profile: mutant.profile, only, fail_fast: true, parallel: 2, ..Options::default() };
    let outcome = run(server.target(&proxy.url), options).await;
    let mut results = outcome.results.iter();
    let fail = results.find(|result| matches!(result.verdict, Verdict::Fail(_)));
    if fail.is_none() {
        let told: String = outcome.results.iter().map(report::result).collect();
        eprintln!("{}: not found by {} cases\n{told}", mutant.name, outcome.results.len());
    }
    fail.map(|result| result.case.id.clone())
}

/// Takes mutants from `queue` until there is none, each on a server that no other one has spoiled.
async fn hunt(queue: &Mutex<Vec<Mutant>>) -> Vec<(&'static str, Option<String>, Duration)> {
    let mut results = Vec::new();
    let mut shared = None;
    loop {
        let Some(mutant) = queue.lock().await.pop() else { return results };
        let started = Instant::now();
        // What is done to credentials hurts no other run; what is done to the configuration may.
        let harmless = mutant.topic.iter().all(|glob| glob.contains("-credentials::"));
        let result = if harmless {
            found(mutant, shared.get_or_insert_with(Server::start)).await
        } else {
            found(mutant, &Server::start()).await
        };
        results.push((mutant.name, result, started.elapsed()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_are_found_by_cases_of_their_topic() {
    let started = Instant::now();
    let wanted = std::env::var("MUTANT").unwrap_or_default();
    let mutants: Vec<Mutant> = all().into_iter().filter(|mutant| mutant.name.contains(&wanted)).collect();
    let total = mutants.len();
    let queue = Mutex::new(mutants);
    let (one, other, third) = tokio::join!(hunt(&queue), hunt(&queue), hunt(&queue));
    let results: Vec<_> = [one, other, third].concat();
    for (name, found, took) in &results {
        println!("{:>6} ms  {name}: {}", took.as_millis(), found.as_deref().unwrap_or("NOT FOUND"));
    }
    let missed: Vec<&str> =
        results.iter().filter(|(_, found, _)| found.is_none()).map(|(name, ..)| *name).collect();
    let found = total - missed.len();
    let share = found as f64 / total as f64;
    println!(
        "{found} of {total} faults found ({:.1} %), in {:.0} s; survivors: {missed:?}",
        share * 100.0,
        started.elapsed().as_secs_f64()
    );
    let mut known: Vec<&str> = SURVIVORS.iter().map(|(name, _)| *name).collect();
    known.retain(|name| name.contains(&wanted));
    assert_eq!(missed, known, "the survivors are those that are known, and no others");
    assert!(share >= LEAST_FOUND, "{share}");
}

/// The names say which fault it was: no two alike, and enough of them. Their topics are cases that there are.
#[test]
fn there_are_enough_mutants_each_with_a_name_of_its_own_and_a_topic() {
    let names: std::collections::BTreeSet<&str> = all().iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(names.len() >= 60, "{}", names.len());
    for profile in [Profile::Extended, Profile::ClientCredentials] {
        let mutants = all().into_iter().filter(|mutant| mutant.profile == profile);
        // The cases are made once for all of them.
        let only = mutants.flat_map(|mutant| mutant.topic).map(|&glob| glob.to_owned()).collect();
        let none = unmatched(&Options { only, ..Options::from(profile) });
        assert!(none.is_empty(), "no case is called {none:?}");
    }
}
