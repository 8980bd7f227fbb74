//! Silly names, an adjective and a noun: over two million of them.

use std::sync::LazyLock;

static WORDS: LazyLock<[Vec<&'static str>; 2]> = LazyLock::new(|| {
    let friendly = petname::lang::english::Petnames::medium();
    // Friendly adjectives; animals and things.
    let things = ::names::NOUNS.iter().copied();
    let animals: Vec<&'static str> = friendly.nouns.iter().copied().collect();
    [sorted(friendly.adjectives.iter().copied()), sorted(things.chain(animals))]
});

fn sorted(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut words: Vec<_> = words.filter(plain).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A name such as `reasonable-kangaroo`.
///
/// # Errors
/// When the system has no randomness to give.
pub(super) fn silly_name() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
    let [adjectives, nouns] = &*WORDS;
    Ok(format!("{}-{}", pick(adjectives, &bytes[..8]), pick(nouns, &bytes[8..])))
}

fn pick(words: &[&'static str], bytes: &[u8]) -> &'static str {
    // 64 random bits over a few thousand words: the bias is far below what a silly name is worth.
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let count = u64::try_from(words.len()).unwrap_or(u64::MAX).max(1);
    words.get(usize::try_from(number % count).unwrap_or_default()).copied().unwrap_or("nameless")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use vouchsafe_domain::{CommonName, Username};

    use super::{WORDS, silly_name};

    #[test]
    fn over_two_million() {
        let [adjectives, nouns] = &*WORDS;
        assert!(adjectives.len() * nouns.len() > 2_000_000, "{} x {}", adjectives.len(), nouns.len());
    }

    #[test]
    fn names_are_usernames_and_host_names() {
        for _ in 0..100 {
            let name = silly_name().unwrap();
            assert!(Username::parse(name.as_str()).is_ok(), "{name}");
            assert!(CommonName::parse(name.as_str()).unwrap().is_host_name(), "{name}");
        }
    }
}
