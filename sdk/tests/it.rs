//! What the client does with answers that a healthy server does not give on command: refusals, broken connections,
//! odd pages. The operations themselves are tested against the real server, where that is built.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod it {
    mod answers;
    mod docs;
    mod events;
    mod pages;
    mod peer;
    mod retries;
    mod tokens;
}
