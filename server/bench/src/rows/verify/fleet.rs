//! Who of the fleet is for what. A password that was verified once is remembered, so no device serves two rows.

use std::ops::Range;

use anyhow::Context;

use crate::{http::request, seed::PASSWORD, world::FLEET};

/// Devices whose passwords are remembered.
pub(super) const KNOWN: Range<u32> = 0..64;
/// Devices that are verified once, all rounds and connections of a database together.
pub(super) const FIRST: Range<u32> = KNOWN.end..STORMING.start;
/// Devices for a storm.
pub(super) const STORMING: Range<u32> = SUSPENDING.start - 1_000..SUSPENDING.start;
/// Devices to be suspended.
pub(super) const SUSPENDING: Range<u32> = FLEET - 200..FLEET;

/// A device that was never verified on this database, if `verified` others were.
pub(super) fn first(verified: u32) -> anyhow::Result<u32> {
    let device = FIRST.start.saturating_add(verified);
    FIRST
        .contains(&device)
        .then_some(device)
        .context("more devices are needed: raise FLEET, or measure for less long")
}

/// A device's login.
pub(super) fn login(path: &str, token: &str, device: u32) -> Vec<u8> {
    request("POST", path, token, &body(device, PASSWORD))
}

/// The same with another password that is as long: it must be rejected, whatever is remembered.
pub(super) fn wrong_login(path: &str, token: &str, device: u32) -> Vec<u8> {
    request("POST", path, token, &body(device, &PASSWORD.to_uppercase()))
}

fn body(device: u32, password: &str) -> String {
    format!(r#"{{"username":"device-{device:08}","password":"{password}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, FLEET, KNOWN, STORMING, SUSPENDING, first};

    #[test]
    fn no_device_serves_two_rows() {
        let all = [KNOWN, FIRST, STORMING, SUSPENDING];
        let devices: Vec<u32> = all.into_iter().flatten().collect();
        assert!(devices.iter().copied().eq(0..FLEET), "the ranges overlap or leave a gap");
        assert_eq!((KNOWN.len(), STORMING.len(), SUSPENDING.len()), (64, 1_000, 200));
        // 2 times 3 turns of 3 seconds at 500 passwords a second: more than any machine of two cores hashes.
        assert!(FIRST.len() >= 2 * 3 * 3 * 500, "{FIRST:?}");
    }

    #[test]
    fn devices_run_out_instead_of_coming_again() {
        let last = FIRST.end - FIRST.start - 1;
        assert_eq!([0, last].map(|verified| first(verified).ok()), [Some(FIRST.start), Some(FIRST.end - 1)]);
        for verified in [last + 1, u32::MAX] {
            let error = first(verified).map_err(|error| error.to_string());
            assert!(error.is_err_and(|error| error.starts_with("more devices are needed")));
        }
    }
}
