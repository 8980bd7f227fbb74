//! Signing requests: the key is taken, everything else is not; and requests that are refused.

use serde_json::json;

use super::{PATH, verify};
use crate::harness::{TestServer, both, database::Everything, openssl::OpenSsl};

/// Key options of `openssl genpkey` for what we certify.
const KEYS: [&str; 5] = [
    "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
    "-algorithm ED25519",
];

fn request(openssl: &OpenSsl, key: &str, options: &str) -> String {
    openssl.run(&format!("genpkey {key} -out client.pem"));
    openssl.run(&format!("req -new -key client.pem -subj /CN=theirs/O=Evil {options} -out request.pem"));
    openssl.read("request.pem")
}

both!(the_key_is_the_clients, async |server: TestServer| {
    let client = OpenSsl::new();
    for key in KEYS {
        let csr = request(&client, key, "");
        let body = json!({"csr": csr, "commonName": "pump-station-8", "ttl": 3600});
        let issued = server.post(PATH, body).await.expect(201);
        let fields: Vec<_> = issued.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "certificate",
            "issuingCa",
            "caChain",
            "serialNumber",
            "commonName",
            "id",
            "state",
            "invalidAfter",
        ];
        assert_eq!(fields, expected, "{key}");
        let openssl = verify(&server, &issued).await;
        let keys =
            (client.run("pkey -in client.pem -pubout"), openssl.run("x509 -in leaf.pem -noout -pubkey"));
        assert_eq!(keys.0, keys.1, "{key}");
        assert_eq!(openssl.field("leaf.pem", "-subject"), "CN = pump-station-8");
    }
});

both!(what_it_asks_for_is_not_looked_at, async |server: TestServer| {
    let client = OpenSsl::new();
    let wishes = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign \
                  -addext subjectAltName=DNS:evil.example -addext extendedKeyUsage=codeSigning";
    let csr = request(&client, KEYS[2], wishes);
    for name in [Some("mydevice"), None] {
        let body = match name {
            Some(name) => json!({"csr": csr, "commonName": name}),
            None => json!({"csr": csr}),
        };
        let issued = server.post(PATH, body).await.expect(201);
        let openssl = verify(&server, &issued).await;
        let text = openssl.run("x509 -in leaf.pem -noout -text");
        for wish in ["CA:TRUE", "Certificate Sign", "evil.example", "Code Signing", "theirs", "Evil"] {
            assert!(!text.contains(wish), "{wish}: {text}");
        }
        let made = issued["commonName"].as_str().unwrap();
        assert!(text.contains(&format!("DNS:{made}")), "{text}");
        assert!(name.is_none_or(|name| name == made), "{made}");
    }
});

both!(bad_ones_are_refused, async |server: TestServer| {
    let client = OpenSsl::new();
    let good = request(&client, KEYS[2], "");
    let weak = request(&client, "-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "");
    let curve = request(&client, "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "");
    let exponent =
        request(&client, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3", "");
    let sha1 = request(&client, KEYS[0], "-sha1");
    client.run("req -x509 -key client.pem -subj /CN=a -out certificate.pem");
    let certificate = client.read("certificate.pem");
    // A letter in the middle is in the key or the name, one before the end in the signature.
    let lines: Vec<&str> = good.lines().collect();
    let flipped = |line: usize| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let letter = if &lines[line][20..21] == "A" { "B" } else { "A" };
        lines[line].replace_range(20..21, letter);
        lines.join("\n")
    };
    let store = server.ready().await.store;
    let refused = [
        (json!({"csr": "x"}), "csr: the CSR must be one PEM block CERTIFICATE REQUEST"),
        (json!({"csr": format!("{good}{good}")}), "csr: the CSR must be one PEM block CERTIFICATE REQUEST"),
        (json!({"csr": certificate}), "csr: the CSR must be one PEM block CERTIFICATE REQUEST"),
        (json!({"csr": good.replace("\n", "\0")}), "csr: the CSR must be one PEM block CERTIFICATE REQUEST"),
        (json!({"csr": flipped(lines.len() - 2)}), "csr: the CSR's signature does not fit its key"),
        (
            json!({"csr": weak}),
            "csr: the CSR's key is refused: an RSA key must have 2048 to 4096 bits, this one has 1024",
        ),
        (
            json!({"csr": exponent}),
            "csr: the CSR's key is refused: an RSA key must have the public exponent 65537",
        ),
        (
            json!({"csr": curve}),
            "csr: the CSR's key is refused: the key must be RSA, EC P-256, EC P-384 or Ed25519",
        ),
        (
            json!({"csr": sha1}),
            "csr: the CSR must be signed with Ed25519, with RSA or ECDSA and SHA-256 or SHA-384, or with RSA and SHA-512",
        ),
        (json!({"csr": ""}), "csr must be 1 to 16384 characters long"),
        (json!({"csr": "x".repeat(16_385)}), "csr must be 1 to 16384 characters long"),
        (json!({"csr": "x".repeat(16_384)}), "csr: the CSR must be one PEM block CERTIFICATE REQUEST"),
        (
            json!({"csr": good, "keyType": "ec-p256"}),
            "csr and keyType exclude each other: the key of a csr has its type",
        ),
        (json!({"csr": null}), "csr must be a string, not null"),
    ];
    for (body, message) in refused {
        assert_eq!(server.post(PATH, body.clone()).await.message(400), message, "{body}");
    }
    // Wherever a bit is wrong, the answer is 400 and tells nothing of how it was found.
    for line in 1..lines.len() - 1 {
        let message = server.post(PATH, json!({"csr": flipped(line)})).await.message(400);
        assert!(message.starts_with("csr: the CSR") && message.len() < 120, "{message}");
    }
    assert_eq!(Everything::of(&store).await.x509, []);
});
