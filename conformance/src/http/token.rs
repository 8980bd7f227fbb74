//! The client credentials grant (RFC 6749 section 4.4).

use reqwest::{Client, header::CONTENT_TYPE};

use super::read;
use crate::target::Secret;

/// Fetches an access token. Nothing that the endpoint answers is repeated in an error but its `error` code.
pub(super) async fn fetch(
    client: &Client,
    url: &str,
    client_id: &str,
    client_secret: &Secret,
) -> Result<Secret, String> {
    let request = client
        .post(url)
        .basic_auth(form_encode(client_id), Some(form_encode(client_secret.expose())))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let answer = read(request).await.map_err(|reason| format!("token endpoint {url}: {reason}"))?;
    let member = |name: &str| answer.json()?.get(name)?.as_str();
    match member("access_token") {
        Some(token) if answer.status == 200 => Ok(Secret::new(token)),
        _ => {
            let code = member("error").map(|code| format!(", error `{code}`")).unwrap_or_default();
            Err(format!("token endpoint {url}: no access token (status {}{code})", answer.status))
        }
    }
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
