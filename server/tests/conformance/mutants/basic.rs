//! Faults in making, reading and resetting basic credentials; those of their list are in `basic_list`.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Reply};

pub(super) const LIST: &str = "/api/v1/basic-credentials";
const USERNAME: &[&str] = &["basic-credentials::create::*", "basic-credentials::username::*"];
const PASSWORD: &[&str] = &["basic-credentials::create::*", "basic-credentials::password::*"];
const RESET: &[&str] = &["basic-credentials::reset-password::*", "basic-credentials::password::reset-*"];

fn created(call: &Call, reply: &Reply) -> bool {
    call.is("POST", LIST) && reply.status == 201
}

pub(super) fn listed(call: &Call, reply: &Reply) -> bool {
    call.is("GET", LIST) && reply.json.is_array()
}

fn answer_of(username: &Value, password: &Value) -> Reply {
    let date = "2026-01-01T00:00:00.000000Z";
    Reply::json(
        201,
        json!({
            "id": "00000000000000000000", "username": username, "password": password, "state": "Inactive",
            "createdDate": date, "updatedDate": date,
        }),
    )
}

fn text<'a>(call: &'a Call, name: &str) -> &'a str {
    call.json[name].as_str().unwrap_or_default()
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers(
        "basic: created is answered with 200",
        &["basic-credentials::create::example-*"],
        |call, reply, _| {
            if created(call, reply) {
                reply.status = 200;
            }
        },
    ),
    Mutant::answers(
        "basic: created without its id",
        &["basic-credentials::create::example-*"],
        |call, reply, _| {
            if created(call, reply) {
                reply.remove("id");
            }
        },
    ),
    Mutant::answers(
        "basic: created as Active",
        &["basic-credentials::create::example-*", "basic-credentials::states::initial"],
        |call, reply, _| {
            if created(call, reply) {
                reply.json["state"] = json!("Active");
            }
        },
    ),
    Mutant::answers(
        "basic: dates without microseconds",
        &["basic-credentials::create::example-*", "basic-credentials::created-date::*"],
        |call, reply, _| {
            if created(call, reply) {
                reply.json["createdDate"] = json!("2026-01-01T00:00:00Z");
            }
        },
    ),
    Mutant::answers(
        "basic: dates as numbers",
        &["basic-credentials::create::example-*", "basic-credentials::updated-date::*"],
        |call, reply, _| {
            if created(call, reply) {
                reply.json["updatedDate"] = json!(1_767_225_600);
            }
        },
    ),
    Mutant::answers(
        "basic: the hash is shown",
        &["basic-credentials::create::example-*"],
        |call, reply, _| {
            if created(call, reply) {
                reply.json["passwordHash"] = json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA");
            }
        },
    ),
    Mutant::answers("basic: another username than was asked for", USERNAME, |call, reply, _| {
        if created(call, reply) && !call.json["username"].is_null() {
            reply.json["username"] = json!(text(call, "username").to_lowercase() + "-1");
        }
    }),
    Mutant::answers("basic: the chosen password is not answered", PASSWORD, |call, reply, _| {
        if created(call, reply) && !call.json["password"].is_null() {
            reply.json["password"] = json!("********");
        }
    }),
    Mutant::answers(
        "basic: a taken username is accepted",
        &["basic-credentials::username::taken*"],
        |call, reply, _| {
            if reply.status == 409 {
                *reply = answer_of(&call.json["username"], &json!("generated"));
            }
        },
    ),
    Mutant::answers(
        "basic: a taken username is answered with 400",
        &["basic-credentials::username::taken*"],
        |_, reply, _| {
            if reply.status == 409 {
                reply.status = 400;
            }
        },
    ),
    Mutant::takes(
        "basic: a colon in the username",
        &["basic-credentials::username::colon*", "basic-credentials::create::username-with-colon"],
        |call, _| {
            let taken = call.is("POST", LIST) && text(call, "username").contains(':');
            taken.then(|| answer_of(&call.json["username"], &json!("generated")))
        },
    ),
    Mutant::takes(
        "basic: an at sign in the username",
        &["basic-credentials::username::at*", "basic-credentials::create::username-with-at"],
        |call, _| {
            let taken = call.is("POST", LIST) && text(call, "username").contains('@');
            taken.then(|| answer_of(&call.json["username"], &json!("generated")))
        },
    ),
    Mutant::takes(
        "basic: a username of 256 characters",
        &["basic-credentials::username::too-long", "basic-credentials::create::username-too-long"],
        |call, _| {
            let taken = call.is("POST", LIST) && text(call, "username").len() == 256;
            taken.then(|| answer_of(&call.json["username"], &json!("generated")))
        },
    ),
    Mutant::takes(
        "basic: no username of 255 characters",
        &["basic-credentials::username::longest", "basic-credentials::create::username-longest"],
        |call, _| {
            let refused = call.is("POST", LIST) && text(call, "username").len() == 255;
            refused.then(|| Reply::json(400, json!({"message": "username is too long"})))
        },
    ),
    Mutant::takes(
        "basic: a username that is not ASCII",
        &["basic-credentials::username::not-ascii", "basic-credentials::create::username-not-ascii"],
        |call, _| {
            let taken = call.is("POST", LIST) && !text(call, "username").is_ascii();
            taken.then(|| answer_of(&call.json["username"], &json!("generated")))
        },
    ),
    Mutant::takes(
        "basic: a username that is a number",
        &["basic-credentials::create::username-wrong-type"],
        |call, _| {
            let taken = call.is("POST", LIST) && call.json["username"].is_number();
            taken.then(|| answer_of(&json!(call.json["username"].to_string()), &json!("generated")))
        },
    ),
    Mutant::takes(
        "basic: a long password is cut",
        &["basic-credentials::password::too-long", "basic-credentials::create::password-too-long"],
        |call, _| {
            let long = call.is("POST", LIST) && text(call, "password").len() > 72;
            long.then(|| answer_of(&json!("generated"), &json!(&text(call, "password")[..72])))
        },
    ),
    Mutant::takes(
        "basic: no password of 72 characters",
        &["basic-credentials::password::longest", "basic-credentials::create::password-longest"],
        |call, _| {
            let refused = call.is("POST", LIST) && text(call, "password").len() == 72;
            refused.then(|| Reply::json(400, json!({"message": "password is too long"})))
        },
    ),
    Mutant::takes(
        "basic: a password that is not ASCII",
        &["basic-credentials::password::not-ascii*", "basic-credentials::create::password-not-ascii"],
        |call, _| {
            let taken = call.is("POST", LIST) && !text(call, "password").is_ascii();
            taken.then(|| answer_of(&json!("generated"), &call.json["password"]))
        },
    ),
    Mutant::takes(
        "basic: unknown properties are ignored",
        &["basic-credentials::create::body-unknown-property"],
        |call, _| {
            if call.is("POST", LIST)
                && let Some(members) = call.json.as_object()
            {
                let known = ["username", "password"];
                let kept = members.iter().filter(|(name, _)| known.contains(&name.as_str()));
                let kept: serde_json::Map<_, _> =
                    kept.map(|(name, value)| (name.clone(), value.clone())).collect();
                call.say(Value::Object(kept));
            }
            None
        },
    ),
    Mutant::answers(
        "basic: generated usernames repeat",
        &["basic-credentials::username::generated"],
        |call, reply, memory| {
            if created(call, reply) && call.json["username"].is_null() {
                let first = memory.entry("username".to_owned()).or_insert(reply.json["username"].clone());
                reply.json["username"] = first.clone();
            }
        },
    ),
    Mutant::answers(
        "basic: generated passwords are all the same",
        &["basic-credentials::password::generated"],
        |call, reply, _| {
            if created(call, reply) && call.json["password"].is_null() {
                reply.json["password"] = json!("Zei7ooquaiNgooXahxe3ahf0Uo2Shoot");
            }
        },
    ),
    Mutant::answers(
        "basic: a generated username has an at sign",
        &["basic-credentials::username::generated", "basic-credentials::create::example-autogenerated"],
        |call, reply, _| {
            if created(call, reply) && call.json["username"].is_null() {
                reply.json["username"] =
                    json!(format!("{}@tenant", reply.json["username"].as_str().unwrap()));
            }
        },
    ),
    Mutant::answers(
        "basic: another one's credentials",
        &["basic-credentials::get::as-listed", "basic-credentials::get::example-active"],
        |call, reply, _| {
            if call.is("GET", "/api/v1/basic-credentials/*") && reply.is_success() {
                reply.json["id"] = json!("00000000000000000099");
            }
        },
    ),
    Mutant::answers(
        "basic: one is not as in the list",
        &["basic-credentials::get::as-listed"],
        |call, reply, _| {
            if call.is("GET", "/api/v1/basic-credentials/*") && reply.is_success() {
                reply.json["updatedDate"] = json!("2020-03-01T12:47:02.247462Z");
            }
        },
    ),
    Mutant::answers(
        "basic: an unknown one is answered with 500",
        &["basic-credentials::get::example-path-id"],
        |call, reply, _| {
            if call.is("GET", "/api/v1/basic-credentials/*") && reply.status == 404 {
                reply.status = 500;
            }
        },
    ),
    Mutant::answers("basic: a reset answers with another password", RESET, |call, reply, _| {
        if call.is("PATCH", "*/password") && reply.is_success() {
            reply.json["password"] = json!("another");
        }
    }),
    Mutant::takes("basic: a reset changes nothing", &["basic-credentials::use::reset"], |call, _| {
        let password = match call.json["password"].as_str() {
            Some(password) if password.is_ascii() && password.len() <= 72 => json!(password),
            Some(_) => return None,
            None => json!("Zei7ooquaiNgooXahxe3ahf0Uo2Shoot"),
        };
        let known = call.is("PATCH", "*/password") && call.json.as_object()?.len() <= 1;
        known.then(|| Reply::json(200, json!({"password": password})))
    }),
    Mutant::answers("basic: a reset answers with nothing", RESET, |call, reply, _| {
        if call.is("PATCH", "*/password") && reply.is_success() {
            *reply = Reply::empty(204);
        }
    }),
    Mutant::answers(
        "basic: a reset makes Active",
        &["basic-credentials::password::reset-keeps-state"],
        |call, reply, memory| {
            if call.is("PATCH", "*/password") && reply.is_success() {
                memory.insert(call.path.split('/').nth(4).unwrap().to_owned(), json!(true));
            }
            let reset = |item: &Value| item["id"].as_str().is_some_and(|id| memory.contains_key(id));
            if listed(call, reply) {
                for item in reply.items().iter_mut().filter(|item| reset(item)) {
                    item["state"] = json!("Active");
                }
            }
            if call.is("GET", "/api/v1/basic-credentials/*") && reset(&reply.json) {
                reply.json["state"] = json!("Active");
            }
        },
    ),
    Mutant::answers(
        "basic: what is revoked is reset",
        &["basic-credentials::password::reset-revoked"],
        |call, reply, _| {
            let message = reply.json["message"].as_str().unwrap_or_default();
            if call.is("PATCH", "*/password") && reply.status == 400 && message.contains("Revoked") {
                *reply = Reply::json(200, json!({"password": "Zei7ooquaiNgooXahxe3ahf0Uo2Shoot"}));
            }
        },
    ),
];
