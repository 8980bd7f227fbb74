//! Publishes the static document to poem-openapi.

use std::collections::HashMap;

use poem_openapi::{
    LicenseObject, OpenApi, OpenApiService, ServerObject,
    registry::{
        MetaApi, MetaHeader, MetaMediaType, MetaOAuthFlow, MetaOAuthFlows, MetaOAuthScope, MetaOperation,
        MetaOperationParam, MetaParamIn, MetaPath, MetaRequest, MetaResponse, MetaResponses, MetaSchema,
        MetaSchemaRef, MetaSecurityScheme, MetaTag, Registry,
    },
};
use serde_json::Value;

use super::document::{
    Content, Header, Info, Kind, Operation, Parameter, Place, Property, Response, Schema, Scheme, SchemeKind,
    Ty,
};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// The service of an API: what poem-openapi routes and describes.
pub fn service<A: OpenApi>(api: A, info: &'static Info) -> OpenApiService<A, ()> {
    let license = LicenseObject::new(info.license.0).identifier(info.license.1);
    let service = OpenApiService::new(api, info.title, info.version).description(info.doc).license(license);
    info.servers.iter().fold(service, |service, server| {
        let object = ServerObject::new(server.url).description(server.doc);
        service.server(server.variables.iter().fold(object, |object, variable| {
            if variable.values.is_empty() {
                object.variable(variable.name, variable.doc, variable.default)
            } else {
                object.enum_variable(variable.name, variable.doc, variable.default, variable.values.to_vec())
            }
        }))
    })
}

/// The operations, by path.
#[must_use]
pub fn meta(operations: &[&'static Operation]) -> Vec<MetaApi> {
    let mut paths: Vec<MetaPath> = Vec::new();
    for operation in operations {
        let meta = self::operation(operation);
        match paths.iter_mut().find(|path| path.path == operation.path) {
            Some(path) => path.operations.push(meta),
            None => paths.push(MetaPath { path: operation.path.to_owned(), operations: vec![meta] }),
        }
    }
    vec![MetaApi { paths }]
}

/// The tags, security schemes and schemas that the operations name.
pub fn register(operations: &[&'static Operation], registry: &mut Registry) {
    for operation in operations {
        registry.create_tag(MetaTag {
            name: operation.tag.name,
            description: Some(operation.tag.doc),
            external_docs: None,
        });
        if let Some((scheme, _)) = &operation.security {
            registry.create_security_scheme(scheme.name, security_scheme(scheme));
        }
        let parameters = operation.parameters.iter().map(|parameter| &parameter.property.ty);
        let headers = operation.responses.iter().flat_map(|(_, response)| response.headers);
        let bodies = operation.responses.iter().filter_map(|(_, response)| response.body.as_ref());
        let bodies = bodies.map(Content::ty);
        for ty in parameters.chain(headers.map(|(_, header)| &header.ty)).chain(bodies) {
            register_ty(ty, registry);
        }
        if let Some(request) = &operation.request {
            register_schema(request.schema, registry);
        }
    }
}

fn register_ty(ty: &Ty, registry: &mut Registry) {
    match ty {
        Ty::Named(schema) => register_schema(schema, registry),
        Ty::List(ty) | Ty::Nullable(ty) => register_ty(ty, registry),
        Ty::Boolean | Ty::Text | Ty::DateTime | Ty::Integer => {}
    }
}

fn register_schema(schema: &'static Schema, registry: &mut Registry) {
    if registry.schemas.contains_key(schema.name) {
        return;
    }
    registry.schemas.insert(schema.name.to_owned(), named(schema));
    match &schema.kind {
        Kind::Object { properties, .. } => {
            properties.iter().for_each(|property| register_ty(&property.ty, registry));
        }
        Kind::List(item) => register_ty(item, registry),
        Kind::Union(schemas) => schemas.iter().for_each(|schema| register_schema(schema, registry)),
        Kind::Enum(_) | Kind::Text(_) | Kind::Number(_) | Kind::Any => {}
    }
}

fn named(schema: &Schema) -> MetaSchema {
    let base = MetaSchema { description: Some(schema.doc), ..MetaSchema::ANY };
    match &schema.kind {
        Kind::Object { properties, .. } => MetaSchema {
            ty: "object",
            required: properties
                .iter()
                .filter(|property| property.required)
                .map(|property| property.name)
                .collect(),
            properties: properties.iter().map(|property| (property.name, described(property))).collect(),
            ..base
        },
        Kind::Enum(values) => MetaSchema {
            ty: "string",
            enum_items: values.iter().map(|value| Value::from(*value)).collect(),
            ..base
        },
        Kind::Text(rules) => MetaSchema {
            ty: "string",
            format: rules.format,
            min_length: rules.min,
            max_length: rules.max,
            pattern: rules.pattern.as_ref().map(|pattern| pattern.source.to_owned()),
            ..base
        },
        Kind::Number(rules) => MetaSchema {
            ty: if rules.integer { "integer" } else { "number" },
            format: Some(if rules.integer { "int32" } else { "double" }),
            minimum: rules.minimum.or(rules.exclusive_minimum),
            maximum: rules.maximum,
            exclusive_minimum: rules.exclusive_minimum.map(|_| true),
            default: rules.default.map(Value::from),
            ..base
        },
        Kind::List(item) => MetaSchema { ty: "array", items: Some(Box::new(schema_ref(item))), ..base },
        Kind::Union(schemas) => MetaSchema {
            one_of: schemas.iter().map(|schema| MetaSchemaRef::Reference(schema.name.to_owned())).collect(),
            ..base
        },
        // No `type` is every type.
        Kind::Any => base,
    }
}

fn schema_ref(ty: &Ty) -> MetaSchemaRef {
    let inline = |schema| MetaSchemaRef::Inline(Box::new(schema));
    match ty {
        Ty::Boolean => inline(MetaSchema::new("boolean")),
        Ty::Text => inline(MetaSchema::new("string")),
        Ty::DateTime => inline(MetaSchema::new_with_format("string", "date-time")),
        Ty::Integer => inline(MetaSchema::new_with_format("integer", "int32")),
        Ty::List(item) => {
            inline(MetaSchema { ty: "array", items: Some(Box::new(schema_ref(item))), ..MetaSchema::ANY })
        }
        Ty::Named(schema) => MetaSchemaRef::Reference(schema.name.to_owned()),
        Ty::Nullable(ty) => match schema_ref(ty) {
            MetaSchemaRef::Inline(schema) => inline(MetaSchema { nullable: true, ..*schema }),
            reference @ MetaSchemaRef::Reference(_) => {
                inline(MetaSchema { all_of: vec![reference], nullable: true, ..MetaSchema::ANY })
            }
        },
    }
}

/// A property's schema with its own description. `OpenAPI` 3.0 has no siblings of `$ref`, so a reference goes into `allOf`.
fn described(property: &Property) -> MetaSchemaRef {
    let description = Some(property.doc).filter(|doc| !doc.is_empty());
    match schema_ref(&property.ty) {
        reference @ MetaSchemaRef::Reference(_) if description.is_some() => {
            let schema = MetaSchema { all_of: vec![reference], description, ..MetaSchema::ANY };
            MetaSchemaRef::Inline(Box::new(schema))
        }
        MetaSchemaRef::Inline(schema) => {
            MetaSchemaRef::Inline(Box::new(MetaSchema { description, ..*schema }))
        }
        reference @ MetaSchemaRef::Reference(_) => reference,
    }
}

fn operation(operation: &Operation) -> MetaOperation {
    MetaOperation {
        method: operation.method.parse().unwrap_or_default(),
        tags: vec![operation.tag.name],
        summary: Some(operation.summary),
        description: Some(operation.doc),
        external_docs: None,
        params: operation.parameters.iter().map(parameter).collect(),
        request: operation.request.as_ref().map(|request| MetaRequest {
            description: Some(request.doc),
            content: vec![MetaMediaType {
                content_type: JSON,
                schema: MetaSchemaRef::Reference(request.schema.name.to_owned()),
            }],
            required: request.required,
        }),
        responses: MetaResponses { responses: operation.responses.iter().map(response).collect() },
        deprecated: false,
        security: operation
            .security
            .iter()
            .map(|(scheme, scopes)| HashMap::from([(scheme.name, scopes.to_vec())]))
            .collect(),
        operation_id: Some(operation.id),
        code_samples: Vec::new(),
    }
}

fn parameter(parameter: &Parameter) -> MetaOperationParam {
    MetaOperationParam {
        name: parameter.property.name.to_owned(),
        schema: schema_ref(&parameter.property.ty),
        in_type: match parameter.place {
            Place::Path => MetaParamIn::Path,
            Place::Query => MetaParamIn::Query,
            Place::Headers => MetaParamIn::Header,
        },
        description: Some(parameter.property.doc.to_owned()),
        required: parameter.property.required,
        deprecated: false,
        explode: true,
        style: None,
    }
}

fn response((status, response): &(u16, &Response)) -> MetaResponse {
    let media = |content: &Content| {
        let content_type = if matches!(content, Content::Events(_)) { EVENTS } else { JSON };
        MetaMediaType { content_type, schema: schema_ref(content.ty()) }
    };
    MetaResponse {
        description: response.doc,
        status: Some(*status),
        status_range: None,
        content: response.body.iter().map(media).collect(),
        headers: response.headers.iter().map(header).collect(),
    }
}

fn header((name, header): &(&str, &Header)) -> MetaHeader {
    let schema = match (schema_ref(&header.ty), header.constant) {
        (MetaSchemaRef::Inline(schema), Some(constant)) => {
            MetaSchemaRef::Inline(Box::new(MetaSchema { enum_items: vec![Value::from(constant)], ..*schema }))
        }
        (schema, _) => schema,
    };
    MetaHeader {
        name: (*name).to_owned(),
        description: Some(header.doc.to_owned()),
        required: header.required,
        deprecated: false,
        schema,
    }
}

fn security_scheme(scheme: &Scheme) -> MetaSecurityScheme {
    let base = MetaSecurityScheme {
        ty: "",
        description: Some(scheme.doc),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    };
    match &scheme.kind {
        SchemeKind::OAuth2 { token_url, scopes } => {
            MetaSecurityScheme { ty: "oauth2", flows: Some(client_credentials(token_url, scopes)), ..base }
        }
        SchemeKind::Basic => MetaSecurityScheme { ty: "http", scheme: Some("basic"), ..base },
        SchemeKind::Cookie(name) => {
            MetaSecurityScheme { ty: "apiKey", key_in: Some("cookie"), name: Some(name), ..base }
        }
    }
}

fn client_credentials(
    token_url: &'static str,
    scopes: &'static [(&'static str, &'static str)],
) -> MetaOAuthFlows {
    let scopes = scopes.iter().map(|(name, doc)| MetaOAuthScope { name, description: Some(doc) }).collect();
    let flow =
        MetaOAuthFlow { authorization_url: None, token_url: Some(token_url), refresh_url: None, scopes };
    MetaOAuthFlows {
        implicit: None,
        password: None,
        client_credentials: Some(flow),
        authorization_code: None,
    }
}
