//! Who calls: passwords, client secrets and access tokens.

mod claims;
mod hash_memory;
mod password;
mod secret;
mod token;

pub use claims::Claims;
pub use password::{HashError, PasswordHasher};
pub use secret::{NoRandomness, SECRET_LENGTH, hash_secret, random_secret, secret_matches};
pub use token::{TokenError, TokenIssuer};
