//! What generated code stands on: the document as data, its enforcement, and the way of a request to its operation.

mod answer;
mod bad_input;
mod body;
mod call;
mod check;
mod document;
mod events;
mod register;
mod secret;
mod strict;
pub mod timestamp;

pub use answer::{Interrupted, Items, empty, header, json};
pub use bad_input::{BadInput, Violation};
pub use body::{nullable, present};
pub use call::{BODY_LIMIT, Call, Plane, endpoint};
pub use check::{check_number, check_text};
pub use document::{
    Content, Header, Info, Kind, Number, Operation, Parameter, Pattern, Place, Property, Request, Response,
    Schema, Scheme, SchemeKind, Server, Tag, Text, Ty, Variable, Wire,
};
pub use events::{Event, Events};
pub use register::{meta, register, service};
pub use secret::Secret;
pub use strict::Strict;
