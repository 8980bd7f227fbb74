//! Where a certificate says that more is to be found: its CA's revocation list, OCSP responder and certificate.

use url::Url;
use vouchsafe_domain::Invalid;

/// The addresses in a leaf: absolute `http` or `https` URLs. `http` is the right one (RFC 5280 section 8): what is fetched
/// is signed, and a verifier of `https` would need the very answer that it is asking for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointers {
    crl: String,
    ocsp: String,
    issuer: String,
}

impl Pointers {
    /// Reads the addresses of the CA's revocation list (DER), of its OCSP responder, and of its certificate (DER).
    ///
    /// # Errors
    /// [`Invalid`] naming the address and the broken rule.
    pub fn new(crl: &str, ocsp: &str, issuer: &str) -> Result<Self, Invalid> {
        Ok(Self { crl: url("crl", crl)?, ocsp: url("ocsp", ocsp)?, issuer: url("issuer", issuer)? })
    }

    /// Of the revocation list.
    #[must_use]
    pub fn crl(&self) -> &str {
        &self.crl
    }

    /// Of the OCSP responder.
    #[must_use]
    pub fn ocsp(&self) -> &str {
        &self.ocsp
    }

    /// Of the CA's certificate.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

/// An `IA5String` that is an absolute URI with a host (RFC 5280 4.2.1.6), written as it will be requested: `Url::parse`
/// alone would repair it.
fn url(what: &'static str, text: &str) -> Result<String, Invalid> {
    let invalid = |rule| Err(Invalid { what, rule });
    if text.len() > 2048 {
        return invalid("must be at most 2048 characters long");
    }
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return invalid("must be an http or https URL such as http://pki.example.com/crl");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
    if authority.is_empty()
        || authority.contains('@')
        || !text.bytes().all(plain)
        || Url::parse(text).is_err()
    {
        return invalid(
            "must be a URL with a host, without user name and fragment, in the characters of RFC 3986",
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Pointers;

    #[test]
    fn urls() {
        let long = format!("http://a/{}", "x".repeat(2039));
        for good in
            ["http://a", "https://a.example:8443/b?c=%20", "http://[2001:db8::1]/", "http://10.0.0.1/", &long]
        {
            let pointers = Pointers::new(good, good, good);
            assert!(
                pointers.is_ok_and(|found| [found.crl(), found.ocsp(), found.issuer()] == [good; 3]),
                "{good}"
            );
        }
        for bad in [
            "",
            "a",
            "/a",
            "//a/b",
            "ftp://a",
            "ldap://a",
            "HTTP://a",
            "http:a",
            "http:/a",
            "http://",
            "http:///a",
            "http://u@a/",
            "http://u:p@a/",
            "http://a b/",
            "http://a/\n",
            "http://a\\b",
            "http://a/#b",
            "http://a/<b>",
            "http://é/",
            "http://a:99999/",
            "http://[1::2::3]/",
            &format!("{long}x"),
        ] {
            let good = "http://a";
            for (crl, ocsp, issuer, what) in
                [(bad, good, good, "crl"), (good, bad, good, "ocsp"), (good, good, bad, "issuer")]
            {
                assert_eq!(Pointers::new(crl, ocsp, issuer).map_err(|error| error.what), Err(what), "{bad}");
            }
        }
    }
}
