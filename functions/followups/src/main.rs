//! The `bootstrap` of the followups function.

fn main() -> std::process::ExitCode {
    mirt_followups::main()
}
