//! The `bootstrap` of the function that fetches Telegram's history.

fn main() -> std::process::ExitCode {
    mirt_telegram_fetch::main()
}
