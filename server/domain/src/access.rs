//! Who may do what: grants on paths.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::configuration::{Acl, Group, canonical, declare::choice, tree};

const TRUST_STORES: &str = "/api/configuration/trust_stores";
/// What refers to trust stores.
const REFERRERS: &[&str] =
    &["/api/configuration/aaa/settings", "/api/configuration/management/email", "/api/configuration/tenants"];
/// The one referrer whose level counts for trust stores too.
const MANAGEMENT: &str = "/api/configuration/management";

choice! {
    /// What may be done with something.
    pub Permission {
        /// Look at it.
        Read = "read",
        /// Look at it and change it.
        Write = "write",
    }
}

/// What somebody may do: a permission on a path holds for everything below it too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeMap<String, Permission>);

impl Grants {
    /// What the ACLs of a user's groups add up to.
    #[must_use]
    pub fn of(user: &str, groups: &[Group], acls: &[Acl]) -> Self {
        let mine = |group: &&Group| group.members.iter().any(|member| member.as_str() == user);
        let mine: Vec<_> = groups.iter().filter(mine).map(|group| &group.name).collect();
        let mut grants = BTreeMap::new();
        for acl in acls.iter().filter(|acl| mine.contains(&&acl.group)) {
            for object in &acl.objects {
                let level = grants.entry(canonical(object.as_str()).to_owned()).or_insert(acl.permission);
                *level = acl.permission.max(*level);
            }
        }
        Self(grants)
    }

    /// Everything: the command line's.
    #[must_use]
    pub fn all() -> Self {
        Self(BTreeMap::from([("/api".to_owned(), Permission::Write)]))
    }

    /// Whether that may be done with a path. Any session may log out, and look at, commit or drop its transaction; to
    /// open one takes something to write.
    #[must_use]
    pub fn allows(&self, path: &str, permission: Permission) -> bool {
        let path = canonical(path);
        // No route has such segments; a prefix must not be left through them.
        if path.split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return false;
        }
        if covers("/api/transaction", path) || covers("/api/authentication", path) {
            return permission == Permission::Read || self.allows_any_write();
        }
        self.covered(path, permission)
            || (permission == Permission::Read && self.leads_through(path))
            || (covers(TRUST_STORES, path) && self.by_reference(permission))
    }

    /// Whether anything may be changed.
    #[must_use]
    pub fn allows_any_write(&self) -> bool {
        self.0.values().any(|level| *level == Permission::Write)
    }

    /// By a grant on the path or above it.
    fn covered(&self, path: &str, permission: Permission) -> bool {
        self.0.iter().any(|(object, level)| *level >= permission && covers(object, path))
    }

    /// Whether the path lists names that lead to something granted.
    fn leads_through(&self, path: &str) -> bool {
        tree::is_namespace(path) && self.0.keys().any(|object| covers(path, object))
    }

    /// What trust stores get from those that refer to them.
    fn by_reference(&self, permission: Permission) -> bool {
        let management = self.0.get(MANAGEMENT).is_some_and(|level| *level >= permission);
        let read = || REFERRERS.iter().any(|referrer| self.covered(referrer, Permission::Read));
        management || (permission == Permission::Read && read())
    }
}

/// Whether `path` is `object` or below it.
fn covers(object: &str, path: &str) -> bool {
    path.strip_prefix(object).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
