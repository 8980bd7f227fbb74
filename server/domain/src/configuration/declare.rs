//! How types of bodies are declared: with their fields, names and rules, from which reading and writing follow.

/// An object: all fields are required but those marked `[optional]`; integers have their range in brackets.
macro_rules! object {
    ($(#[$meta:meta])* $vis:vis $name:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty $([$($rule:tt)+])?,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "serde_json::Value")]
        $vis struct $name { $($(#[$doc])* $vis $field: $type,)+ }

        impl $crate::configuration::reader::Read for $name {
            fn read(
                value: &serde_json::Value,
                reader: &mut $crate::configuration::reader::Reader,
            ) -> Option<Self> {
                let members = reader.object(value, &[$(stringify!($field)),+])?;
                $(let $field = $crate::configuration::declare::member!(members, reader, $field $(, $($rule)+)?);)+
                Some(Self { $($field: $field?,)+ })
            }
        }

        $crate::configuration::declare::stored!($name);
    };
}

macro_rules! member {
    ($members:ident, $reader:ident, $field:ident) => {
        $reader.required($members, stringify!($field))
    };
    ($members:ident, $reader:ident, $field:ident, optional) => {
        $reader.optional($members, stringify!($field))
    };
    ($members:ident, $reader:ident, $field:ident, $range:expr) => {
        $reader.integer($members, stringify!($field), $range)
    };
}

/// What a `Deserialize` by `try_from` needs.
macro_rules! stored {
    ($name:ident) => {
        impl TryFrom<serde_json::Value> for $name {
            type Error = $crate::configuration::Finding;

            fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
                $crate::configuration::reader::read(&value)
            }
        }
    };
}

/// One of some names.
macro_rules! choice {
    ($(#[$meta:meta])* $vis:vis $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All of them, in their order.
            $vis const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in the API.
            #[must_use]
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::configuration::reader::Read for $name {
            fn read(
                value: &serde_json::Value,
                reader: &mut $crate::configuration::reader::Reader,
            ) -> Option<Self> {
                let text = reader.text(value)?;
                let found = Self::ALL.iter().copied().find(|choice| choice.as_str() == text);
                if found.is_none() {
                    reader.refuse(format!("must be one of {}", [$($text),+].join(", ")));
                }
                found
            }
        }
    };
}

/// A text with a rule: `fn(&str) -> Result<(), &'static str>`.
macro_rules! text {
    ($(#[$meta:meta])* $name:ident = $what:literal, $rule:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads it.
            ///
            /// # Errors
            /// [`Invalid`](crate::Invalid) naming the broken rule.
            pub fn parse(text: impl Into<String>) -> Result<Self, crate::Invalid> {
                let text = text.into();
                let rule: fn(&str) -> Result<(), &'static str> = $rule;
                match rule(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(rule) => Err(crate::Invalid { what: $what, rule }),
                }
            }

            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::Invalid;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        $crate::configuration::declare::read_text!($name);
    };
}

/// Reads what has a `parse`.
macro_rules! read_text {
    ($name:ident) => {
        impl $crate::configuration::reader::Read for $name {
            fn read(
                value: &serde_json::Value,
                reader: &mut $crate::configuration::reader::Reader,
            ) -> Option<Self> {
                let text = reader.text(value)?;
                Self::parse(text).map_err(|invalid| reader.refuse(invalid.rule)).ok()
            }
        }
    };
}

pub(crate) use {choice, member, object, read_text, stored, text};
