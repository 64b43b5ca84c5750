//! The `bootstrap` of the summaries function.

fn main() -> std::process::ExitCode {
    mirt_summaries::main()
}
