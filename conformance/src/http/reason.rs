//! Why a request came to nothing, and what to do about it, in one sentence. The URL is left to the caller.

use std::{error::Error, io, time::Duration};

use rustls::CertificateError;

const NO_HTTP: &str =
    "what came back is not HTTP: check the port, and write https:// if the server speaks TLS there";

/// What went wrong with a request that may take as long as `timeout`.
pub(super) fn reason(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return late(error, timeout);
    }
    let causes: Vec<&(dyn Error + 'static)> = causes(error).collect();
    if let Some(tls) = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return of_tls(tls);
    }
    let texts: Vec<String> = causes.iter().map(ToString::to_string).collect();
    let has = |part: &str| texts.iter().any(|text| text.contains(part));
    let last = texts.last().map(String::as_str).unwrap_or_default();
    let kind = causes.iter().rev().find_map(|cause| Some(cause.downcast_ref::<io::Error>()?.kind()));
    match kind {
        _ if has("dns error") => "the host's name has no address: check the URL".to_owned(),
        Some(io::ErrorKind::ConnectionRefused) => {
            "nobody listens there: start the server, or check host and port of the URL".to_owned()
        }
        _ if error.is_connect() => format!("cannot connect: {last}: check host and port of the URL"),
        _ if has("invalid HTTP") => NO_HTTP.to_owned(),
        _ if has("connection closed before message completed") => {
            "the server closed the connection without an answer: look into its log".to_owned()
        }
        _ if has("end of file before message length reached") => {
            "the answer ended too soon: it is shorter than its Content-Length says".to_owned()
        }
        _ => format!("the exchange broke off: {last}: look into the server's log"),
    }
}

fn late(error: &reqwest::Error, timeout: Duration) -> String {
    let seconds = timeout.as_secs_f64();
    if error.is_connect() {
        return format!(
            "no connection within {seconds} s: check host and port of the URL, and whether a firewall is in between"
        );
    }
    format!(
        "no complete answer within {seconds} s: find out what the server waits for, or give it longer with --timeout"
    )
}

fn of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => {
            "the server does not speak TLS there: write http:// instead of https://".to_owned()
        }
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "the server's certificate is of a CA that is not trusted: give that CA's certificate with --cacert"
                .to_owned()
        }
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "the server's certificate has expired: renew it".to_owned(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "the server's certificate is for other names: use a URL with a name that it has".to_owned(),
        rustls::Error::InvalidCertificate(error) => {
            format!("the server's certificate is refused: {error}: have another one issued")
        }
        error => format!("TLS failed: {error}: look into the server's log"),
    }
}

/// The error and all that is behind it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// An [`io::Error`] hides the one that it was made of.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
