//! Generated code behaves: requests go through poem to a service of the golden API.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod bodies;
mod events;
mod parameters;
mod settings;

use std::sync::{Arc, Mutex};

use poem::{
    Body, Endpoint, EndpointExt, IntoResponse, Request, Response, Route,
    http::{HeaderMap, Method, StatusCode},
};
use serde_json::json;
use vouchsafe_golden::{
    generated::{
        document::INFO,
        events::{EventsApi, EventsListAnswer, EventsRoutes},
        login::{LoginApi, LoginGetAnswer, LoginRoutes},
        schemas::{
            Box2d, EventId, Password, PrivateKey, ReferenceInput, ReferenceKey, References, Settings,
            StateUpdate, Widget, WidgetCreated, WidgetId, WidgetKind, WidgetRequest, Zone, ZoneAnswer,
        },
        settings::{
            ReferencesReplaceAnswer, SettingsApi, SettingsGetAnswer, SettingsGetQuery, SettingsReplaceAnswer,
            SettingsRoutes, ZoneReplaceAnswer,
        },
        widgets::{
            WidgetsApi, WidgetsCreateAnswer, WidgetsDeleteAnswer, WidgetsGetAnswer, WidgetsListAnswer,
            WidgetsListQuery, WidgetsReplaceAnswer, WidgetsReplaceQuery, WidgetsRoutes,
        },
        x9_parts::{X9PartsApi, X9PartsRoutes, X9PartsUpdateStateAnswer},
    },
    runtime::{self, BadInput, Events, Items, Operation, Plane, timestamp},
};

/// An implementation that remembers what it was given, and lists what it is given.
#[derive(Default)]
struct Service {
    created: Mutex<Option<WidgetRequest>>,
    listed: Mutex<Option<WidgetsListQuery>>,
    list: Mutex<Option<Items<Widget>>>,
    refused: Mutex<Option<(String, BadInput)>>,
}

/// A status and a message.
struct Refusal(u16, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        runtime::json(self.0, &json!({ "message": self.1 }))
    }
}

impl Plane for Service {
    type Caller = String;
    type Error = Refusal;

    async fn authorize(&self, request: &Request, operation: &'static Operation) -> Result<String, Refusal> {
        match (request.header("x-caller"), &operation.security) {
            (Some(caller), _) => Ok(caller.to_owned()),
            (None, None) => Ok("nobody".to_owned()),
            (None, Some((scheme, scopes))) => {
                Err(Refusal(401, format!("{} {}", scheme.name, scopes.join(" "))))
            }
        }
    }

    fn refuse(&self, request: &Request, input: BadInput) -> Refusal {
        *self.refused.lock().unwrap() = Some((request.uri().path().to_owned(), input.clone()));
        Refusal(input.status(), input.to_string())
    }
}

impl EventsApi for Service {
    async fn events_list(
        &self,
        _: String,
        last_event_id: Option<EventId>,
        x_note: Option<String>,
    ) -> Result<EventsListAnswer, Refusal> {
        Ok(EventsListAnswer { body: Events::new(events::after(last_event_id, x_note)), x_left: Some(3) })
    }
}

impl LoginApi for Service {
    async fn login_get(&self, _: String) -> Result<LoginGetAnswer, Refusal> {
        Ok(LoginGetAnswer { set_cookie: "session_id=1".to_owned() })
    }
}

impl SettingsApi for Service {
    async fn settings_get(&self, _: String, query: SettingsGetQuery) -> Result<SettingsGetAnswer, Refusal> {
        let body = Settings {
            text: None,
            at: Some(query.until),
            count: query.since.map(|since| since.0.year()),
            flag: None,
            size: None,
            main: Some(ReferenceInput::ReferenceKey(ReferenceKey::try_from("key".to_owned()).unwrap())),
            others: References(Vec::new()),
            value: json!(null),
            old: None,
        };
        Ok(SettingsGetAnswer { body })
    }

    async fn settings_replace(&self, _: String, body: Settings) -> Result<SettingsReplaceAnswer, Refusal> {
        Ok(SettingsReplaceAnswer { body })
    }

    async fn references_replace(
        &self,
        _: String,
        body: References,
    ) -> Result<ReferencesReplaceAnswer, Refusal> {
        Ok(ReferencesReplaceAnswer { body })
    }

    async fn zone_replace(&self, _: String, body: Zone) -> Result<ZoneReplaceAnswer, Refusal> {
        Ok(ZoneReplaceAnswer { body: ZoneAnswer { body } })
    }
}

impl WidgetsApi for Service {
    async fn widgets_list(&self, _: String, query: WidgetsListQuery) -> Result<WidgetsListAnswer, Refusal> {
        *self.listed.lock().unwrap() = Some(query);
        let body = self.list.lock().unwrap().take().unwrap_or_else(|| Items::from(Vec::new()));
        Ok(WidgetsListAnswer { body, link: Some("<next>".to_owned()) })
    }

    async fn widgets_create(&self, _: String, body: WidgetRequest) -> Result<WidgetsCreateAnswer, Refusal> {
        let created = WidgetCreated {
            widget: widget("abc"),
            password: Password::try_from("open sesame".to_owned()).unwrap(),
            private_key: PrivateKey::from("KEY".to_owned()),
            private_key_type: "ec".to_owned(),
        };
        let location = "/v1/widgets/abc".to_owned();
        let x_left = body.count;
        *self.created.lock().unwrap() = Some(body);
        Ok(WidgetsCreateAnswer { body: created, location, x_left, x_first: Some(true) })
    }

    async fn widgets_get(&self, caller: String, id: WidgetId) -> Result<WidgetsGetAnswer, Refusal> {
        let tags = vec![caller];
        Ok(WidgetsGetAnswer { body: Widget { tags, ..widget(id.as_str()) } })
    }

    async fn widgets_replace(
        &self,
        caller: String,
        id: WidgetId,
        query: WidgetsReplaceQuery,
        body: Box2d,
    ) -> Result<WidgetsReplaceAnswer, Refusal> {
        let words = [caller, id.as_str().to_owned(), query.at, body.width.get().to_string()];
        Ok(WidgetsReplaceAnswer { body: Items::from(words.to_vec()) })
    }

    async fn widgets_delete(&self, _: String, _: WidgetId) -> Result<WidgetsDeleteAnswer, Refusal> {
        Ok(WidgetsDeleteAnswer {})
    }
}

impl X9PartsApi for Service {
    async fn x9_parts_update_state(
        &self,
        _: String,
        part_id: WidgetId,
        r#box: String,
        body: StateUpdate,
    ) -> Result<X9PartsUpdateStateAnswer, Refusal> {
        Ok(X9PartsUpdateStateAnswer { body: format!("{} {box} {body:?}", part_id.as_str()) })
    }
}

fn widget(id: &str) -> Widget {
    Widget {
        id: WidgetId::try_from(id.to_owned()).unwrap(),
        created_date: timestamp::Timestamp(timestamp::parse("2020-03-01T13:47:02.5+01:00").unwrap()),
        last_use_date: None,
        tags: Vec::new(),
        kind: WidgetKind::EcP256,
        use_count: -3,
        r#box: None,
    }
}

/// What came back.
#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and message of a refusal, or status and body.
    fn told(&self) -> (u16, String) {
        let message = serde_json::from_str::<serde_json::Value>(&self.body).ok();
        let message = message.as_ref().and_then(|body| body["message"].as_str());
        (self.status, message.unwrap_or(&self.body).to_owned())
    }
}

async fn send(service: &Arc<Service>, request: Request) -> Reply {
    let routes = (
        (WidgetsRoutes(Arc::clone(service)), X9PartsRoutes(Arc::clone(service))),
        (SettingsRoutes(Arc::clone(service)), LoginRoutes(Arc::clone(service))),
        EventsRoutes(Arc::clone(service)),
    );
    let endpoint = Route::new().nest("/", runtime::service(routes, &INFO)).map_to_response();
    let response = endpoint.get_response(request).await;
    let (parts, body) = response.into_parts();
    let body = body.into_string().await.unwrap_or_else(|error| format!("broken: {error}"));
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

fn request(method: Method, uri: &str) -> poem::RequestBuilder {
    Request::builder().method(method).uri(uri.parse().unwrap()).header("x-caller", "me")
}

async fn get(uri: &str) -> Reply {
    send(&Arc::new(Service::default()), request(Method::GET, uri).finish()).await
}

/// Creates a widget from a JSON text.
async fn create(service: &Arc<Service>, body: &str) -> Reply {
    let request = request(Method::POST, "/v1/widgets").content_type("application/json");
    send(service, request.body(Body::from(body.to_owned()))).await
}

#[tokio::test]
async fn caller_is_known_first() {
    let service = Arc::new(Service::default());
    let stranger = Request::builder().method(Method::POST).uri("/v1/widgets".parse().unwrap()).body("{");
    assert_eq!(send(&service, stranger).await.told(), (401, "OAuth2 widgets:read widgets:create".to_owned()));
    let anybody = Request::builder().uri("/v1/widgets/abc".parse().unwrap()).finish();
    let reply = send(&service, anybody).await;
    assert_eq!((reply.status, reply.body.contains(r#""tags":["nobody"]"#)), (200, true));
}

#[tokio::test]
async fn the_answer_carries_its_operation() {
    let service = Arc::new(Service::default());
    let endpoint = runtime::service(WidgetsRoutes(service), &INFO);
    let route = Route::new().nest("/", endpoint);
    for (uri, status) in [("/v1/widgets/abc", StatusCode::OK), ("/v1/widgets/ABC", StatusCode::NOT_FOUND)] {
        let response = route.get_response(request(Method::GET, uri).finish()).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.data::<&'static Operation>().unwrap().id, "widgets_get");
    }
}
