//! Writes what comes from the table of variables: `.env.example`, `docker/.env.example`, `docs/CONFIGURATION.md`, and
//! the block of `docker/compose.yml` that hands them on: `cargo run --example generate_docs`.

fn main() -> std::io::Result<()> {
    std::fs::write(".env.example", portcullis::for_tests::docs::env_example())?;
    std::fs::write("docker/.env.example", portcullis::for_tests::docs::docker_env_example())?;
    let compose = std::fs::read_to_string("docker/compose.yml")?;
    let compose = portcullis::for_tests::docs::compose_yml(&compose)
        .ok_or_else(|| std::io::Error::other("compose.yml has no environment"))?;
    std::fs::write("docker/compose.yml", compose)?;
    std::fs::write("docs/CONFIGURATION.md", portcullis::for_tests::docs::configuration_md())
}
