//! Access tokens by the client credentials grant (RFC 6749 4.4): fetched when needed, renewed before they expire.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, header::AUTHORIZATION};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::{auth, call::Call, error::Error, secret::Secret, transport::Transport};

const OPERATION: &str = "oauth2_token";
/// How long before its end a token is renewed, unless a tenth of its life is less.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token that could not be renewed early is used before the next try.
const PAUSE: Duration = Duration::from_secs(5);

/// Gives out one access token at a time, whatever number of calls want it.
pub(crate) struct TokenSource {
    url: String,
    basic: Secret,
    form: String,
    state: RwLock<State>,
    /// Held by the one who fetches.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The last failed fetch, for those who were waiting for it.
    failure: Option<(Instant, Error)>,
}

#[derive(Clone)]
struct Token {
    authorization: HeaderValue,
    /// When it is to be renewed and when it ends, if the server said so.
    times: Option<(Instant, Instant)>,
}

#[derive(PartialEq, Debug)]
enum Age {
    Fresh,
    Stale,
    Expired,
}

/// The token endpoint's answer (RFC 6749 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    token_type: String,
    expires_in: Option<u64>,
}

impl TokenSource {
    pub(crate) fn new(url: String, client_id: &str, client_secret: &Secret, scope: Option<&str>) -> Self {
        // RFC 6749 2.3.1: both are form-encoded before they are joined.
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let basic = format!("{}:{}", encode(client_id), encode(client_secret.expose())).into();
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scope) = scope {
            form.append_pair("scope", scope);
        }
        Self { url, basic, form: form.finish(), state: RwLock::default(), fetching: Mutex::new(()) }
    }

    /// The `Authorization` of a token that is valid now.
    pub(crate) async fn authorization(&self, transport: &Transport) -> Result<HeaderValue, Error> {
        match self.current() {
            Some((authorization, Age::Fresh)) => Ok(authorization),
            Some((authorization, Age::Stale)) => match self.fetching.try_lock() {
                Ok(_guard) => Ok(self.renew_early(transport).await.unwrap_or(authorization)),
                Err(_) => Ok(authorization),
            },
            _ => self.fetch_once(transport).await,
        }
    }

    /// Forgets the token that the server refused, unless there is a newer one already.
    pub(crate) fn discard(&self, refused: &HeaderValue) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.token.as_ref().is_some_and(|token| token.authorization == refused) {
            state.token = None;
        }
    }

    fn current(&self) -> Option<(HeaderValue, Age)> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.token.as_ref().map(|token| (token.authorization.clone(), token.age(Instant::now())))
    }

    /// Called with `fetching` held while the old token still works.
    async fn renew_early(&self, transport: &Transport) -> Option<HeaderValue> {
        if let Some((authorization, Age::Fresh)) = self.current() {
            return Some(authorization);
        }
        let fetched = self.fetch(transport).await;
        if fetched.is_err() {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if let Some((renew, _)) = state.token.as_mut().and_then(|token| token.times.as_mut()) {
                *renew = Instant::now() + PAUSE;
            }
        }
        fetched.ok()
    }

    /// Waits for whoever fetches, or fetches.
    async fn fetch_once(&self, transport: &Transport) -> Result<HeaderValue, Error> {
        let asked = Instant::now();
        let _guard = self.fetching.lock().await;
        if let Some((authorization, Age::Fresh | Age::Stale)) = self.current() {
            return Ok(authorization);
        }
        // The other one's failure is ours too: a thousand waiting calls must not try one after the other.
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner).failure.clone();
        if let Some((_, error)) = state.filter(|(failed, _)| *failed >= asked) {
            return Err(error);
        }
        self.fetch(transport).await
    }

    /// Called with `fetching` held.
    async fn fetch(&self, transport: &Transport) -> Result<HeaderValue, Error> {
        let token = self.request(transport).await;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match token {
            Ok(token) => {
                let authorization = token.authorization.clone();
                *state = State { token: Some(token), failure: None };
                Ok(authorization)
            }
            Err(error) => {
                state.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn request(&self, transport: &Transport) -> Result<Token, Error> {
        let call = Call::new(OPERATION, Method::POST, &self.url, "").form(self.form.clone());
        let authorization = auth::basic(&self.basic);
        // The token's life starts before the answer is here.
        let asked = Instant::now();
        let answer = transport
            .send(&call, authorization.as_ref().map(|value| (AUTHORIZATION, value)))
            .await
            .map_err(|error| match error {
                Error::Api(refusal) => Error::Auth(refusal),
                other => other,
            })?;
        let granted: Granted = answer.json()?;
        if !granted.token_type.eq_ignore_ascii_case("Bearer") {
            return Err(answer.unreadable("token_type is not Bearer"));
        }
        let authorization = auth::bearer(&granted.access_token)
            .ok_or_else(|| answer.unreadable("access_token is no token"))?;
        let times = granted.expires_in.and_then(|seconds| times(asked, Duration::from_secs(seconds)));
        Ok(Token { authorization, times })
    }
}

/// When to renew a token that lives for `life`, and its end. `None` if that is beyond all time.
fn times(asked: Instant, life: Duration) -> Option<(Instant, Instant)> {
    let end = asked.checked_add(life)?;
    Some((end - MARGIN.min(life / 10), end))
}

impl Token {
    fn age(&self, now: Instant) -> Age {
        match self.times {
            Some((_, end)) if now >= end => Age::Expired,
            Some((renew, _)) if now >= renew => Age::Stale,
            _ => Age::Fresh,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::retry::RetryPolicy;

    /// A source whose token `old` works but is due for renewal, and an endpoint that gives this answer once.
    async fn due(answer: &'static str) -> (TokenSource, Transport) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"client_credentials") {
                stream.read_buf(&mut request).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let source = TokenSource::new(url, "id", &"secret".into(), None);
        let now = Instant::now();
        let token = Token {
            authorization: HeaderValue::from_static("old"),
            times: Some((now, now + Duration::from_secs(600))),
        };
        *source.state.write().unwrap() = State { token: Some(token), failure: None };
        (source, Transport { http: reqwest::Client::new(), retry: RetryPolicy::never() })
    }

    #[tokio::test]
    async fn a_token_that_is_due_is_renewed() {
        let granted = r#"{"access_token":"n","token_type":"Bearer","expires_in":9}"#;
        let (source, transport) = due(format!("HTTP/1.1 200 OK\r\n\r\n{granted}").leak()).await;
        assert_eq!(source.authorization(&transport).await.unwrap(), "Bearer n");
        assert_eq!(source.current(), Some((HeaderValue::from_static("Bearer n"), Age::Fresh)));
    }

    #[tokio::test]
    async fn one_that_can_not_be_renewed_yet_still_works() {
        let (source, transport) = due("HTTP/1.1 500 X\r\n\r\n").await;
        assert_eq!(source.authorization(&transport).await.unwrap(), "old");
        // And is left alone for a while.
        assert_eq!(source.current(), Some((HeaderValue::from_static("old"), Age::Fresh)));
    }

    #[tokio::test]
    async fn while_one_renews_the_others_go_on() {
        let (source, transport) = due("").await;
        let _other = source.fetching.lock().await;
        assert_eq!(source.authorization(&transport).await.unwrap(), "old");
    }

    #[test]
    fn tokens_are_renewed_a_minute_or_a_tenth_before_their_end() {
        let asked = Instant::now();
        for (life, renew) in [(3600, 3540), (600, 540), (100, 90), (0, 0)] {
            let seconds = Duration::from_secs;
            assert_eq!(times(asked, seconds(life)), Some((asked + seconds(renew), asked + seconds(life))));
        }
        assert_eq!(times(asked, Duration::MAX), None);
    }

    #[test]
    fn age_is_fresh_then_stale_then_expired() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let token = Token { authorization: HeaderValue::from_static("t"), times: Some((at(90), at(100))) };
        let ages = [0, 89, 90, 99, 100, 1000].map(|seconds| token.age(at(seconds)));
        assert_eq!(ages, [Age::Fresh, Age::Fresh, Age::Stale, Age::Stale, Age::Expired, Age::Expired]);
        let endless = Token { times: None, ..token };
        assert_eq!(endless.age(at(1_000_000)), Age::Fresh);
    }

    #[test]
    fn a_newer_token_survives_the_refusal_of_the_old() {
        let source = TokenSource::new(String::new(), "", &"".into(), None);
        let (old, new) = (HeaderValue::from_static("old"), HeaderValue::from_static("new"));
        *source.state.write().unwrap_or_else(PoisonError::into_inner) =
            State { token: Some(Token { authorization: new.clone(), times: None }), failure: None };
        source.discard(&old);
        assert_eq!(source.current(), Some((new.clone(), Age::Fresh)));
        source.discard(&new);
        assert_eq!(source.current(), None);
    }

    #[test]
    fn credentials_and_scope_are_form_encoded() {
        let source =
            TokenSource::new("http://h/oauth2/token".into(), "a:b", &"p w%".into(), Some("x:read y"));
        assert_eq!(source.basic.expose(), "a%3Ab:p+w%25");
        assert_eq!(source.form, "grant_type=client_credentials&scope=x%3Aread+y");
    }
}
