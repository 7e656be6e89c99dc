//! The certificates that the server shows: read from PEM, and chosen by the name a client asks for (S131).

pub mod certificates;
pub mod files;
pub mod pair;
