//! Faults in issuing and listing X.509 credentials, but for what is in the certificates.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Reply};

const PATH: &str = "/api/v1/x509-credentials";
const NAME: &[&str] = &["x509-credentials::create::*", "x509-credentials::common-name::*"];
const LISTED: &[&str] = &["x509-credentials::list::*"];

fn issued(call: &Call, reply: &Reply) -> bool {
    call.is("POST", PATH) && reply.status == 201
}

fn each(call: &Call, reply: &mut Reply, spoil: fn(&mut Value)) {
    if call.is("GET", PATH) && reply.json.is_array() {
        reply.items().iter_mut().for_each(spoil);
    }
}

/// Changes the lifetime of what is to be issued.
fn live(call: &mut Call, change: fn(f64) -> f64) -> Option<Reply> {
    if call.is("POST", PATH)
        && let Some(ttl) = call.json["ttl"].as_f64()
    {
        let mut body = call.json.clone();
        body["ttl"] = json!(change(ttl));
        call.say(body);
    }
    None
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers(
        "x509: issued without its CA",
        &["x509-credentials::create::example-*"],
        |call, reply, _| {
            if issued(call, reply) {
                reply.remove("issuingCa");
            }
        },
    ),
    Mutant::answers(
        "x509: the chain is a text",
        &["x509-credentials::create::example-*"],
        |call, reply, _| {
            if issued(call, reply) {
                reply.json["caChain"] = reply.json["issuingCa"].clone();
            }
        },
    ),
    Mutant::answers(
        "x509: the chain is empty",
        &["x509-credentials::create::example-*", "x509-credentials::certificate::chain"],
        |call, reply, _| {
            if issued(call, reply) {
                reply.json["caChain"] = json!([]);
            }
        },
    ),
    Mutant::answers(
        "x509: the chain starts with the certificate itself",
        &["x509-credentials::certificate::chain", "x509-credentials::certificate::chain-links"],
        |call, reply, _| {
            if issued(call, reply) {
                let leaf = reply.json["certificate"].clone();
                reply.json["caChain"].as_array_mut().unwrap().insert(0, leaf);
            }
        },
    ),
    Mutant::answers(
        "x509: the key's type in capitals",
        &["x509-credentials::create::example-*", "x509-credentials::certificate::private-key"],
        |call, reply, _| {
            if issued(call, reply) && reply.json["privateKeyType"].is_string() {
                reply.json["privateKeyType"] = json!("RSA");
            }
        },
    ),
    Mutant::answers(
        "x509: a serial number in hexadecimal",
        &["x509-credentials::create::example-*", "x509-credentials::certificate::serial-number"],
        |call, reply, _| {
            if issued(call, reply) {
                reply.json["serialNumber"] =
                    json!("5b:55:b2:98:93:25:3b:f9:5e:fe:48:3b:01:9f:f9:32:06:d3:85:a1");
            }
        },
    ),
    Mutant::answers(
        "x509: another one's serial number",
        &["x509-credentials::certificate::serial-number"],
        |call, reply, memory| {
            if issued(call, reply) {
                let first =
                    memory.entry("serial".to_owned()).or_insert(json!("7000000000000000000000000001"));
                reply.json["serialNumber"] = first.clone();
            }
        },
    ),
    Mutant::answers("x509: another common name than was asked for", NAME, |call, reply, _| {
        if issued(call, reply) && !call.json["commonName"].is_null() {
            reply.json["commonName"] = json!("silver-advice-2");
        }
    }),
    Mutant::answers(
        "x509: a line before the certificate",
        &["x509-credentials::certificate::pem", "x509-credentials::create::example-*"],
        |call, reply, _| {
            if issued(call, reply) {
                let pem = format!("subject=CN = device\n{}", text(&reply.json["certificate"]));
                reply.json["certificate"] = json!(pem);
            }
        },
    ),
    Mutant::answers(
        "x509: the key is labelled as PKCS#8",
        &["x509-credentials::certificate::private-key", "x509-credentials::create::example-*"],
        |call, reply, _| {
            if issued(call, reply) && reply.json["privateKey"].is_string() {
                let pem = text(&reply.json["privateKey"]).replace("RSA PRIVATE KEY", "PRIVATE KEY");
                reply.json["privateKey"] = json!(pem);
            }
        },
    ),
    Mutant::answers(
        "x509: the key is another certificate's",
        &["x509-credentials::certificate::*key"],
        |call, reply, _| {
            if issued(call, reply) && text(&reply.json["privateKey"]).contains("RSA") {
                let examples = &vouchsafe_api_spec::document()["components"]["examples"];
                let documented = &examples["x509-credentials-issued-autogenerated"]["value"];
                reply.json["privateKey"] = documented["privateKey"].clone();
            }
        },
    ),
    Mutant::answers(
        "x509: the answer is an earlier one",
        &["x509-credentials::common-name::generated"],
        |call, reply, memory| {
            if issued(call, reply) && call.json == json!({}) {
                let first = memory.entry("first".to_owned()).or_insert(reply.json.clone());
                reply.json = first.clone();
            }
        },
    ),
    Mutant::answers(
        "x509: another certificate for the CA",
        &[
            "x509-credentials::certificate::authority",
            "x509-credentials::certificate::issuer",
            "x509-credentials::certificate::signature",
        ],
        |call, reply, memory| {
            if issued(call, reply) {
                // Another certificate than the issuer's will do.
                let other =
                    memory.entry("leaf".to_owned()).or_insert(reply.json["certificate"].clone()).clone();
                reply.json["issuingCa"] = other.clone();
                reply.json["caChain"] = json!([other]);
            }
        },
    ),
    Mutant::takes("x509: ttl is ignored", &["x509-credentials::ttl::*"], |call, _| {
        if call.is("POST", PATH)
            && call.json["ttl"].as_f64().is_some_and(|ttl| ttl > 0.0)
            && let Some(members) = call.json.clone().as_object_mut()
        {
            members.remove("ttl");
            call.say(Value::Object(members.clone()));
        }
        None
    }),
    Mutant::takes("x509: ttl is one second more", &["x509-credentials::ttl::*"], |call, _| {
        live(call, |ttl| if ttl > 2.0 { ttl + 1.0 } else { ttl })
    }),
    Mutant::takes("x509: ttl is one second less", &["x509-credentials::ttl::*"], |call, _| {
        live(call, |ttl| if ttl > 2.0 { ttl - 1.0 } else { ttl })
    }),
    Mutant::takes("x509: ttl is in minutes", &["x509-credentials::ttl::*"], |call, _| {
        live(call, |ttl| ttl * 60.0)
    }),
    Mutant::takes(
        "x509: a ttl of nothing is a default",
        &["x509-credentials::ttl::zero", "x509-credentials::ttl::negative"],
        |call, _| live(call, |ttl| if ttl <= 0.0 { 31_536_000.0 } else { ttl }),
    ),
    Mutant::takes(
        "x509: a default of thirty days",
        &["x509-credentials::certificate::default-ttl"],
        |call, _| {
            if call.is("POST", PATH) && call.json.is_object() && call.json["ttl"].is_null() {
                let mut body = call.json.clone();
                body["ttl"] = json!(2_592_000);
                call.say(body);
            }
            None
        },
    ),
    Mutant::takes("x509: a ttl in a string", &["x509-credentials::create::ttl-*"], |call, _| {
        if let Some(ttl) = call.json["ttl"].as_str().map(|text| text.parse::<f64>().unwrap_or(60.0)) {
            let mut body = call.json.clone();
            body["ttl"] = json!(ttl);
            call.say(body);
        }
        None
    }),
    Mutant::takes("x509: a common name of 256 characters", NAME, |call, _| {
        if call.is("POST", PATH) && text(&call.json["commonName"]).len() == 256 {
            call.say(json!({"commonName": "cut"}));
        }
        None
    }),
    Mutant::takes("x509: a common name that is not ASCII", NAME, |call, _| {
        if call.is("POST", PATH) && !text(&call.json["commonName"]).is_ascii() {
            call.say(json!({"commonName": "xn--dvice-bsa"}));
        }
        None
    }),
    Mutant::takes(
        "x509: common names must be unique",
        &["x509-credentials::common-name::repeated"],
        |call, memory| {
            if !call.is("POST", PATH) || text(&call.json["commonName"]).is_empty() {
                return None;
            }
            let known = memory.insert(text(&call.json["commonName"]).to_owned(), json!(true));
            known.map(|_| Reply::json(400, json!({"message": "commonName is taken"})))
        },
    ),
    Mutant::answers(
        "x509: generated common names repeat",
        &["x509-credentials::common-name::generated"],
        |call, reply, memory| {
            if issued(call, reply) && call.json == json!({}) {
                let first = memory.entry("name".to_owned()).or_insert(reply.json["commonName"].clone());
                reply.json["commonName"] = first.clone();
            }
        },
    ),
    Mutant::answers("x509: serial numbers in the list are numbers", LISTED, |call, reply, _| {
        each(call, reply, |item| item["serialNumber"] = json!(8_163_249));
    }),
    Mutant::answers("x509: the list says another end", LISTED, |call, reply, _| {
        each(call, reply, |item| item["invalidAfter"] = json!("2055-01-01T00:00:00.000000Z"));
    }),
    Mutant::answers("x509: the list shows keys", LISTED, |call, reply, _| {
        each(call, reply, |item| item["privateKey"] = json!("-----BEGIN RSA PRIVATE KEY-----"));
    }),
    Mutant::answers("x509: the list has no common names", LISTED, |call, reply, _| {
        each(call, reply, |item| {
            item.as_object_mut().unwrap().remove("commonName");
        });
    }),
    Mutant::answers("x509: the list is what it was at first", LISTED, |call, reply, memory| {
        if call.is("GET", PATH) {
            let first = memory.entry(call.path.clone()).or_insert(reply.json.clone());
            reply.json = first.clone();
        }
    }),
    Mutant::answers(
        "x509: a private key for a request that brought its own",
        &["x509-credentials::create::example-csr", "x509-credentials::csr::*"],
        |call, reply, _| {
            if issued(call, reply) && !call.json["csr"].is_null() {
                reply.json["privateKey"] =
                    json!("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n");
                reply.json["privateKeyType"] = json!("ec");
            }
        },
    ),
    Mutant::takes(
        "x509: the wanted kind of key is ignored",
        &["x509-credentials::key-type::*", "x509-credentials::create::example-key-type"],
        |call, _| {
            if call.is("POST", PATH) && call.json["keyType"].is_string() {
                let mut body = call.json.clone();
                body.as_object_mut().unwrap().remove("keyType");
                call.say(body);
            }
            None
        },
    ),
    Mutant::takes(
        "x509: a request for a certificate is ignored",
        &["x509-credentials::csr::*"],
        |call, _| {
            if call.is("POST", PATH) && call.json["csr"].is_string() {
                call.say(json!({"keyType": "ec-p256"}));
            }
            None
        },
    )
    .after(|call, reply, _| {
        if call.is("POST", PATH) && call.json == json!({"keyType": "ec-p256"}) {
            reply.remove("privateKey");
            reply.remove("privateKeyType");
        }
    }),
    Mutant::answers(
        "x509: invalidAfter is an hour late",
        &["x509-credentials::invalid-after::*"],
        |call, reply, _| {
            if issued(call, reply) {
                let date = text(&reply.json["invalidAfter"]).to_owned();
                let hour: u32 = date[11..13].parse().unwrap();
                reply.json["invalidAfter"] =
                    json!(format!("{}{:02}{}", &date[..11], (hour + 1) % 24, &date[13..]));
            }
        },
    ),
];
