//! The program: parse the command line, run it, print one error, set the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    portcullis::cli::main(std::env::args_os())
}
