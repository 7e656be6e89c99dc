//! Writes `.env.example`, `docker/.env.example` and `docs/CONFIGURATION.md` from the table of variables: `cargo run --example generate_docs`.

fn main() -> std::io::Result<()> {
    std::fs::write(".env.example", portcullis::config::docs::env_example())?;
    std::fs::write("docker/.env.example", portcullis::config::docs::docker_env_example())?;
    std::fs::write("docs/CONFIGURATION.md", portcullis::config::docs::configuration_md())
}
