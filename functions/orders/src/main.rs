//! The `bootstrap` of the orders function.

fn main() -> std::process::ExitCode {
    mirt_orders::main()
}
