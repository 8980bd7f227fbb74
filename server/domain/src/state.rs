//! The life of credentials: four states, and the one table that says which event leads where.

use std::fmt;

/// The state of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Valid, not used yet.
    Inactive,
    /// Valid, used at least once.
    Active,
    /// Not usable now.
    Suspended,
    /// Not usable ever again.
    Revoked,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Inactive, Self::Active, Self::Suspended, Self::Revoked];

    /// The state's documented name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "Inactive",
            Self::Active => "Active",
            Self::Suspended => "Suspended",
            Self::Revoked => "Revoked",
        }
    }

    /// Reads a documented name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happens to credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A client used them with success.
    Use,
    /// An operator asks for `Active`.
    Activate,
    /// An operator asks for `Suspended`.
    Suspend,
    /// An operator asks for `Revoked`.
    Revoke,
    /// An operator resets the password.
    ResetPassword,
}

/// What an event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The credentials are in that state afterwards; it differs from the one before.
    To(State),
    /// The event is accepted and the state stays.
    Stays,
}

/// The event is not permitted in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IllegalTransition {
    /// The state the credentials are in.
    pub state: State,
    /// What was asked.
    pub event: Event,
}

impl fmt::Display for IllegalTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.state, self.event) {
            (State::Inactive, Event::Activate) => f.write_str(
                "the credentials are Inactive and become Active by their first use; permitted are Suspended and Revoked",
            ),
            (State::Revoked, Event::ResetPassword) => {
                f.write_str("the credentials are Revoked, which is final: their password can't be reset")
            }
            (State::Revoked, _) => f.write_str("the credentials are Revoked, which is final; permitted is only Revoked"),
            (state, _) => write!(f, "the credentials are {state} and can't be used"),
        }
    }
}

impl std::error::Error for IllegalTransition {}

/// The state table. `used` says whether the credentials were ever used.
///
/// # Errors
/// [`IllegalTransition`] where the table has no way.
pub const fn transition(state: State, event: Event, used: bool) -> Result<Transition, IllegalTransition> {
    use Transition::{Stays, To};
    match (state, event) {
        (State::Inactive, Event::Use) => Ok(To(State::Active)),
        (State::Active, Event::Use | Event::Activate) => Ok(Stays),
        // Active is documented as "used at least once": one that never was goes back to Inactive.
        (State::Suspended, Event::Activate) => Ok(To(if used { State::Active } else { State::Inactive })),
        (State::Inactive | State::Active, Event::Suspend) => Ok(To(State::Suspended)),
        (State::Suspended, Event::Suspend) | (State::Revoked, Event::Revoke) => Ok(Stays),
        (State::Inactive | State::Active | State::Suspended, Event::Revoke) => Ok(To(State::Revoked)),
        (State::Inactive | State::Active | State::Suspended, Event::ResetPassword) => Ok(Stays),
        (State::Inactive, Event::Activate)
        | (State::Suspended, Event::Use)
        | (State::Revoked, Event::Use | Event::Activate | Event::Suspend | Event::ResetPassword) => {
            Err(IllegalTransition { state, event })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, State, transition};

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for state in State::ALL {
            for event in [Event::Use, Event::Activate, Event::Suspend, Event::Revoke, Event::ResetPassword] {
                for used in [false, true] {
                    let result = match transition(state, event, used) {
                        Ok(transition) => format!("{transition:?}"),
                        Err(illegal) => format!("refused: {illegal}"),
                    };
                    table.push_str(&format!("{state} {event:?} used={used}: {result}\n"));
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn names_round_trip() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("active"), None);
    }
}
