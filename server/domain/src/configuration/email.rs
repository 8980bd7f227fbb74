//! E-mail: who gets what, and through which server.

use super::{
    datetime::{Hostname, Server},
    declare::{choice, object, text},
    reader::{Body, Reader},
    reference::TrustStoreReference,
    tenant::visible,
};

text! {
    /// A mailbox as RFC 5321 section 4.1.2 writes it, its local part a dot-string, its domain a host name.
    EmailAddress = "e-mail address", |text| {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err("must be an e-mail address such as admin@example.com");
        };
        let atom = |atom: &str| {
            let special = |byte| b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
            !atom.is_empty() && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || special(byte))
        };
        let local_is_good = local.len() <= 64 && local.split('.').all(atom);
        if text.len() <= 254 && local_is_good && Hostname::parse(domain).is_ok() {
            Ok(())
        } else {
            Err("must be an e-mail address such as admin@example.com")
        }
    }
}

object! {
    /// Addresses and the mail server.
    pub Email {
        /// Who administers the server.
        admin_address: Option<EmailAddress>,
        /// Who gets alerts.
        alerting_address: Option<EmailAddress>,
        /// Who gets reports.
        reporting_address: Option<EmailAddress>,
        /// Whom messages are from.
        sender_address: Option<EmailAddress>,
        /// How to log in at the mail server.
        smtp_auth: SmtpAuth,
        /// How the connection is protected.
        smtp_encryption: SmtpEncryption,
        /// The mail server.
        smtp_server: Server,
    }
}

object! {
    /// Whether and as whom to log in at the mail server. The password is not part of it.
    #[derive(Eq, Default)]
    pub SmtpAuth {
        /// Whether to log in.
        enabled: bool,
        /// As whom.
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<SmtpUsername> [optional],
    }
}

text! {
    /// A login at a mail server: 1 to 255 characters without control characters (RFC 4616 section 2 forbids NUL).
    SmtpUsername = "username", visible::<255>
}

object! {
    /// How the connection to the mail server is protected.
    #[derive(Eq)]
    pub SmtpEncryption {
        /// By what.
        selection: EncryptionSelection,
        /// Which authorities the server's certificate must chain to; `None`: the built-in ones.
        #[serde(skip_serializing_if = "Option::is_none")]
        trust_store: Option<TrustStoreReference> [optional],
    }
}

choice! {
    /// By what a connection to a mail server is protected.
    pub EncryptionSelection {
        /// Not at all.
        Disabled = "disabled",
        /// STARTTLS (RFC 3207), which the server must offer.
        Starttls = "starttls",
        /// TLS from the first byte (RFC 8314).
        Tls = "tls",
    }
}

impl Default for Email {
    fn default() -> Self {
        Self {
            admin_address: None,
            alerting_address: None,
            reporting_address: None,
            sender_address: None,
            smtp_auth: SmtpAuth::default(),
            smtp_encryption: SmtpEncryption { selection: EncryptionSelection::Disabled, trust_store: None },
            smtp_server: Server::localhost(),
        }
    }
}

impl Body for Email {
    fn check(&self, reader: &mut Reader) {
        if self.smtp_auth.enabled && self.smtp_auth.username.is_none() {
            reader.refuse_at("/smtp_auth/username", "is required where smtp_auth is enabled");
        }
        let encryption = &self.smtp_encryption;
        if encryption.selection == EncryptionSelection::Disabled && encryption.trust_store.is_some() {
            let message = "goes with starttls and tls only: leave it out";
            reader.refuse_at("/smtp_encryption/trust_store", message);
        }
    }
}
