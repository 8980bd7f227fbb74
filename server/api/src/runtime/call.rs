//! The way of a request: who calls, then path, query and body, then the operation, then its answer.

use std::{fmt, sync::Arc};

use http::HeaderMap;
use poem::{EndpointExt, IntoResponse, Request, Response, endpoint::BoxEndpoint};
use serde_json::{Map, Number, Value};

use super::{
    bad_input::{BadInput, Location, Violation},
    body,
    check::check,
    document::{Kind, Operation, Property, Schema, Ty, Wire},
};

/// The most bytes a body may have.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// What operations of one plane have in common: how a caller is known and how a refusal looks.
pub trait Plane: Send + Sync + 'static {
    /// Who calls.
    type Caller: Send;
    /// Why an operation fails, as the plane's error response.
    type Error: IntoResponse + Send;

    /// Finds out who calls, and whether they may. Runs before anything else of the request is read.
    fn authorize(
        &self,
        request: &Request,
        operation: &'static Operation,
    ) -> impl Future<Output = Result<Self::Caller, Self::Error>> + Send;

    /// Why a request can't be read, as the plane tells it. The request's body has been taken.
    fn refuse(&self, request: &Request, input: BadInput) -> Self::Error;
}

/// A request whose caller is known.
pub struct Call<A: Plane> {
    /// Who calls.
    pub caller: A::Caller,
    api: Arc<A>,
    request: Request,
}

impl<A: Plane> Call<A> {
    /// A path parameter. One that breaks its rules names nothing that could exist: 404.
    ///
    /// # Errors
    /// [`BadInput::NotFound`], as the plane tells it.
    pub fn path<T: TryFrom<String>>(&self, name: &str) -> Result<T, A::Error> {
        let value = self.request.raw_path_param(name).and_then(|text| T::try_from(text.to_owned()).ok());
        value.ok_or_else(|| self.api.refuse(&self.request, BadInput::NotFound))
    }

    /// A header parameter, if it was sent.
    ///
    /// # Errors
    /// [`BadInput::Query`] with the header's name, as the plane tells it.
    pub fn header<T>(&self, name: &'static str) -> Result<Option<T>, A::Error>
    where
        T: TryFrom<String, Error: fmt::Display>,
    {
        header(self.request.headers(), name).map_err(|rule| {
            self.api.refuse(&self.request, BadInput::Query(vec![Violation::header(name, &rule)]))
        })
    }

    /// The query.
    ///
    /// # Errors
    /// [`BadInput::Query`], as the plane tells it.
    pub fn query<T: Wire>(&self) -> Result<T, A::Error> {
        let text = self.request.uri().query().unwrap_or_default();
        query(text).map_err(|found| self.api.refuse(&self.request, BadInput::Query(found)))
    }

    /// The JSON body.
    ///
    /// # Errors
    /// Every [`BadInput`] but `NotFound` and `Query`, as the plane tells it.
    pub async fn body<T: Wire>(&mut self) -> Result<T, A::Error> {
        let body = self.request.take_body();
        let read = body::read(self.request.headers(), body, BODY_LIMIT).await;
        read.map_err(|input| self.api.refuse(&self.request, input))
    }
}

/// The value of a header that may be sent once.
fn header<T: TryFrom<String, Error: fmt::Display>>(
    headers: &HeaderMap,
    name: &str,
) -> Result<Option<T>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err("must not be sent twice".to_owned());
    }
    let text = value.to_str().map_err(|_| "must be visible ASCII")?;
    T::try_from(text.to_owned()).map(Some).map_err(|rule| rule.to_string())
}

/// Reads a query like a closed object.
fn query<T: Wire>(text: &str) -> Result<T, Vec<Violation>> {
    let malformed = |_| vec![Violation::query("is malformed")];
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(malformed)?;
    let mut map = Map::new();
    for (name, value) in pairs {
        let value = scalar(T::SCHEMA, &name, value);
        if map.insert(name, value).is_some() {
            return Err(vec![Violation::query("must not have a parameter twice")]);
        }
    }
    let value = Value::Object(map);
    serde_json::from_value(value.clone()).map_err(|_| {
        let mut found = Vec::new();
        check(T::SCHEMA, &value, &Location::Root, &mut found);
        found
    })
}

/// A query's text as the JSON value its schema asks for; one that is no number stays text, which is then refused.
fn scalar(schema: &Schema, name: &str, text: String) -> Value {
    let Kind::Object { properties, .. } = schema.kind else { return Value::String(text) };
    let numeric = |property: &&Property| match &property.ty {
        Ty::Integer => true,
        Ty::Named(schema) => matches!(schema.kind, Kind::Number(_)),
        Ty::Boolean | Ty::Text | Ty::DateTime | Ty::List(_) | Ty::Nullable(_) => false,
    };
    match properties.iter().find(|property| property.name == name).filter(numeric) {
        Some(_) => text.parse::<Number>().map_or(Value::String(text), Value::Number),
        None => Value::String(text),
    }
}

/// The endpoint of one operation. The answer carries the operation, so that a middleware can count by its id.
pub fn endpoint<A, F, Fut>(api: Arc<A>, operation: &'static Operation, handler: F) -> BoxEndpoint<'static>
where
    A: Plane,
    F: Fn(Arc<A>, Call<A>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, A::Error>> + Send,
{
    let handler = Arc::new(handler);
    poem::endpoint::make(move |request: Request| {
        let (api, handler) = (Arc::clone(&api), Arc::clone(&handler));
        async move {
            let caller = api.authorize(&request, operation).await;
            let answer = match caller {
                Ok(caller) => handler(Arc::clone(&api), Call { caller, api, request }).await,
                Err(error) => Err(error),
            };
            let mut response = answer.unwrap_or_else(IntoResponse::into_response);
            response.set_data(operation);
            response
        }
    })
    .boxed()
}
