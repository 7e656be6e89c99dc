//! Enums whose variants are stored or sent as words.

/// Makes an enum with `as_str` and `parse` from one table, and with `ALL` if it says `all`, so that no variant can be
/// missing from one of them.
macro_rules! words {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident all { $($(#[$meaning:meta])* $variant:ident = $word:literal,)* }
    ) => {
        words! { $(#[$about])* $visibility enum $name { $($(#[$meaning])* $variant = $word,)* } }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }
    };
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $visibility enum $name {
            $($(#[$meaning])* $variant,)*
        }

        impl $name {
            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What that word stands for.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use words;
