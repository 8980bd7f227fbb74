//! Bodies that can't be read, or are something else than the operation's.

use serde_json::Value;

use crate::{
    attempt::Attempt,
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{
        derive::Rule,
        refusal::{BAD_VALUE, Refusal, Site},
    },
    document::{Document, Operation},
    http::Content,
};

/// So deep no documented body is.
const DEPTH: usize = 10_000;

/// Twice as long as the document allows.
const LONG: usize = 2 << 20;

const UNREADABLE: Refusal = Refusal { status: 400, others: &[], error: "InvalidRequestBody" };
const TOO_DEEP: Refusal = Refusal { status: 400, others: &[], error: "" };
const TOO_LONG: Refusal = Refusal { status: 413, others: &[], error: "ContentTooLarge" };

/// A body that is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bad {
    Missing,
    NotJson,
    TrailingGarbage,
    InvalidUtf8,
    WrongType,
    Null,
    DuplicateKey,
    Deep,
    Long,
}

/// The end of the id, what is sent in words, and the body.
const ALL: [(&str, &str, Bad); 9] = [
    ("body-missing", "without a body", Bad::Missing),
    ("body-not-json", "with a body that is not JSON", Bad::NotJson),
    ("body-trailing-garbage", "with something behind the JSON", Bad::TrailingGarbage),
    ("body-invalid-utf8", "with a body that is not UTF-8", Bad::InvalidUtf8),
    ("body-wrong-type", "with JSON of another type", Bad::WrongType),
    ("body-null", "with the body `null`", Bad::Null),
    ("body-duplicate-key", "with a property twice", Bad::DuplicateKey),
    ("body-deep", "with 10,000 arrays in one another", Bad::Deep),
    ("body-too-large", "with 2 MiB", Bad::Long),
];

/// The cases of all operations with a body.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    document.operations().iter().flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Case> {
    let Some(schema) = operation.request_schema() else { return Vec::new() };
    let is_object = schema.str("type") == Some("object");
    let plane = operation.plane();
    // The configuration API has one answer to all that can't be read.
    let apart =
        |bad| plane == Plane::ClientCredentials || !matches!(bad, Bad::TrailingGarbage | Bad::InvalidUtf8);
    let all = ALL.into_iter().filter(|(_, _, bad)| apart(*bad) && (is_object || *bad != Bad::DuplicateKey));
    let case = |(what, words, bad): (&str, &str, Bad)| {
        let status = bad.refusal().status;
        let needs = !schema.names("required").is_empty();
        let pointer = match bad {
            Bad::WrongType => schema.pointer_to("type"),
            _ => format!("{}/requestBody", operation.pointer()),
        };
        let rule = Rule {
            what: what.to_owned(),
            kind: Kind::Protocol,
            // That JSON is UTF-8, RFC 8259 section 8.1 says, not the reference.
            level: if bad == Bad::InvalidUtf8 { Level::Should } else { Level::Must },
            requirement: format!("{words} is answered with {status} and changes nothing."),
            pointer,
            extension: bad.is_ours(plane, needs),
        };
        rule.into_case(operation, Body { operation: operation.clone(), bad })
    };
    all.map(case).collect()
}

impl Bad {
    /// Whether the reference leaves open what comes of it. It has an object in JSON, in one API with something that
    /// must be in it, and in the other an answer to what is not JSON.
    fn is_ours(self, plane: Plane, needs: bool) -> bool {
        match self {
            Self::NotJson | Self::TrailingGarbage | Self::InvalidUtf8 | Self::Deep => false,
            Self::WrongType => plane == Plane::Configuration,
            Self::Missing => plane == Plane::Configuration || !needs,
            Self::Null | Self::DuplicateKey | Self::Long => true,
        }
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::WrongType | Self::Null | Self::DuplicateKey => BAD_VALUE,
            Self::Deep => TOO_DEEP,
            Self::Long => TOO_LONG,
            _ => UNREADABLE,
        }
    }

    /// What is sent instead of a good body.
    fn contents(self, good: &Value) -> Vec<Content> {
        let json = good.to_string();
        match self {
            Self::Missing => vec![Content::None, Content::text(""), Content::text(" \r\n")],
            Self::NotJson => ["not JSON", "{\"a\":", "{'a': 1}", "a=1&b=2"].map(Content::text).to_vec(),
            Self::TrailingGarbage => [format!("{json}x"), format!("{json}{json}"), format!("{json},")]
                .iter()
                .map(|text| Content::text(text))
                .collect(),
            Self::InvalidUtf8 => vec![Content::bytes(b"{\"\xff\": \"\xc3\x28\"}".to_vec())],
            Self::WrongType if good.is_object() => {
                ["[]", "\"text\"", "7", "true"].map(Content::text).to_vec()
            }
            Self::WrongType if good.is_array() => ["{}", "\"text\"", "7", "true"].map(Content::text).to_vec(),
            Self::WrongType => ["{}", "[]", "7", "true"].map(Content::text).to_vec(),
            Self::Null => vec![Content::text("null")],
            Self::DuplicateKey => duplicate(good).map(|text| Content::text(&text)).into_iter().collect(),
            Self::Deep => vec![Content::text(&"[".repeat(DEPTH)), Content::text(&nested())],
            Self::Long => vec![Content::text(&format!("{json}{}", " ".repeat(LONG)))],
        }
    }
}

fn nested() -> String {
    format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH))
}

/// The good body with its first property twice.
fn duplicate(good: &Value) -> Option<String> {
    let (name, value) = good.as_object()?.iter().next()?;
    let member = format!("{}:{value}", Value::from(name.as_str()));
    Some(good.to_string().replacen('{', &format!("{{{member},"), 1))
}

/// Sends a body that is refused.
struct Body {
    operation: Operation,
    bad: Bad,
}

impl Body {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, bad } = self;
        let example = operation.request_examples().into_iter().find(|example| !example.extension);
        let example = example.or_else(|| operation.request_examples().into_iter().next());
        let good = example.map(|example| example.value().clone()).unwrap_or_default();
        let site = Site::open(attempt, operation, good).await?;
        let mut contents = bad.contents(&site.body);
        if *bad == Bad::NotJson && operation.plane() == Plane::Configuration {
            contents.extend(Bad::TrailingGarbage.contents(&site.body));
            contents.extend(Bad::InvalidUtf8.contents(&site.body));
        }
        for content in contents {
            let answer = site.send(attempt, content).await?;
            bad.refusal().judge(attempt, operation, &answer, None)?;
        }
        site.unchanged(attempt).await
    }
}

impl Check for Body {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
