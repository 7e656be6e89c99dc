//! The program: parses the command line, runs it, prints one error, sets the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    portcullis::cli::main(std::env::args_os())
}
