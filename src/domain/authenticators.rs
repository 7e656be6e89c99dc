//! Names of authenticators by their AAGUID, for the list of passkeys.
//!
//! What people meet most. An authenticator claims its AAGUID and nothing proves it, so a name is a help for the person
//! who made the passkey, and no rule depends on it.

/// AAGUID and name, sorted by AAGUID.
const NAMES: &[(&str, &str)] = &[
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey"),
    ("42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3", "Google Titan"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("6d44ba9b-f6ec-2e49-b930-0c8fe920cb73", "Yubico Security Key"),
    ("771b48fd-d3d4-4f74-9232-fc157ab0507a", "Edge on Mac"),
    ("9addb28c-b46f-4402-808f-019651441ff3", "KeePassPasskey"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("b5397666-4885-aa6b-cebf-e52262a439a2", "Chromium"),
    ("b78a0a55-6ef8-d246-a042-ba0f6d55050c", "LastPass"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("c5ef55ff-ad9a-4b9f-b580-adebafe026d0", "YubiKey"),
    ("cb69481e-8ff7-4039-93ec-0a2729a154a8", "YubiKey"),
    ("d3452668-01fd-4c12-926c-83a4204853aa", "Microsoft Password Manager"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("d8522d9f-575b-4866-88a9-ba99fa02f35b", "YubiKey Bio"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain"),
    ("de503f9c-21a4-4f76-b4b7-558eb55c6f89", "Devolutions"),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("eaecdef2-1c31-5634-8639-f1cbd9c00a08", "KeePassDX"),
    ("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("f8a011f3-8c0a-4d15-8006-17111f9edc7d", "Yubico Security Key"),
    ("fa2b99dc-9e39-4257-8f92-4a30d23c4118", "YubiKey"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "Apple Passwords"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
];

/// The name of the authenticators with this AAGUID, a UUID in lower case; `None` if it is not known here.
pub fn name(aaguid: &str) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&aaguid, |(known, _)| known).ok()?;
    NAMES.get(at).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_authenticator_of_the_list_is_found_and_no_other() {
        assert!(NAMES.is_sorted_by_key(|(aaguid, _)| aaguid));
        for (aaguid, known) in NAMES {
            assert_eq!(name(aaguid), Some(*known));
            let well_formed = uuid::Uuid::parse_str(aaguid).is_ok_and(|uuid| uuid.to_string() == *aaguid);
            assert!(well_formed, "{aaguid}");
        }
        for unknown in ["", "00000000-0000-0000-0000-000000000000", "FBFC3007-154E-4ECC-8C0B-6E020557D7BD"] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
    }
}
