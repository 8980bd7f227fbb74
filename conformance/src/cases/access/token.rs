//! Access tokens of the client credentials API that let nobody in.

use crate::{
    attempt::Attempt,
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{
        derive::Rule,
        refusal::{Refusal, Site},
    },
    document::{Document, Operation},
    exchange::Answer,
    http::{Content, Credentials, REDACTED},
    target::Secret,
};

/// RFC 6750 section 3.1. The reference names neither 401 nor 403; where it has a 404, that is also for denied access.
const REFUSED: Refusal = Refusal { status: 401, others: &[403], error: "" };
const REFUSED_BY_ID: Refusal = Refusal { status: 401, others: &[403, 404], error: "" };
/// A request with a malformed header may be an invalid one as well (RFC 6750 section 3.1, `invalid_request`).
const MALFORMED: Refusal = Refusal { status: 401, others: &[400, 403], error: "" };
const MALFORMED_BY_ID: Refusal = Refusal { status: 401, others: &[400, 403, 404], error: "" };
const FORBIDDEN: Refusal = Refusal { status: 403, others: &[401], error: "" };
const FORBIDDEN_BY_ID: Refusal = Refusal { status: 403, others: &[401, 404], error: "" };

/// What is sent instead of the run's token.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Instead {
    Nothing,
    Garbage,
    BrokenSignature,
    OtherScheme,
    InQuery,
    Expired,
    WithoutScope,
}

/// The end of the id, what is sent in words, and what it is.
const ALL: [(&str, &str, Instead); 7] = [
    ("no-token", "without an access token", Instead::Nothing),
    ("garbage-token", "with something that is no access token", Instead::Garbage),
    ("broken-token", "with an access token in which characters were changed", Instead::BrokenSignature),
    ("basic-scheme", "with a name and password instead of an access token", Instead::OtherScheme),
    ("token-in-query", "with the access token in the query alone", Instead::InQuery),
    ("expired-token", "with an access token that has expired", Instead::Expired),
    ("wrong-scope", "with an access token that lacks the scope", Instead::WithoutScope),
];

/// The cases of all operations that need a token.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations = operations.filter(|operation| {
        operation.plane() == Plane::ClientCredentials && !operation.security().is_empty()
    });
    operations.flat_map(|operation| ALL.map(|of| case(operation, of))).collect()
}

fn case(operation: &Operation, (what, words, instead): (&str, &str, Instead)) -> Case {
    let status = if instead == Instead::WithoutScope { 403 } else { 401 };
    let rule = Rule {
        what: what.to_owned(),
        kind: Kind::Access,
        level: Level::Must,
        requirement: format!("{words} is answered with {status} and changes nothing."),
        pointer: format!("{}/security", operation.pointer()),
        // RFC 6750 section 2.3 permits a token in the query; the reference has the header, and does not forbid others.
        extension: instead == Instead::InQuery,
    };
    let mut case = rule.into_case(operation, Token { operation: operation.clone(), instead });
    if instead == Instead::InQuery {
        case.info.note = Some("The run's access token may get into the target's log of requests.".to_owned());
    }
    case
}

/// Sends something else than the run's token.
struct Token {
    operation: Operation,
    instead: Instead,
}

impl Token {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, instead } = self;
        let Some(token) = attempt.token() else {
            return Err(Stop::Skip("the run itself uses no access token".to_owned()));
        };
        let other = match instead {
            Instead::BrokenSignature => Some(broken(&token)),
            Instead::Expired => Some(attempt.expired()?),
            Instead::WithoutScope => Some(attempt.without_scope(operation).await?),
            _ => None,
        };
        let example = operation.request_examples().into_iter().next();
        let body = example.map(|example| example.value().clone());
        let mut site = Site::open(attempt, operation, body.clone().unwrap_or_default()).await?;
        let credentials: Vec<Credentials<'_>> = match (instead, &other) {
            (_, Some(other)) => vec![Credentials::Bearer(other)],
            (Instead::Garbage, _) => {
                ["Bearer garbage", "Bearer a.b.c", "Bearer"].map(Credentials::Header).to_vec()
            }
            (Instead::OtherScheme, _) => vec![Credentials::Header("Basic dXNlcjpwYXNzd29yZA==")],
            (Instead::InQuery, _) => vec![Credentials::Query],
            _ => vec![Credentials::None],
        };
        if *instead == Instead::InQuery {
            site.path = format!("{}?{REDACTED}", site.path);
        }
        for credentials in credentials {
            let content = body.clone().map_or(Content::None, Content::Json);
            let answer = site.send_as(attempt, credentials, content).await?;
            self.refusal().judge(attempt, operation, &answer, None)?;
            self.challenge(attempt, &answer);
        }
        site.unchanged(attempt).await
    }

    fn refusal(&self) -> Refusal {
        match (self.instead, self.operation.path_example().is_some()) {
            (Instead::WithoutScope, true) => FORBIDDEN_BY_ID,
            (Instead::WithoutScope, false) => FORBIDDEN,
            (Instead::Garbage, true) => MALFORMED_BY_ID,
            (Instead::Garbage, false) => MALFORMED,
            (_, true) => REFUSED_BY_ID,
            (_, false) => REFUSED,
        }
    }

    /// A 401 says how to get in (RFC 9110 section 15.5.2); by a token, and what was wrong with one (RFC 6750 section 3).
    fn challenge(&self, attempt: &mut Attempt, answer: &Answer) {
        let code = match self.instead {
            Instead::WithoutScope => Some("insufficient_scope"),
            Instead::BrokenSignature | Instead::Expired => Some("invalid_token"),
            _ => None,
        };
        let challenge = answer.header("www-authenticate");
        let needed = answer.status == 401 || attempt.is_extended();
        let Some(challenge) = challenge else {
            if needed {
                attempt.differs("header www-authenticate", "Bearer", "no such header");
            }
            return;
        };
        if !attempt.is_extended() {
            return;
        }
        let told = code.is_none_or(|code| challenge.contains(code));
        let bearer = challenge.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
        if !bearer || !told {
            let wanted = code.map_or("Bearer".to_owned(), |code| format!("Bearer with the error {code}"));
            attempt.differs("header www-authenticate", wanted, challenge);
        }
    }
}

/// The token with changed characters near its end, where the signature of a signed one is. Not at the very end: there
/// some encodings have bits without a meaning.
fn broken(token: &Secret) -> Secret {
    let text = token.expose();
    let place = text.len().saturating_sub(12);
    let swap = |letter: char| if letter == 'A' { 'B' } else { 'A' };
    let changed = text
        .chars()
        .enumerate()
        .map(|(index, letter)| if index >= place && index < place + 4 { swap(letter) } else { letter });
    Secret::new(changed.collect::<String>())
}

impl Check for Token {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_token_is_as_long_and_differs_before_its_end() {
        let token = format!("head.claims.{}", "s".repeat(40));
        let wrong = broken(&Secret::new(token.as_str()));
        assert_eq!(wrong.expose().len(), token.len());
        assert_ne!(wrong.expose(), token);
        assert!(wrong.expose().starts_with("head.claims.s") && wrong.expose().ends_with("ssss"));
        assert_ne!(broken(&Secret::new("AB")).expose(), "AB");
    }
}
