//! The tables as diesel sees them; one schema for both databases.

use diesel::prelude::*;

use super::tables::{STEP, Table, taken, unreadable};

// Tables worth keeping, referenced ones first: that is the order of a restore.
super::tables::kept_tables! {
    table users (id) {
        id -> Text,
        email -> Text,
        username -> Nullable<Text>,
        name -> Text,
        role -> Text,
        state -> Text,
        password_hash -> Nullable<Text>,
        session_epoch -> BigInt,
        created_at -> BigInt,
        last_sign_in_at -> Nullable<BigInt>,
        language -> Text,
    } derived {
        search -> Text,
    }
    table groups (name) {
        name -> Text,
        created_at -> BigInt,
    }
    table memberships (id) {
        id -> Text,
        group_name -> Text,
        user_id -> Text,
    }
    table factors (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        name -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
    table totp_secrets (factor_id) {
        factor_id -> Text,
        secret -> Text,
        last_step -> BigInt,
    }
    table passkeys (factor_id) {
        factor_id -> Text,
        credential_id -> Text,
        user_handle -> Text,
        public_key -> Text,
        algorithm -> BigInt,
        counter -> BigInt,
        aaguid -> Text,
        transports -> Text,
        synced -> Bool,
        host -> Text,
    }
    table used_challenges (hash) {
        hash -> Text,
        expires_at -> BigInt,
    }
    table recovery_codes (hash) {
        hash -> Text,
        user_id -> Text,
    }
    table apps (id) {
        id -> Text,
        name -> Text,
        addresses -> Text,
        upstream -> Text,
        ca_file -> Nullable<Text>,
        host_header -> Text,
        answer_secs -> Nullable<BigInt>,
        max_upload -> Nullable<BigInt>,
        websocket_origins -> Text,
        default_access -> Text,
        preflight -> Bool,
        signed_identity -> Bool,
        enabled -> Bool,
        shown -> Bool,
        session_secs -> Nullable<BigInt>,
        headers -> Text,
        header_map -> Text,
        fixed_headers -> Text,
        token_headers -> Text,
        created_at -> BigInt,
    }
    table icons (app_id) {
        app_id -> Text,
        content -> Text,
    }
    table rules (id) {
        id -> Text,
        app_id -> Text,
        path -> Text,
        methods -> Text,
    }
    table grants (id) {
        id -> Text,
        rule_id -> Text,
        position -> BigInt,
        who -> Text,
        group_names -> Text,
        people -> Text,
        networks -> Text,
        factor -> Bool,
        within_minutes -> Nullable<BigInt>,
        until_at -> Nullable<BigInt>,
    }
    table machine_tokens (id) {
        id -> Text,
        kind -> Text,
        hash -> Text,
        name -> Text,
        user_id -> Text,
        app_id -> Text,
        path -> Text,
        methods -> Text,
        networks -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
    table settings (name) {
        name -> Text,
        value -> Text,
    }
    table audit_events (id) {
        id -> Text,
        at -> BigInt,
        event -> Text,
        actor -> Text,
        subject -> Text,
        source -> Text,
        detail -> Text,
    }
    table devices (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        source -> Text,
        first_seen_at -> BigInt,
        last_seen_at -> BigInt,
        trusted_until -> Nullable<BigInt>,
    }
    table attempts (bucket) {
        bucket -> Text,
        failures -> BigInt,
        window_start -> BigInt,
        last_failure -> BigInt,
    }
    table mails (id) {
        id -> Text,
        kind -> Text,
        recipient -> Text,
        user_id -> Nullable<Text>,
        detail -> Text,
        state -> Text,
        created_at -> BigInt,
        next_try_at -> BigInt,
        tries -> BigInt,
        last_error -> Text,
    }
    table tokens (hash) {
        hash -> Text,
        purpose -> Text,
        user_id -> Text,
        payload -> Text,
        expires_at -> BigInt,
    }
    table signing_keys (id) {
        id -> Text,
        sealed -> Text,
        signs_from -> BigInt,
    }
    table certificates (name) {
        name -> Text,
        version -> Text,
        directory_url -> Text,
        chain -> Text,
        sealed_key -> Text,
    }
    table certificate_orders (name) {
        name -> Text,
        directory_url -> Text,
        failures -> BigInt,
        due_at -> BigInt,
        failed_at -> Nullable<BigInt>,
        last_error -> Text,
    }
    table acme_accounts (directory_url) {
        directory_url -> Text,
        contact -> Text,
        sealed_credentials -> Text,
    }
    table sessions (id) {
        id -> Text,
        user_id -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        org -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        persistent -> Bool,
        methods -> Text,
        authenticated_at -> BigInt,
        generation -> BigInt,
        rotated_at -> BigInt,
        successor_seen_at -> Nullable<BigInt>,
        source -> Text,
        device -> Text,
        last_seen_at -> BigInt,
    }
    table tombstones (session_id) {
        session_id -> Text,
        expires_at -> BigInt,
    }
}

// These describe running servers.
diesel::table! {
    notices (number) {
        number -> BigInt,
        kind -> Text,
        subject -> Text,
        at -> BigInt,
    }
}
diesel::table! {
    leases (work) {
        work -> Text,
        node -> Text,
    }
}
diesel::table! {
    acme_challenges (token) {
        token -> Text,
        name -> Text,
        kind -> Text,
        key_authorization -> Text,
        expires_at -> BigInt,
    }
}
diesel::table! {
    nodes (id) {
        id -> Text,
        acknowledged -> BigInt,
        beat -> BigInt,
    }
}
diesel::joinable!(totp_secrets -> factors (factor_id));
diesel::joinable!(passkeys -> factors (factor_id));
diesel::allow_tables_to_appear_in_same_query!(totp_secrets, factors);
diesel::allow_tables_to_appear_in_same_query!(passkeys, factors);
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(machine_tokens -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(machine_tokens, users);
diesel::allow_tables_to_appear_in_same_query!(sessions, users);
diesel::allow_tables_to_appear_in_same_query!(memberships, users);
