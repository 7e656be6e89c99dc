//! TLS to PostgreSQL, which the feature `postgres-tls` brings, and to Redis, which is always there.

use tempfile::TempDir;

use super::support::people::{self, OWNER};
use super::support::postgres::{Postgres, make_certificate};
use super::support::process::{Process, free_port, run_with, said};
use super::support::stores::Redis;

#[tokio::test]
async fn redis_is_reached_by_tls_with_a_password_and_its_certificate_is_checked() {
    let folder = TempDir::new().unwrap();
    make_certificate(folder.path(), "redis", "localhost");
    let (port, file) = (free_port(), |name: &str| folder.path().join(name).to_str().unwrap().to_owned());
    let (certificate, key, own) = (file("redis.crt"), file("redis.key"), port.to_string());
    let options = [
        "--tls-port",
        own.as_str(),
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ];
    let options = [&options[..], &["--requirepass", "correct-horse"]].concat();
    let Some(_redis) = Redis::start_on(0, folder.path(), &options).await else { return };
    let with = |url: String, root: &str| {
        [("SESSION_STORE", "redis".to_owned()), ("REDIS_URL", url), ("SSL_CERT_FILE", root.to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let good = with(format!("rediss://:correct-horse@localhost:{port}/0"), &certificate);
    let node = Process::start_with(TempDir::new().unwrap(), "start", &good).await;
    let mut owner = node.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(node.folder.path().join("data/setup-token")).unwrap())
        .await;
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));

    make_certificate(folder.path(), "other", "localhost");
    for (variables, why) in [
        (with(format!("rediss://:correct-horse@localhost:{port}/0"), &file("other.crt")), "certificate"),
        (with(format!("rediss://:wrong-password@localhost:{port}/0"), &certificate), "REDIS_URL"),
        (with(format!("redis://:correct-horse@localhost:{port}/0"), &certificate), "REDIS_URL"),
    ] {
        let other = TempDir::new().unwrap();
        let pairs: Vec<(&str, String)> = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let output = run_with(other.path(), &["start"], &pairs);
        let text = said(&output);
        assert!(
            !output.status.success()
                && text.contains(why)
                && !text.contains("correct-horse")
                && !text.contains("wrong-p"),
            "{text}"
        );
    }
}

#[cfg(not(feature = "postgres-tls"))]
#[tokio::test]
async fn without_the_feature_an_address_that_wants_tls_stops_the_start_and_names_it() {
    let Some(postgres) = Postgres::start().await else { return };
    for mode in ["require", "verify-ca", "verify-full"] {
        let folder = TempDir::new().unwrap();
        let refused =
            run_with(folder.path(), &["start"], &[("DATABASE_URL", format!("{}?sslmode={mode}", postgres.url()))]);
        assert!(!refused.status.success() && said(&refused).contains("--features postgres-tls"), "{}", said(&refused));
    }
    let plain =
        Process::start_with(TempDir::new().unwrap(), "start", &[("DATABASE_URL".to_owned(), postgres.url())]).await;
    people::claim_with(
        &mut plain.client(),
        &std::fs::read_to_string(plain.folder.path().join("data/setup-token")).unwrap(),
    )
    .await;
}

#[cfg(feature = "postgres-tls")]
#[tokio::test]
async fn with_the_feature_the_server_is_reached_by_tls_and_its_certificate_is_checked() {
    let Some(postgres) = Postgres::start_with_tls().await else { return };
    let root = postgres.folder().join("server.crt");
    let url = |host: &str, rest: &str| postgres.url().replace("127.0.0.1", host) + rest;
    let good = url("localhost", &format!("?sslmode=verify-full&sslrootcert={}", root.display()));
    let node = Process::start_with(TempDir::new().unwrap(), "start", &[("DATABASE_URL".to_owned(), good)]).await;
    let mut owner = node.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(node.folder.path().join("data/setup-token")).unwrap())
        .await;
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));

    let folder = TempDir::new().unwrap();
    let refused = |url: String| {
        let output = run_with(folder.path(), &["start"], &[("DATABASE_URL", url)]);
        assert!(!output.status.success() && said(&output).contains("DATABASE_URL"), "{}", said(&output));
        said(&output)
    };
    // Its name is localhost and no number, and another root has signed nothing.
    assert!(
        refused(url("127.0.0.1", &format!("?sslmode=verify-full&sslrootcert={}", root.display())))
            .contains("127.0.0.1")
    );
    let other = folder.path().join("other.crt");
    make_certificate(folder.path(), "other", "localhost");
    assert!(
        refused(url("localhost", &format!("?sslmode=verify-full&sslrootcert={}", other.display())))
            .contains("certificate")
    );
    // This server takes nothing in plain text.
    refused(url("localhost", "?sslmode=disable"));
}
