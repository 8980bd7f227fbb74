//! Routes of the framework with nothing behind them: they parse a request and answer JSON like the server's. How far
//! the server is from them is what it adds to HTTP and JSON.

use std::{net::SocketAddr, sync::LazyLock};

use poem::{
    EndpointExt, IntoResponse, Response, Route, Server, get, handler, http::StatusCode,
    listener::TcpListener, middleware::SetHeader, patch, post, web::Json,
};
use serde::{Deserialize, Serialize};

/// A body of any of the server's requests.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    username: Option<String>,
    password: Option<String>,
    common_name: Option<String>,
    key_type: Option<String>,
    state: Option<String>,
    issuer: Option<String>,
    serial_number: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    state: &'static str,
    username: String,
    id: String,
    created_date: String,
    updated_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    certificate: String,
    #[serde(rename = "issuingCA")]
    issuing_ca: String,
    ca_chain: Vec<String>,
    private_key: String,
    private_key_type: &'static str,
    serial_number: String,
    common_name: String,
    id: String,
    state: &'static str,
    invalid_after: String,
}

/// As long as the PEM of a P-256 certificate.
static CERTIFICATE: LazyLock<String> = LazyLock::new(|| pem(10));
/// As long as the PEM of a P-256 key.
static KEY: LazyLock<String> = LazyLock::new(|| pem(3));
static TEN: LazyLock<Vec<Credentials>> = LazyLock::new(|| vec![credentials("device".to_owned(), None); 10]);

fn pem(lines: usize) -> String {
    let line = format!("{}\n", "A".repeat(64));
    format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----", line.repeat(lines))
}

fn credentials(username: String, password: Option<String>) -> Credentials {
    let moment = || "2020-03-01T12:47:02.247462Z".to_owned();
    let id = "br7si8mg10l7an82que0".to_owned();
    Credentials { state: "Inactive", username, id, created_date: moment(), updated_date: moment(), password }
}

#[handler]
fn create(input: Json<Input>) -> Response {
    let Json(Input { username, password, .. }) = input;
    Json(credentials(username.unwrap_or_default(), password)).with_status(StatusCode::CREATED).into_response()
}

#[handler]
fn issue(input: Json<Input>) -> Response {
    let Json(Input { common_name, key_type, .. }) = input;
    Json(Issued {
        certificate: CERTIFICATE.clone(),
        issuing_ca: CERTIFICATE.clone(),
        ca_chain: vec![CERTIFICATE.clone()],
        private_key: KEY.clone(),
        private_key_type: key_type.map_or("rsa", |_| "ec"),
        serial_number: "365375408332143344423523423543454354354354354354".to_owned(),
        common_name: common_name.unwrap_or_default(),
        id: "br7si8mg10l7an82que0".to_owned(),
        state: "Inactive",
        invalid_after: "2020-03-01T12:47:02.247462Z".to_owned(),
    })
    .with_status(StatusCode::CREATED)
    .into_response()
}

#[handler]
fn one() -> Json<Credentials> {
    Json(credentials("device".to_owned(), None))
}

#[handler]
fn ten() -> Json<Vec<Credentials>> {
    Json(TEN.clone())
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    verdict: &'static str,
    tenant: String,
    credentials_id: String,
    username: String,
    state: &'static str,
    created_date: String,
    updated_date: String,
    last_use_date: String,
}

#[handler]
fn verify(input: Json<Input>) -> Json<Verdict> {
    let Json(Input { username, serial_number, issuer, .. }) = input;
    let moment = || "2020-03-01T12:47:02.247462Z".to_owned();
    Json(Verdict {
        verdict: "Accepted",
        tenant: "fleet".to_owned(),
        credentials_id: "br7si8mg10l7an82que0".to_owned(),
        username: username.or(serial_number).or(issuer).unwrap_or_default(),
        state: "Active",
        created_date: moment(),
        updated_date: moment(),
        last_use_date: moment(),
    })
}

/// As long as an OCSP response is.
static RESPONSE: [u8; 900] = [0; 900];

#[handler]
fn ocsp(request: Vec<u8>) -> Response {
    let response = Response::builder().content_type("application/ocsp-response");
    if request.is_empty() { response.finish() } else { response.body(RESPONSE.as_slice()) }
}

#[handler]
fn state(input: Json<Input>) -> StatusCode {
    if input.state.is_some() { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST }
}

/// Serves until killed.
pub(crate) fn serve(address: SocketAddr) -> anyhow::Result<()> {
    let routes = Route::new()
        .at("/create", post(create))
        .at("/issue", post(issue))
        .at("/one", get(one))
        .at("/ten", get(ten))
        .at("/state", patch(state))
        .at("/verify", post(verify))
        .at("/ocsp", post(ocsp))
        // The server's answers carry one header more too.
        .with(SetHeader::new().overriding("x-request-id", "00000000000000000000000000000000"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(Server::new(TcpListener::bind(address)).run(routes))?)
}
