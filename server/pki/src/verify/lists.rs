//! The revocation lists of a request: which count, and what is wrong with those that don't.

use std::cmp::Reverse;

use vouchsafe_domain::Timestamp;
use webpki::{BorrowedCertRevocationList, CertRevocationList, RevocationCheckDepth};

use super::{ChainRequest, RevocationCheck};
use crate::{Crl, TrustAnchor};

/// The lists that are asked, the newest first: webpki takes the first of an issuer.
pub(super) struct Lists<'a> {
    pub(super) depth: RevocationCheckDepth,
    asked: Vec<(&'a Crl, CertRevocationList<'a>)>,
    /// All that were given, for explaining.
    given: &'a [Crl],
    anchors: &'a [TrustAnchor],
    at: Timestamp,
}

impl<'a> Lists<'a> {
    /// Nothing if no revocation is looked up.
    pub(super) fn new(request: &ChainRequest<'a>) -> Option<Self> {
        let (depth, given) = match request.revocation {
            RevocationCheck::None => return None,
            RevocationCheck::Leaf(lists) => (RevocationCheckDepth::EndEntity, lists),
            RevocationCheck::Full(lists) => (RevocationCheckDepth::Chain, lists),
        };
        let mut lists = Self { depth, asked: Vec::new(), given, anchors: request.anchors, at: request.at };
        // One that can't be read is missing, and what is missing is not trusted.
        let read =
            |list: &'a Crl| Some((list, BorrowedCertRevocationList::from_der(list.der()).ok()?.into()));
        let usable =
            given.iter().filter(|list| list.this_update() <= request.at && !lists.is_by_wrong_anchor(list));
        lists.asked = usable.filter_map(read).collect();
        lists.asked.sort_by_key(|(list, _)| Reverse(list.this_update()));
        Some(lists)
    }

    /// Those for webpki. A stale one stays, so that no older one counts in its place, unless only current ones are wanted.
    pub(super) fn for_webpki(&self, only_current: bool) -> Vec<&CertRevocationList<'a>> {
        let wanted = self.asked.iter().filter(|(list, _)| !only_current || list.next_update() > self.at);
        wanted.map(|(_, list)| list).collect()
    }

    /// RFC 5280 6.3.3 f, of anchors: webpki knows no key usage of theirs.
    fn is_by_wrong_anchor(&self, list: &Crl) -> bool {
        let mut named =
            self.anchors.iter().filter(|anchor| anchor.subject_der() == list.issuer_der()).peekable();
        named.peek().is_some() && named.all(|anchor| !anchor.signs_lists())
    }

    /// Whether a list of this issuer revokes the serial number.
    pub(super) fn revokes(&self, issuer_der: &[u8], serial: &[u8]) -> bool {
        let mut of_issuer = self.asked.iter().filter(|(list, _)| list.issuer_der() == issuer_der);
        of_issuer.any(|(_, list)| list.find_serial(serial).is_ok_and(|entry| entry.is_some()))
    }

    /// Whether there is a list of this issuer that could prove something.
    pub(super) fn has_current(&self, issuer_der: &[u8]) -> bool {
        self.asked.iter().any(|(list, _)| list.issuer_der() == issuer_der && list.next_update() > self.at)
    }

    /// Why the lists of this issuer prove nothing.
    pub(super) fn explain(&self, issuer_der: &[u8]) -> String {
        let of_issuer = self.given.iter().filter(|list| list.issuer_der() == issuer_der);
        let faults: Vec<_> = of_issuer.map(|list| format!("{} {}", name(list), self.fault(list))).collect();
        if faults.is_empty() {
            return "no revocation list of the certificate's issuer is at hand".to_owned();
        }
        format!("no valid revocation list of the certificate's issuer is at hand: {}", faults.join("; "))
    }

    fn fault(&self, list: &Crl) -> &'static str {
        if list.this_update() > self.at {
            "is not yet valid (thisUpdate, RFC 5280 5.1.2.4)"
        } else if list.next_update() <= self.at {
            "is past its nextUpdate (RFC 5280 5.1.2.5)"
        } else if self.is_by_wrong_anchor(list) {
            "is by a CA whose key usage has no cRLSign (RFC 5280 6.3.3 f)"
        } else {
            "is not signed by the issuer's key, or not by one that may sign lists, or not about this certificate (RFC 5280 6.3.3)"
        }
    }
}

fn name(list: &Crl) -> String {
    list.source().map_or_else(|| "a list".to_owned(), |source| format!("the list from {source}"))
}
