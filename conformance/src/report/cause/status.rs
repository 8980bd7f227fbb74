//! The likely cause of a wrong status.

use crate::case::Kind;

/// `expected` starts with the status that the document demands.
pub(super) fn cause(expected: &str, actual: u16, kind: Kind) -> Option<&'static str> {
    let digits: String = expected.chars().take_while(char::is_ascii_digit).collect();
    match digits.parse().unwrap_or_default() {
        200..300 => refused(actual),
        400 => instead_of_400(actual),
        401 => instead_of_401(actual),
        403 => instead_of_403(actual),
        404 => instead_of_404(actual),
        405 => instead_of_405(actual),
        409 => instead_of_409(actual, kind),
        413 => Some(
            "The size of the body is not limited, or is only found out after it was read and understood.",
        ),
        415 => Some("The content type of the request is not looked at before its body is read."),
        _ => None,
    }
}

fn refused(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => Some(
            "The operation works, but says so with another status than the document: it may be the framework's default.",
        ),
        400 | 422 => Some(
            "A request that the document allows was refused: a constraint is stricter than the document, or a member of the \
             body is not known.",
        ),
        401 => Some(
            "The token or session was not accepted: it has expired, was issued for somebody else, or this operation looks \
             for another kind of login.",
        ),
        403 => Some("The token lacks a scope, or the administrator a grant, that this operation asks for."),
        404 => Some(
            "There is no such operation at this path, or what an earlier request made is not found where this one looks.",
        ),
        405 | 501 => Some("The path is there, but nothing handles this method on it."),
        406 => Some("The content negotiation refuses a request without an `Accept` header."),
        409 => Some(
            "Something of the same name is there already, or somebody else holds the lock on the configuration.",
        ),
        411 | 413 => {
            Some("The limit on the size of a body is too small, or a body with a length is not recognised.")
        }
        415 => Some("`application/json` is not accepted as the content type of this request."),
        429 => Some(
            "Requests are limited to fewer than this run sends: allow more, or run fewer cases at a time.",
        ),
        _ => None,
    }
}

fn instead_of_400(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => Some(
            "The constraint is not checked: the request was carried out as if it were valid. Check it before anything is \
             changed.",
        ),
        401 | 403 => {
            Some("The request was refused as not allowed, though it is let in when its body is valid.")
        }
        404 => Some(
            "What the path names is looked up before the request is checked, or the router refuses the value itself.",
        ),
        409 => Some("The request is compared with what is stored before it is checked by itself."),
        413 => Some("The limit on the size of a body is smaller than a body of this sort needs."),
        415 => Some("The content type is refused, though the request says `application/json`."),
        422 => Some("422 is many frameworks' default for invalid input; the document says 400."),
        _ => None,
    }
}

fn instead_of_401(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => {
            Some("The operation is carried out without a check of who asks: it is not behind the login.")
        }
        400 | 404 | 405 | 409 | 413 | 415 | 422 => Some(
            "The request is looked at before the caller is: who is not logged in must learn nothing else.",
        ),
        403 => Some(
            "401 says that nobody is logged in, 403 that whoever is may not do this. Missing, wrong and expired logins are \
             all 401.",
        ),
        _ => None,
    }
}

fn instead_of_403(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => {
            Some("Only the login is checked, not whether its scopes or grants include this operation.")
        }
        401 => Some(
            "The login is valid but lacks a permission: that is 403. 401 would ask the client to log in again.",
        ),
        400 | 404 | 409 | 422 => Some("The request is looked at before the caller's permissions are."),
        _ => None,
    }
}

fn instead_of_404(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => Some(
            "The identifier is not looked up, or the number of changed rows is not looked at: nothing was there to change.",
        ),
        400 | 422 => Some(
            "The form of the identifier is checked by itself, and one that is nobody's taken for a wrong one.",
        ),
        401 => Some(
            "Paths and identifiers are only looked up for who is logged in, and this login was not accepted.",
        ),
        403 => Some(
            "What belongs to somebody else, or nobody, is answered as not allowed; that tells which ones exist.",
        ),
        405 => Some(
            "The router knows a path like this one with other methods, and answers before anything is looked up.",
        ),
        409 => Some(
            "The state of the thing, or the lock, is checked before it is known whether the thing exists.",
        ),
        _ => None,
    }
}

fn instead_of_405(actual: u16) -> Option<&'static str> {
    match actual {
        200..300 => Some("The handler takes requests of any method."),
        404 => {
            Some("The router knows methods and paths only together: a known path with another method is 405.")
        }
        401 | 403 => Some("Access is checked before the router knows whether the path has this method."),
        501 => Some("501 is for methods that the server knows nowhere."),
        _ => None,
    }
}

fn instead_of_409(actual: u16, kind: Kind) -> Option<&'static str> {
    match (actual, kind) {
        (200..300, Kind::State) => Some(
            "The change does not look whether it fits what is stored, or whether somebody else holds the lock.",
        ),
        (200..300, _) => Some("Nothing keeps two things of the same name apart: a unique index is missing."),
        (400 | 422, _) => Some("The conflict is found, but answered like invalid input."),
        (404, _) => Some("What the request collides with is not found where it is looked for."),
        _ => None,
    }
}
