//! A question about a chain, with our answer and OpenSSL's.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::date_time_ymd;
use rustls_pki_types::ServerName;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{
    ChainFailure, ChainFailureReason as Reason, ChainRequest, Purpose, RevocationCheck, VerifiedChain,
    verify_chain,
};

use crate::made::{Made, midsummer, read};
use crate::openssl::OpenSsl;

/// What is asked; `lists` by their URLs, in PEM.
#[derive(Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) chain: &'a [&'a Made],
    pub(crate) anchors: &'a [&'a Made],
    pub(crate) purpose: Purpose<'a>,
    pub(crate) check: &'a str,
    pub(crate) lists: &'a [(&'a str, &'a String)],
    pub(crate) at: Timestamp,
}

impl<'a> Ask<'a> {
    pub(crate) fn of(chain: &'a [&'a Made], anchors: &'a [&'a Made]) -> Self {
        Self { chain, anchors, purpose: Purpose::Client, check: "none", lists: &[], at: midsummer() }
    }

    pub(crate) fn for_server(self, name: &'static str) -> Self {
        Self { purpose: Purpose::Server(Some(ServerName::try_from(name).unwrap())), ..self }
    }

    pub(crate) fn revoked(self, check: &'a str, lists: &'a [(&'a str, &'a String)]) -> Self {
        Self { check, lists, ..self }
    }

    pub(crate) fn at(self, year: i32, month: u8) -> Self {
        Self { at: date_time_ymd(year, month, 1).into(), ..self }
    }

    pub(crate) fn ours(&self) -> Result<VerifiedChain, Vec<ChainFailure>> {
        let chain: Vec<_> = self.chain.iter().map(|made| made.der.clone()).collect();
        let anchors: Vec<_> = self.anchors.iter().map(|made| made.anchor()).collect();
        let lists = read(self.lists);
        verify_chain(&ChainRequest {
            certificates: &chain,
            anchors: &anchors,
            purpose: self.purpose.clone(),
            revocation: match self.check {
                "none" => RevocationCheck::None,
                "leaf" => RevocationCheck::Leaf(&lists),
                _ => RevocationCheck::Full(&lists),
            },
            at: self.at,
            max_intermediates: ChainRequest::MAX_INTERMEDIATES,
        })
    }

    fn openssl(&self) -> bool {
        let openssl = OpenSsl::new();
        let all = |made: &[&Made]| made.iter().map(|made| made.pem.as_str()).collect::<String>();
        openssl.write("anchors.pem", &all(self.anchors));
        openssl.write("chain.pem", &all(self.chain));
        openssl.write("leaf.pem", &all(&self.chain[..1]));
        let purpose = match &self.purpose {
            Purpose::Any => String::new(),
            Purpose::Client => "-purpose sslclient".to_owned(),
            Purpose::Server(None) => "-purpose sslserver".to_owned(),
            Purpose::Server(Some(name)) => {
                let option = if matches!(name, ServerName::IpAddress(_)) { "ip" } else { "hostname" };
                format!("-purpose sslserver -verify_{option} {}", name.to_str())
            }
        };
        let mut lists = String::new();
        for (index, (_, list)) in self.lists.iter().enumerate() {
            openssl.write(&format!("{index}.crl"), list);
            lists += &format!("-CRLfile {index}.crl ");
        }
        let check = match self.check {
            "none" => "-partial_chain",
            "leaf" => "-partial_chain -crl_check",
            _ => "-crl_check_all",
        };
        let line = format!(
            "verify {purpose} {check} {lists} -attime {} -no-CApath -CAfile anchors.pem -untrusted chain.pem leaf.pem",
            self.at.as_secs()
        );
        openssl.try_run(&line).is_ok()
    }

    /// Good, by this path, in OpenSSL's opinion as well.
    #[track_caller]
    pub(crate) fn is_good(&self, path: &[&Made]) {
        self.is_good_to_us(path);
        assert!(self.openssl());
    }

    /// Where OpenSSL is stricter.
    #[track_caller]
    pub(crate) fn is_good_to_us(&self, path: &[&Made]) {
        let path = path.iter().map(|made| made.der.clone()).collect();
        assert_eq!(self.ours(), Ok(VerifiedChain { path }));
    }

    /// Bad for exactly these reasons, and bad in OpenSSL's opinion as well.
    #[track_caller]
    pub(crate) fn is_bad(&self, expected: &[(Reason, Option<usize>)]) {
        self.is_bad_to_us(expected);
        assert!(!self.openssl());
    }

    /// Where OpenSSL is more lenient.
    #[track_caller]
    pub(crate) fn is_bad_to_us(&self, expected: &[(Reason, Option<usize>)]) {
        let failures = self.ours().unwrap_err();
        let found: Vec<_> = failures.iter().map(|failure| (failure.reason, failure.certificate)).collect();
        assert_eq!(found, expected, "{failures:?}");
    }

    pub(crate) fn detail(&self) -> String {
        self.ours().unwrap_err().swap_remove(0).detail
    }
}

pub(crate) struct Usual {
    pub(crate) root: Made,
    pub(crate) issuing: Made,
    pub(crate) leaf: Made,
}

pub(crate) fn usual() -> Usual {
    let root = Made::root("root", |_| {});
    let issuing = Made::ca("issuing", &root, |_| {});
    let leaf = Made::leaf(&issuing, |_| {});
    Usual { root, issuing, leaf }
}
