//! The document and Swagger UI on it, all from the binary.

use std::sync::{Arc, LazyLock};

use http::{StatusCode, header};
use poem::{Request, Response, handler};
use serde_json::{Value, json};
use utoipa_swagger_ui::Config;
use vouchsafe_api_spec::{OPENAPI_JSON, OPENAPI_YAML, document};

use super::{error::message, operations::named};

/// The served copies name this server first, so that whoever opens them calls where they came from.
static JSON: LazyLock<String> = LazyLock::new(|| {
    let mut document = document().clone();
    if let Some(Value::Array(servers)) = document.get_mut("servers") {
        servers.insert(0, json!({"url": "/", "description": "This server"}));
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| OPENAPI_JSON.to_owned())
});

static YAML: LazyLock<String> = LazyLock::new(|| {
    OPENAPI_YAML.replacen("\nservers:\n", "\nservers:\n- url: /\n  description: This server\n", 1)
});

/// Swagger UI's copy. It fills in a parameter's example as if the user had: an optional filter's would hide what is
/// there from those who just press *Execute*.
static UI_JSON: LazyLock<String> = LazyLock::new(|| {
    let mut document = serde_json::from_str(&JSON).unwrap_or_else(|_| document().clone());
    forget_examples_of_filters(&mut document);
    document.to_string()
});

fn forget_examples_of_filters(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("in") == Some(&json!("query")) && object.get("required") != Some(&json!(true)) {
                object.shift_remove("example");
            }
            object.values_mut().for_each(forget_examples_of_filters);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_examples_of_filters),
        _ => {}
    }
}

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // No bar to load other documents with. Authorisation lasts as long as the page: the browser's storage would keep the
    // client's secret.
    let config = Config::from("/docs/openapi.json").use_base_layout().persist_authorization(false);
    let config = config.try_it_out_enabled(true).display_request_duration(true).show_extensions(true);
    Arc::new(config.default_models_expand_depth(0).validator_url("none"))
});

/// The document as JSON.
#[handler]
pub(super) fn openapi_json() -> Response {
    named(Response::builder().content_type("application/json").body(JSON.as_str()), "openapi_json")
}

/// The document as YAML.
#[handler]
pub(super) fn openapi_yaml() -> Response {
    // RFC 9512.
    named(Response::builder().content_type("application/yaml").body(YAML.as_str()), "openapi_yaml")
}

/// To where the user interface is.
#[handler]
pub(super) fn redirect() -> Response {
    to_docs()
}

fn to_docs() -> Response {
    named(Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/docs/").finish(), "docs")
}

/// Swagger UI's files.
#[handler]
pub(super) fn swagger_ui(request: &Request) -> Response {
    let path = request.uri().path().trim_start_matches("/docs");
    if path.is_empty() {
        return to_docs();
    }
    let path = path.trim_start_matches('/');
    if path == "openapi.json" {
        return named(Response::builder().content_type("application/json").body(UI_JSON.as_str()), "docs");
    }
    let response = match utoipa_swagger_ui::serve(path, Arc::clone(&CONFIG)) {
        Ok(Some(file)) => {
            let mut response = Response::builder().content_type(&file.content_type);
            if file.gzpipped {
                response = response.header(header::CONTENT_ENCODING, "gzip");
            }
            response.body(file.bytes.into_owned())
        }
        Ok(None) => message(404, "there is nothing at this path"),
        Err(_) => message(500, "internal server error"),
    };
    named(response, "docs")
}
