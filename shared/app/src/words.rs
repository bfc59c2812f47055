//! A macro for enums that travel as fixed words.

/// Declares an enum of words: parsed from exactly these, and an error that lists them.
macro_rules! words_of_app {
    ($(#[$doc:meta])* $name:ident ($noun:literal) { $($(#[$wdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, ts_rs::TS, utoipa::ToSchema)]
        #[serde(try_from = "String")]
        #[ts(export)]
        pub enum $name { $($(#[$wdoc])* #[serde(rename = $word)] #[schema(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = depot_domain::values::ValueError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text.trim())).ok_or_else(|| {
                    depot_domain::values::unknown_word($noun, text, &[$($word),+])
                })
            }
        }

        impl TryFrom<String> for $name {
            type Error = depot_domain::values::ValueError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
