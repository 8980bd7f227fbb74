//! The client credentials grant (RFC 6749 section 4.4).

use reqwest::{Method, header::CONTENT_TYPE};

use super::wire::Wire;
use crate::{exchange::Answer, target::Secret};

/// Fetches an access token. Nothing that the endpoint answers is repeated in an error but its `error` code.
pub(super) async fn fetch(
    wire: &Wire,
    url: &str,
    client_id: &str,
    client_secret: &Secret,
) -> Result<Secret, String> {
    let request = wire
        .request(Method::POST, url)
        .basic_auth(form_encode(client_id), Some(form_encode(client_secret.expose())))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let answer = wire.read(request, &[]).await.map_err(|reason| format!("token endpoint {url}: {reason}"))?;
    match answer.json().and_then(|body| body.get("access_token")?.as_str()) {
        // A token with anything else in it fits into no header (RFC 6750 section 2.1).
        Some(token) if answer.status == 200 && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Secret::new(token))
        }
        _ => Err(format!("token endpoint {url}: {}", refusal(&answer))),
    }
}

/// Why there is no token in an answer, and what to do.
fn refusal(answer: &Answer) -> String {
    let status = answer.status;
    let code = answer.json().and_then(|body| body.get("error")?.as_str());
    let code = code.filter(|code| code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_graphic()));
    let told = code.map(|code| format!(", error `{code}`")).unwrap_or_default();
    let advice = match (status, code) {
        (401, _) | (_, Some("invalid_client")) => "check --client-id and --client-secret",
        (300..=399, _) => {
            "it leads elsewhere, where the secret is not sent: give the right URL with --token-url"
        }
        (404 | 405, _) => "give the right URL with --token-url",
        (200, _) => "what came is no answer of RFC 6749 section 5.1: give the right URL with --token-url",
        _ => "look into the server's log, or fetch a token yourself and give --token",
    };
    format!("no access token (status {status}{told}): {advice}")
}

/// Identifier and secret are form-encoded before they go into the Basic header (RFC 6749 section 2.3.1).
fn form_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_are_encoded_as_in_a_form() {
        assert_eq!(super::form_encode("a:b %ü-._~"), "a%3Ab%20%25%C3%BC-._~");
    }
}
