//! The `bootstrap` of the webhook function.

fn main() -> std::process::ExitCode {
    mirt_webhook::main()
}
