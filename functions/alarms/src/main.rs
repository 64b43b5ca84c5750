//! The `bootstrap` of the alarms function.

fn main() -> std::process::ExitCode {
    mirt_alarms::main()
}
