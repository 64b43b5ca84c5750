//! Logging in, as a person does: phone number, code, maybe a password. One process has to do all
//! of it.

use grammers_crypto::two_factor_auth::{calculate_2fa, check_p_and_g};
use grammers_tl_types as tl;
use mirt_history::store::ReadError;

use crate::connection::Connection;

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's id.
    pub id: i64,
    /// The user's name.
    pub name: String,
    /// The user's public name, if there is one.
    pub username: Option<String>,
}

/// A code is on its way.
#[derive(Debug)]
pub struct CodeSent {
    phone: String,
    hash: String,
    /// Where it is sent to, for people.
    pub how: &'static str,
}

/// What comes after a code.
#[derive(Debug)]
pub enum Step {
    /// Nothing more.
    Done(Account),
    /// The account's password, of which this is the hint.
    Password(Option<String>),
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Telegram did not do what it was asked.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The code is not the one that was sent, or is too old.
    #[error("the code is not the one that Telegram sent, or it is too old")]
    WrongCode,
    /// The password is not the account's.
    #[error("the password is not the account's")]
    WrongPassword,
    /// There is no account with this number.
    #[error("there is no account with this number")]
    NoAccount,
    /// Telegram wants something that this program cannot do.
    #[error("Telegram wants a way of logging in that is not known here: {0}")]
    Unsupported(&'static str),
}

impl Connection {
    /// Who is logged in with this session, if anybody is.
    ///
    /// # Errors
    /// When Telegram does not say.
    pub async fn whoami(&self) -> Result<Option<Account>, ReadError> {
        let myself = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
        match self.call(&myself).await {
            Ok(users) => Ok(users.iter().find_map(account)),
            Err(ReadError::Session(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ends the login at Telegram, so that the session is worth nothing.
    ///
    /// # Errors
    /// When Telegram does not do it.
    pub async fn log_out(&self) -> Result<(), ReadError> {
        match self.call(&tl::functions::auth::LogOut {}).await {
            Ok(_) | Err(ReadError::Session(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Has Telegram send a code. It tells from the number where the account lives, and the call goes
    /// there.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn send_code(&self, phone: &str, app_hash: &str) -> Result<CodeSent, LoginError> {
        let question = tl::functions::auth::SendCode {
            phone_number: phone.to_owned(),
            api_id: self.app().0,
            api_hash: app_hash.to_owned(),
            settings: tl::types::CodeSettings {
                allow_flashcall: false,
                current_number: false,
                allow_app_hash: false,
                allow_missed_call: false,
                allow_firebase: false,
                logout_tokens: None,
                token: None,
                app_sandbox: None,
                unknown_number: false,
            }
            .into(),
        };
        let answer = self.call(&question).await?;
        match answer {
            tl::enums::auth::SentCode::Code(code) => Ok(CodeSent {
                phone: phone.to_owned(),
                how: way(&code.r#type),
                hash: code.phone_code_hash,
            }),
            tl::enums::auth::SentCode::Success(_) => Err(LoginError::Unsupported("a future token")),
            tl::enums::auth::SentCode::PaymentRequired(_) => {
                Err(LoginError::Unsupported("a payment"))
            }
        }
    }

    /// Presents the code.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn submit_code(&self, sent: &CodeSent, code: &str) -> Result<Step, LoginError> {
        let question = tl::functions::auth::SignIn {
            phone_number: sent.phone.clone(),
            phone_code_hash: sent.hash.clone(),
            phone_code: Some(code.trim().to_owned()),
            email_verification: None,
        };
        match self.call(&question).await {
            Ok(authorization) => signed_in(authorization).map(Step::Done),
            Err(ReadError::Session(name)) if name == "SESSION_PASSWORD_NEEDED" => {
                Ok(Step::Password(self.password().await?.hint))
            }
            Err(ReadError::Refused(name)) if name.starts_with("PHONE_CODE_") => {
                Err(LoginError::WrongCode)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Proves that the password is known, without sending it.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn submit_password(&self, password: &str) -> Result<Account, LoginError> {
        use tl::enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Known;

        let asked = self.password().await?;
        let (Some(Known(algorithm)), Some(srp_b), Some(srp_id)) =
            (asked.current_algo, asked.srp_b, asked.srp_id)
        else {
            return Err(LoginError::Unsupported("another password algorithm"));
        };
        let (p, g) = (&algorithm.p, &algorithm.g);
        if !check_p_and_g(p, g) {
            return Err(LoginError::Unsupported("unsafe password parameters"));
        }
        let (m1, a) = calculate_2fa(
            &algorithm.salt1,
            &algorithm.salt2,
            p,
            g,
            srp_b,
            asked.secure_random,
            password,
        );
        let proof = tl::types::InputCheckPasswordSrp { srp_id, a: a.to_vec(), m1: m1.to_vec() };
        let question = tl::functions::auth::CheckPassword {
            password: tl::enums::InputCheckPasswordSrp::Srp(proof),
        };
        match self.call(&question).await {
            Ok(authorization) => signed_in(authorization),
            Err(ReadError::Refused(name)) if name == "PASSWORD_HASH_INVALID" => {
                Err(LoginError::WrongPassword)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn password(&self) -> Result<tl::types::account::Password, ReadError> {
        let tl::enums::account::Password::Password(password) =
            self.call(&tl::functions::account::GetPassword {}).await?;
        Ok(password)
    }
}

fn signed_in(authorization: tl::enums::auth::Authorization) -> Result<Account, LoginError> {
    match authorization {
        tl::enums::auth::Authorization::Authorization(authorization) => {
            account(&authorization.user).ok_or(LoginError::NoAccount)
        }
        tl::enums::auth::Authorization::SignUpRequired(_) => Err(LoginError::NoAccount),
    }
}

fn account(user: &tl::enums::User) -> Option<Account> {
    let tl::enums::User::User(user) = user else { return None };
    Some(Account {
        id: user.id,
        name: crate::convert::user_name(user),
        username: user.username.clone(),
    })
}

fn way(kind: &tl::enums::auth::SentCodeType) -> &'static str {
    use tl::enums::auth::SentCodeType as Kind;
    match kind {
        Kind::App(_) => "the Telegram app on another device",
        Kind::Sms(_) | Kind::SmsWord(_) | Kind::SmsPhrase(_) => "an SMS",
        Kind::Call(_) | Kind::FlashCall(_) | Kind::MissedCall(_) => "a phone call",
        Kind::EmailCode(_) => "an e-mail",
        _ => "a way of Telegram's choice",
    }
}
