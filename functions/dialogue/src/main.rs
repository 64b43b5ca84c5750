//! The `bootstrap` of the dialogue function.

fn main() -> std::process::ExitCode {
    mirt_dialogue::main()
}
