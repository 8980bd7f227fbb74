//! The SDK against the HTTP client it is made of, with the same JSON.

use std::time::{Duration, Instant};

use anyhow::Context;
use vouchsafe_sdk::{BasicCredentials, Client, CredentialsId};

use crate::{
    bench::{Bench, named},
    race::Race,
    sample::{Lane, Sample},
    world::World,
};

pub(super) const SDK: &str = "SDK get by id";

/// Short turns: what the SDK adds is little, and both sides must see the same machine.
const TURNS: u32 = 10;

pub(super) fn run(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    let name = named(world.backend, SDK);
    if !bench.wants(&name) {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let base = format!("http://{}", world.server.address);
    let id = world.ten_ids.first().context("no credentials")?.clone();
    let url = format!("{base}/api/v1/basic-credentials/{id}");
    let id = CredentialsId::from(id);
    let sdk = Client::builder(base).bearer_token(world.ten.clone()).build()?;
    let plain = reqwest::Client::builder().build()?;
    let (token, time) = (&world.ten, bench.options.turn() / TURNS);
    let (url, runtime) = (&url, &runtime);
    let by_sdk = async || -> anyhow::Result<BasicCredentials> { Ok(sdk.basic_credentials().get(&id).await?) };
    let by_hand = async || -> anyhow::Result<BasicCredentials> {
        Ok(plain.get(url).bearer_auth(token).send().await?.error_for_status()?.json().await?)
    };
    let race = Race::new(name, 1, || runtime.block_on(calls(time, &by_sdk))).turns(TURNS);
    bench.race(race.limit("reqwest", Some("95 %"), || runtime.block_on(calls(time, &by_hand))))
}

async fn calls<T>(time: Duration, call: &impl AsyncFn() -> anyhow::Result<T>) -> anyhow::Result<Sample> {
    let (start, mut calls) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let begun = Instant::now();
        call().await?;
        calls.push(begun.elapsed());
    }
    Ok(Sample::of_lanes(vec![Lane { calls, elapsed: start.elapsed() }]))
}
