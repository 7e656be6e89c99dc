//! Writes shell completions to a folder: `cargo run --example completions -- bash zsh fish target/completions`.

use std::path::Path;

use clap_complete::Shell;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let folder = words.pop().ok_or("name the shells and, last, a folder")?;
    std::fs::create_dir_all(Path::new(&folder))?;
    for word in words {
        let shell: Shell = word.parse()?;
        clap_complete::generate_to(shell, &mut portcullis::cli::command(), "portcullis", &folder)?;
    }
    Ok(())
}
