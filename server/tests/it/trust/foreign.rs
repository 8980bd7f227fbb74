//! Somebody else's CAs and devices, made by OpenSSL.

use crate::harness::openssl::OpenSsl;

const CONFIG: &str = "[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[client]
extendedKeyUsage = clientAuth
[server]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:broker.example.com,IP:127.0.0.1
[ca]
default_ca = ca
database = index.txt
crlnumber = crlnumber
rand_serial = yes
default_md = sha256
default_crl_days = 30
[names]
commonName = supplied
";

/// A root, an authority below it, and who is below these. Each is a key and a certificate of its name.
pub(super) struct Foreign(pub(super) OpenSsl);

impl Foreign {
    /// With `root`, `between` under it, and the clients `near` under the root and `far` under `between`.
    pub(super) fn new() -> Self {
        let foreign = Self(OpenSsl::new());
        foreign.0.write("ca.cnf", CONFIG);
        foreign.issue("root", "root", "root");
        foreign.issue("between", "root", "root");
        foreign.issue("near", "root", "client");
        foreign.issue("far", "between", "client");
        foreign
    }

    /// Self-signed if it is its own issuer. It lives 20 days.
    pub(super) fn issue(&self, name: &str, issuer: &str, section: &str) {
        self.issue_as(name, name, issuer, section);
    }

    /// A certificate in the file `name` for the key of the one whose common name it has.
    pub(super) fn issue_as(&self, name: &str, common_name: &str, issuer: &str, section: &str) {
        if self.0.try_run(&format!("pkey -in {common_name}.key -noout")).is_err() {
            self.0.run(&format!(
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {common_name}.key"
            ));
        }
        let by = if common_name == issuer {
            String::new()
        } else {
            format!("-CA {issuer}.pem -CAkey {issuer}.key")
        };
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key {common_name}.key {by} -subj /O=Partner/CN={common_name} \
             -out {name}.pem -days 20"
        ));
    }

    /// A client of the root at another time.
    pub(super) fn issue_between(&self, name: &str, start: &str, end: &str) {
        self.0.run(&format!(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config ca.cnf -subj /CN={name} -keyout {name}.key -out {name}.csr"
        ));
        self.0.write("index.txt", "#");
        self.0.run(&format!(
            "ca -batch -config ca.cnf -keyfile root.key -cert root.pem -in {name}.csr -out {name}.pem -outdir . -notext -policy names \
             -extensions client -startdate {start} -enddate {end}"
        ));
    }

    pub(super) fn pem(&self, name: &str) -> String {
        self.0.read(&format!("{name}.pem"))
    }

    /// A CA's list, PEM, on which these stand.
    pub(super) fn list(&self, ca: &str, revoked: &[&str]) -> Vec<u8> {
        self.list_with(ca, revoked, "")
    }

    /// The same with options of `openssl ca`.
    pub(super) fn list_with(&self, ca: &str, revoked: &[&str], options: &str) -> Vec<u8> {
        self.0.write("index.txt", "#");
        self.0.write("crlnumber", "01");
        let by = format!("-config ca.cnf -keyfile {ca}.key -cert {ca}.pem");
        for name in revoked {
            self.0.run(&format!("ca {by} -revoke {name}.pem"));
        }
        self.0.run(&format!("ca {by} -gencrl -out list.crl {options}"));
        self.0.read_bytes("list.crl")
    }

    /// The list made last, DER.
    pub(super) fn last_list_der(&self) -> Vec<u8> {
        self.0.run("crl -in list.crl -outform der -out list.der");
        self.0.read_bytes("list.der")
    }
}
