//! What is told of a certificate after its revocation was acknowledged: at once by verdicts and OCSP, soon by the list.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use vouchsafe_domain::SerialNumber;

use super::{REVOKE, X509, change, list};
use crate::{
    bench::{Bench, say},
    http::{Connection, request},
    rows::verify::ocsp,
    seed::Certificate,
    world::World,
};

/// How many times the list is waited for. After the first time it was made just before: the longest wait there is.
const LISTS: usize = 3;

/// Revokes certificates of tenant `crowd`.
pub(super) fn run(bench: &mut Bench, world: &World, certificates: &[Certificate]) -> anyhow::Result<()> {
    say("what is told of revoked certificates");
    let (listed, asked) = certificates.split_at(LISTS.min(certificates.len()));
    let mut good = 0;
    for (number, certificate) in asked.iter().enumerate() {
        good += still_good(bench, world, certificate, number % 2 == 0)?;
    }
    let mut longest = Duration::ZERO;
    for certificate in listed {
        longest = longest.max(listed_after(world, certificate)?);
    }
    let name = |what: &str| world.named(format_args!("{REVOKE}: {what}"));
    bench.figure(name("answers that still said good"), f64::from(good), "", Some("none"));
    let list = format!("on the list of {}, longest of {LISTS}", bench.options.rows);
    bench.figure(name(&list), longest.as_secs_f64(), "s", Some("under 5 s"));
    Ok(())
}

/// How many answers after a revocation were another than `revoked`. Both ways to ask are used before, so that whatever is
/// remembered is put to the test; each is the very next request for half of the certificates.
fn still_good(
    bench: &Bench,
    world: &World,
    certificate: &Certificate,
    verify_first: bool,
) -> anyhow::Result<u32> {
    let mut connection = Connection::open(world.server.address)?;
    connection.call(&request("GET", "/pki/crowd/ca.pem", "none", ""))?;
    let ca = String::from_utf8(connection.body().to_vec())?;
    let question = ocsp::question(bench, &ca, &certificate.serial_number)?;
    let verify = format!(r#"{{"issuer":"crowd","serialNumber":"{}"}}"#, certificate.serial_number);
    let verify = request("POST", &format!("{X509}/verify"), &world.crowd, &verify);
    let question = ocsp::post("/pki/crowd/ocsp", &question);

    connection.call(&verify)?;
    let before: Value = serde_json::from_slice(connection.body())?;
    connection.call(&question)?;
    let status = ocsp::status(bench, connection.body())?;
    anyhow::ensure!(
        before["verdict"] == "Accepted" && status == "good",
        "a certificate was not good before its revocation: {before}, {status}"
    );

    revoke(&mut connection, world, certificate)?;
    let (verdict, status) = match verify_first {
        true => (answer(&mut connection, &verify)?, answer(&mut connection, &question)?),
        false => {
            let status = answer(&mut connection, &question)?;
            (answer(&mut connection, &verify)?, status)
        }
    };
    let verdict: Value = serde_json::from_slice(&verdict)?;
    let rejected = verdict["verdict"] == "Rejected" && verdict["reason"] == "Revoked";
    let revoked = ocsp::status(bench, &status)? == "revoked";
    Ok(u32::from(!rejected) + u32::from(!revoked))
}

fn answer(connection: &mut Connection, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    connection.call(request)?;
    Ok(connection.body().to_vec())
}

fn revoke(connection: &mut Connection, world: &World, certificate: &Certificate) -> anyhow::Result<()> {
    let status = connection.call(&change(&world.crowd, certificate, "Revoked"))?;
    anyhow::ensure!(status == 204, "a revocation was answered with {status}");
    Ok(())
}

/// From the acknowledgement of a revocation to a list with it.
fn listed_after(world: &World, certificate: &Certificate) -> anyhow::Result<Duration> {
    let mut connection = Connection::open(world.server.address)?;
    let entry = entry(&certificate.serial_number)?;
    list(&mut connection, "crowd")?;
    let mut last = connection.body().to_vec();
    anyhow::ensure!(!contains(&last, &entry), "a certificate was on the list before its revocation");
    revoke(&mut connection, world, certificate)?;
    let acknowledged = Instant::now();
    while acknowledged.elapsed() < Duration::from_secs(60) {
        list(&mut connection, "crowd")?;
        let elapsed = acknowledged.elapsed();
        if connection.body() != last {
            if contains(connection.body(), &entry) {
                return Ok(elapsed);
            }
            // It was under way already.
            connection.body().clone_into(&mut last);
        }
        // What is polled takes time from what is measured.
        thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("a revoked certificate is not on the list after a minute")
}

/// How a list's entry begins: the serial number as an INTEGER (RFC 5280 5.1).
fn entry(serial_number: &str) -> anyhow::Result<Vec<u8>> {
    let number = SerialNumber::parse(serial_number)?;
    let content = number.as_integer();
    Ok([&[0x02, u8::try_from(content.len())?], content].concat())
}

fn contains(list: &[u8], entry: &[u8]) -> bool {
    list.windows(entry.len()).any(|window| window == entry)
}

#[cfg(test)]
mod tests {
    use super::{contains, entry};

    #[test]
    fn a_serial_number_is_found_as_der() -> anyhow::Result<()> {
        // X.690 8.3: 255 has an octet in front, for 0xff alone would be -1.
        let entry = entry("255")?;
        assert_eq!(entry, [0x02, 0x02, 0x00, 0xff]);
        assert!(contains(&[0x30, 0x04, 0x02, 0x02, 0x00, 0xff], &entry));
        assert!(!contains(&[0x30, 0x03, 0x02, 0x01, 0x7f], &entry));
        Ok(())
    }
}
