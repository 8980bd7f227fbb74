//! The table of states of the design, walked through the API: every state, every event, and what verifying says then.

use serde_json::{Value, json};

use super::{BASIC, X509, judged, outcome, shown};
use crate::harness::{TestServer, both};

/// What happens to credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Use,
    Patch(&'static str),
    ResetPassword,
}
use Event::{Patch, ResetPassword, Use};

/// What comes of it: the state afterwards, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Accepted, or 204 or 200.
    To(&'static str),
    /// The verdict `Rejected`.
    Rejected(&'static str),
    /// 400.
    Refused,
}
use Outcome::{Refused, Rejected, To};

const EVENTS: [Event; 5] = [Use, Patch("Active"), Patch("Suspended"), Patch("Revoked"), ResetPassword];

/// A state, how to get there, and what each event leads to.
const TABLE: [(&str, &[Event], [Outcome; 5]); 10] = [
    ("Inactive", &[], [To("Active"), Refused, To("Suspended"), To("Revoked"), To("Inactive")]),
    ("Active", &[Use], [To("Active"), To("Active"), To("Suspended"), To("Revoked"), To("Active")]),
    ("Active", &[Use, Use], [To("Active"), To("Active"), To("Suspended"), To("Revoked"), To("Active")]),
    ("Suspended", &[Patch("Suspended")], SUSPENDED_UNUSED),
    ("Suspended", &[Use, Patch("Suspended")], SUSPENDED_USED),
    ("Revoked", &[Patch("Revoked")], REVOKED),
    ("Revoked", &[Use, Patch("Revoked")], REVOKED),
    ("Revoked", &[Patch("Suspended"), Patch("Revoked")], REVOKED),
    // There and back, and a refused use in between, which is none.
    ("Suspended", &[Patch("Suspended"), Use], SUSPENDED_UNUSED),
    ("Suspended", &[Use, Patch("Suspended"), Patch("Active"), Patch("Suspended")], SUSPENDED_USED),
];
const SUSPENDED_UNUSED: [Outcome; 5] =
    [Rejected("Suspended"), To("Inactive"), To("Suspended"), To("Revoked"), To("Suspended")];
const SUSPENDED_USED: [Outcome; 5] =
    [Rejected("Suspended"), To("Active"), To("Suspended"), To("Revoked"), To("Suspended")];
const REVOKED: [Outcome; 5] = [Rejected("Revoked"), Refused, Refused, To("Revoked"), Refused];

/// Credentials, and how to present them.
struct Subject {
    resource: &'static str,
    id: Value,
    /// All ways of presenting them.
    presented: Vec<Value>,
}

impl Subject {
    async fn basic(server: &TestServer) -> Self {
        let created = server.post(BASIC, json!({})).await.expect(201);
        let presented = json!({"username": created["username"], "password": created["password"]});
        Self { resource: BASIC, id: created["id"].clone(), presented: vec![presented] }
    }

    async fn x509(server: &TestServer) -> Self {
        let issued = server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
        let presented = vec![
            json!({"certificates": [issued["certificate"]]}),
            json!({"issuer": "default", "serialNumber": issued["serialNumber"]}),
        ];
        Self { resource: X509, id: issued["id"].clone(), presented }
    }

    /// Lets it happen.
    async fn on(&mut self, server: &TestServer, event: Event) -> Outcome {
        let path = format!("{}/{}", self.resource, self.id.as_str().unwrap());
        let patched = async |what: &str, body: Value| server.patch(&format!("{path}/{what}"), body).await;
        match event {
            Use => {
                let verdict = judged(server, self.resource, self.presented[0].clone()).await;
                match verdict["verdict"].as_str() {
                    Some("Accepted") => To(known(&verdict["state"])),
                    _ => Rejected(known(&verdict["reason"])),
                }
            }
            Patch(state) => {
                let answer = patched("state", json!({"state": state})).await;
                self.told(server, answer.status.as_u16(), 204).await
            }
            ResetPassword => {
                let answer = patched("password", json!({})).await;
                if answer.status == 200 {
                    self.presented[0]["password"] = answer.json()["password"].clone();
                }
                self.told(server, answer.status.as_u16(), 200).await
            }
        }
    }

    async fn told(&self, server: &TestServer, status: u16, good: u16) -> Outcome {
        match status {
            400 => Refused,
            status => {
                assert_eq!(status, good);
                To(known(&shown(server, self.resource, &self.id).await["state"]))
            }
        }
    }

    /// What is so afterwards: the state as it is shown, and what verifying says.
    async fn check(&self, server: &TestServer, state: &str, what: &str) {
        let row = shown(server, self.resource, &self.id).await;
        assert_eq!(row["state"], state, "{what}");
        for body in &self.presented {
            let verdict = judged(server, self.resource, body.clone()).await;
            let (expected, then) = match state {
                "Inactive" | "Active" => ("Accepted", "Active"),
                other => (other, other),
            };
            assert_eq!((outcome(&verdict).as_str(), &verdict["state"]), (expected, &json!(then)), "{what}");
            assert_eq!(verdict["updatedDate"], row["updatedDate"], "{what}");
        }
    }
}

fn known(word: &Value) -> &'static str {
    let words = ["Inactive", "Active", "Suspended", "Revoked"];
    words.into_iter().find(|known| word == known).unwrap_or_else(|| panic!("{word}"))
}

async fn walk(server: TestServer, new: impl AsyncFn(&TestServer) -> Subject) {
    for (from, steps, outcomes) in TABLE {
        for (event, expected) in EVENTS.into_iter().zip(outcomes) {
            let mut subject = new(&server).await;
            if event == ResetPassword && subject.resource == X509 {
                continue;
            }
            for step in steps {
                subject.on(&server, *step).await;
            }
            let what = format!("{steps:?}, then {event:?}");
            let before = shown(&server, subject.resource, &subject.id).await;
            assert_eq!(before["state"], from, "{what}");
            assert_eq!(subject.on(&server, event).await, expected, "{what}");
            let state = if let To(state) = expected { state } else { from };
            let after = shown(&server, subject.resource, &subject.id).await;
            // A use is none of an operator's changes, and a repeated wish no change.
            let changed =
                matches!(event, Patch(_)) && state != from || event == ResetPassword && expected != Refused;
            assert_eq!(before["updatedDate"] != after["updatedDate"], changed, "{what}");
            subject.check(&server, state, &what).await;
        }
    }
}

both!(of_basic_credentials, async |server: TestServer| walk(server, Subject::basic).await);
both!(of_x509_credentials, async |server: TestServer| walk(server, Subject::x509).await);
