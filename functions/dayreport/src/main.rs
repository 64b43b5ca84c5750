//! The `bootstrap` of the dayreport function.

fn main() -> std::process::ExitCode {
    mirt_dayreport::main()
}
