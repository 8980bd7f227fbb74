//! Authentication, authorisation, accounting: users, their groups, what the groups may do, how logins work.

use super::{
    declare::{object, read_text, text},
    reader::{Body, Reader},
    reference::TrustStoreReference,
    tree,
};
use crate::{Username, access::Permission};

read_text!(Username);

object! {
    /// Somebody who may log in. The password is not part of it.
    #[derive(Eq)]
    pub User {
        /// The login.
        name: Username,
    }
}

impl Body for User {}

text! {
    /// A group's name, with the rules of a username.
    GroupName = "name", |text| Username::parse(text).map(|_| ()).map_err(|invalid| invalid.rule)
}

object! {
    /// Users that have the same rights.
    #[derive(Eq)]
    pub Group {
        /// Its users, by name.
        members: Vec<Username>,
        /// Its name.
        name: GroupName,
    }
}

impl Body for Group {}

text! {
    /// What an ACL is about: `/api`, `/api/audit`, `/api/configuration` or a path below that, and everything below it.
    ObjectPath = "object", |text| {
        if tree::exists(text) {
            Ok(())
        } else {
            Err("must be /api, /api/audit, /api/configuration or a path that exists below it")
        }
    }
}

object! {
    /// What a group may do.
    #[derive(Eq)]
    pub Acl {
        /// The group, by name.
        group: GroupName,
        /// With what.
        objects: Vec<ObjectPath>,
        /// What: to write includes to read.
        permission: Permission,
    }
}

impl Body for Vec<Acl> {}

object! {
    /// How logins and sessions work.
    #[derive(Eq, Default)]
    pub AaaSettings {
        /// What ends a session.
        session: SessionSettings,
        /// What repeated failures cost.
        lockout: LoginLockout,
        /// Whose certificates log in; `None`: nobody's.
        trust_store: Option<TrustStoreReference>,
    }
}

impl Body for AaaSettings {
    fn check(&self, reader: &mut Reader) {
        if self.lockout.initial_delay_seconds > self.lockout.maximum_delay_seconds {
            reader.refuse_at(
                "/lockout/initial_delay_seconds",
                "must not be greater than maximum_delay_seconds",
            );
        }
    }
}

object! {
    /// What ends a session.
    #[derive(Copy, Eq)]
    pub SessionSettings {
        /// Minutes without a request after which it ends.
        inactivity_minutes: u16 [1..=1440],
    }
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { inactivity_minutes: 20 }
    }
}

object! {
    /// What repeated failures to log in cost.
    #[derive(Copy, Eq)]
    pub LoginLockout {
        /// How many are free.
        failures: u16 [1..=100],
        /// The first wait, which doubles.
        initial_delay_seconds: u32 [1..=3600],
        /// The longest wait.
        maximum_delay_seconds: u32 [1..=86_400],
    }
}

impl Default for LoginLockout {
    fn default() -> Self {
        Self { failures: 5, initial_delay_seconds: 1, maximum_delay_seconds: 300 }
    }
}
