//! The `bootstrap` of the sweeper function.

fn main() -> std::process::ExitCode {
    mirt_sweeper::main()
}
