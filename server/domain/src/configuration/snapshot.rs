//! The configuration as a whole, and what must be true between its objects.

use std::{
    collections::{BTreeMap, HashSet},
    hash::Hash,
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Acl, Finding, Group, IntegrationKey, Kind, OauthClient, Tenant, TrustStore, User,
    trust_store::BUILT_IN_NAME,
};
use crate::access::{Grants, Permission};

const AAA: &str = "/api/configuration/aaa";
const ACLS: &str = "/api/configuration/aaa/acls";
const TRUST_STORES: &str = "/api/configuration/trust_stores";
const BUILT_IN: &str = "-7001";

/// The whole configuration by path, bodies as stored. Single objects that were never set are absent: they have their
/// defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot(pub BTreeMap<String, Value>);

impl Snapshot {
    /// The users, with their paths.
    pub fn users(&self) -> impl Iterator<Item = (&str, User)> {
        self.typed(Kind::Users)
    }

    /// The groups, with their paths.
    pub fn groups(&self) -> impl Iterator<Item = (&str, Group)> {
        self.typed(Kind::Groups)
    }

    /// The tenants, with their paths.
    pub fn tenants(&self) -> impl Iterator<Item = (&str, Tenant)> {
        self.typed(Kind::Tenants)
    }

    /// The integration keys, with their paths.
    pub fn integration_keys(&self) -> impl Iterator<Item = (&str, IntegrationKey)> {
        self.typed(Kind::IntegrationKeys)
    }

    /// The OAuth clients, with their paths.
    pub fn oauth_clients(&self) -> impl Iterator<Item = (&str, OauthClient)> {
        self.typed(Kind::OauthClients)
    }

    /// The custom trust stores, with their paths.
    pub fn trust_stores(&self) -> impl Iterator<Item = (&str, TrustStore)> {
        self.typed(Kind::TrustStores)
    }

    /// The ACLs, in their order.
    #[must_use]
    pub fn acls(&self) -> Vec<Acl> {
        self.typed(Kind::Acls).next().map(|(_, acls)| acls).unwrap_or_default()
    }

    /// Stored bodies were read once before, so all of them can be read.
    fn typed<T: DeserializeOwned>(&self, kind: Kind) -> impl Iterator<Item = (&str, T)> {
        let bodies = self.0.iter().filter(move |(path, _)| Kind::of(path) == Some(kind));
        bodies.filter_map(|(path, body)| Some((path.as_str(), T::deserialize(body).ok()?)))
    }

    /// What contradicts itself, with absolute paths such as `/api/configuration/trust_stores/<key>/name`.
    #[must_use]
    pub fn inconsistencies(&self) -> Vec<Finding> {
        self.inconsistencies_after("")
    }

    /// The same after a change at a path: of two objects that can't be beside each other, the changed one is named.
    #[must_use]
    pub fn inconsistencies_after(&self, changed: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        self.check_trust_stores(changed, &mut found);
        self.check_references(&mut found);
        self.check_users(changed, &mut found);
        self.check_acls(&mut found);
        self.check_tenants(changed, &mut found);
        self.check_integration_keys(changed, &mut found);
        self.check_oauth_clients(changed, &mut found);
        self.check_ntp_servers(&mut found);
        found
    }

    /// Whether anybody is left who may change users, groups and ACLs: without one, the configuration could never be
    /// mended through the API. `can_log_in` tells it of a user's path.
    #[must_use]
    pub fn lockout(&self, can_log_in: impl Fn(&str) -> bool) -> Vec<Finding> {
        let groups: Vec<Group> = self.groups().map(|(_, group)| group).collect();
        let acls = self.acls();
        let may = |name: &str| Grants::of(name, &groups, &acls).allows(AAA, Permission::Write);
        if self.users().any(|(path, user)| may(user.name.as_str()) && can_log_in(path)) {
            return Vec::new();
        }
        let message = "nobody could change users, groups and ACLs any more: keep a user who can log in, in a group \
                       that may write /api/configuration/aaa";
        vec![Finding { path: ACLS.to_owned(), message: message.to_owned() }]
    }

    fn check_trust_stores(&self, changed: &str, found: &mut Vec<Finding>) {
        let mut names = HashSet::from([BUILT_IN_NAME.to_owned()]);
        for (path, store) in last(changed, self.trust_stores()) {
            if !names.insert(store.name.to_string()) {
                refuse(found, format!("{path}/name"), "is the name of another trust store: choose another");
            }
            let digests = store.authorities.iter().map(|authority| authority.fingerprint.digest.as_str());
            let twice = "is in the trust store already: leave it out";
            repeated(found, &format!("{path}/authorities"), digests, twice);
            repeated(found, &format!("{path}/crl_urls"), &store.crl_urls, twice);
        }
    }

    fn check_references(&self, found: &mut Vec<Finding>) {
        for (path, body) in &self.0 {
            let Some(kind) = Kind::of(path) else { continue };
            for (pointer, key) in kind.references(body) {
                if key == BUILT_IN && kind == Kind::AaaSettings {
                    let message = "must be a custom trust store: with the built-in one, whoever gets a certificate \
                                   with a user's name from a public CA could log in as that user";
                    refuse(found, format!("{path}{pointer}"), message);
                }
                if key != BUILT_IN && !self.0.contains_key(&format!("{TRUST_STORES}/{key}")) {
                    refuse(found, format!("{path}{pointer}"), "is not the key of a trust store");
                }
            }
        }
    }

    fn check_users(&self, changed: &str, found: &mut Vec<Finding>) {
        let mut names = HashSet::new();
        for (path, user) in last(changed, self.users()) {
            if !names.insert(user.name) {
                refuse(found, format!("{path}/name"), "is the name of another user: choose another");
            }
        }
        let mut groups = HashSet::new();
        for (path, group) in last(changed, self.groups()) {
            if !groups.insert(group.name) {
                refuse(found, format!("{path}/name"), "is the name of another group: choose another");
            }
            for (index, member) in group.members.iter().enumerate() {
                if !names.contains(member) {
                    refuse(found, format!("{path}/members/{index}"), "is not the name of a user");
                }
            }
            repeated(
                found,
                &format!("{path}/members"),
                &group.members,
                "is in the group already: leave it out",
            );
        }
    }

    fn check_acls(&self, found: &mut Vec<Finding>) {
        let acls = self.acls();
        let groups: HashSet<_> = self.groups().map(|(_, group)| group.name).collect();
        for (index, acl) in acls.iter().enumerate() {
            if !groups.contains(&acl.group) {
                refuse(found, format!("{ACLS}/{index}/group"), "is not the name of a group");
            }
            let twice = "is in the ACL already: leave it out";
            repeated(found, &format!("{ACLS}/{index}/objects"), &acl.objects, twice);
        }
        // A group that may write one thing and read another has two.
        let mut seen = HashSet::new();
        for (index, acl) in acls.iter().enumerate() {
            if !seen.insert((&acl.group, acl.permission)) {
                let message = "has an ACL with that permission already: put the objects into one";
                refuse(found, format!("{ACLS}/{index}/group"), message);
            }
        }
    }

    fn check_tenants(&self, changed: &str, found: &mut Vec<Finding>) {
        let mut ids = HashSet::new();
        let mut issuers = HashSet::new();
        for (path, tenant) in last(changed, self.tenants()) {
            if !ids.insert(tenant.id) {
                refuse(found, format!("{path}/id"), "is the id of another tenant: choose another");
            }
            for (index, issuer) in tenant.external_issuers.into_iter().enumerate() {
                if !issuers.insert((issuer.issuer, issuer.audience)) {
                    let message = "is trusted already with that audience, here or by another tenant: a token would \
                                   belong to both";
                    refuse(found, format!("{path}/external_issuers/{index}/issuer"), message);
                }
            }
            let twice = "is in the list already: leave it out";
            repeated(found, &format!("{path}/trust_stores"), &tenant.trust_stores, twice);
        }
    }

    fn check_integration_keys(&self, changed: &str, found: &mut Vec<Finding>) {
        let mut names = HashSet::new();
        for (path, key) in last(changed, self.integration_keys()) {
            let tenant = self.tenant_above(path, found);
            if !names.insert((tenant, key.name)) {
                let message = "is the name of another integration key of the tenant: choose another";
                refuse(found, format!("{path}/name"), message);
            }
        }
    }

    /// The path of the tenant that an object belongs to.
    fn tenant_above<'a>(&self, path: &'a str, found: &mut Vec<Finding>) -> &'a str {
        let tenant = path.rsplitn(3, '/').nth(2).unwrap_or_default();
        if !self.0.contains_key(tenant) {
            refuse(found, path.to_owned(), "belongs to no tenant");
        }
        tenant
    }

    fn check_oauth_clients(&self, changed: &str, found: &mut Vec<Finding>) {
        let mut ids = HashSet::new();
        for (path, client) in last(changed, self.oauth_clients()) {
            if !ids.insert(client.client_id) {
                refuse(found, format!("{path}/client_id"), "is the id of another client: choose another");
            }
            self.tenant_above(path, found);
            let twice = "is in the list already: leave it out";
            repeated(found, &format!("{path}/scopes"), &client.scopes, twice);
        }
    }

    fn check_ntp_servers(&self, found: &mut Vec<Finding>) {
        for (path, servers) in self.typed::<Vec<super::ServerAddress>>(Kind::NtpServers) {
            // Host names are the same in any case (RFC 4343).
            let hosts = servers.iter().map(|server| server.host().to_ascii_lowercase());
            repeated(found, path, hosts, "is in the list already: leave it out");
        }
    }
}

/// The objects in their order, but for one, which comes last.
fn last<'a, T>(path: &str, objects: impl Iterator<Item = (&'a str, T)>) -> Vec<(&'a str, T)> {
    let mut objects: Vec<_> = objects.collect();
    objects.sort_by_key(|(other, _)| *other == path);
    objects
}

fn refuse(found: &mut Vec<Finding>, path: String, message: &str) {
    found.push(Finding { path, message: message.to_owned() });
}

/// Notes every item of a list that stands in it before.
fn repeated<T: Eq + Hash>(
    found: &mut Vec<Finding>,
    list: &str,
    items: impl IntoIterator<Item = T>,
    message: &str,
) {
    let mut seen = HashSet::new();
    for (index, item) in items.into_iter().enumerate() {
        if !seen.insert(item) {
            refuse(found, format!("{list}/{index}"), message);
        }
    }
}
