//! A passkey as the store keeps it: a credential record (WebAuthn level 3, section 4).

/// The public half of a passkey, and what its authenticator said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The credential id in unpadded base64url, at most 1023 bytes; unique over all people.
    pub id: String,
    /// The user handle in unpadded base64url: random, the same for all passkeys of one person.
    pub user_handle: String,
    /// The public key as a COSE key, in unpadded base64url.
    pub public_key: String,
    /// The COSE algorithm: -7, -8 or -257.
    pub algorithm: i32,
    /// The highest signature counter; 0 while the authenticator does not count.
    pub counter: u32,
    /// The model of the authenticator as a UUID, which it claims and nobody proves; all zero if it does not say.
    pub aaguid: String,
    /// How browsers reach the authenticator: a hint for them.
    pub transports: Vec<String>,
    /// Whether it may be on several devices.
    pub synced: bool,
    /// The host of `APP_URL` for which it was made, and at which alone it works.
    pub host: String,
}

/// What the owner reads of a passkey, besides what every factor has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The host for which it was made, if that is not the host of `APP_URL`: it does not work.
    pub other_host: Option<String>,
    /// Whether it may be on several devices.
    pub synced: bool,
}
