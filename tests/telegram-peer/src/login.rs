//! Who is logged in, and how one logs in.

use grammers_crypto::two_factor_auth::calculate_2fa;
use grammers_tl_types as tl;

/// The code that everybody is sent.
pub const CODE: &str = "24680";

/// The account's password.
pub const PASSWORD: &str = "correct horse";

/// The hint that it is asked for with.
pub const HINT: &str = "battery";

/// What the code is presented with.
pub(crate) const CODE_HASH: &str = "hash-of-the-code";

/// A safe prime that clients take. Source: Telegram, "Creating an authorization key".
const PRIME: &str = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b";

const GENERATOR: i32 = 3;
const SALT_1: [u8; 8] = *b"salt-one";
const SALT_2: [u8; 8] = *b"salt-two";
const SRP_B: [u8; 256] = [9; 256];
const SRP_ID: i64 = 7;
const RANDOM: [u8; 256] = [5; 256];

pub(crate) fn sent_code() -> tl::enums::auth::SentCode {
    let kind = tl::types::auth::SentCodeTypeApp { length: 5 };
    tl::types::auth::SentCode {
        r#type: kind.into(),
        phone_code_hash: CODE_HASH.to_owned(),
        next_type: None,
        timeout: None,
    }
    .into()
}

pub(crate) fn authorization(user: tl::enums::User) -> tl::enums::auth::Authorization {
    tl::types::auth::Authorization {
        setup_password_required: false,
        otherwise_relogin_days: None,
        tmp_sessions: None,
        future_auth_token: None,
        user,
    }
    .into()
}

pub(crate) fn password() -> tl::enums::account::Password {
    tl::types::account::Password {
        has_recovery: false,
        has_secure_values: false,
        has_password: true,
        current_algo: Some(algorithm().into()),
        srp_b: Some(SRP_B.to_vec()),
        srp_id: Some(SRP_ID),
        hint: Some(HINT.to_owned()),
        email_unconfirmed_pattern: None,
        new_algo: tl::enums::PasswordKdfAlgo::Unknown,
        new_secure_algo: tl::enums::SecurePasswordKdfAlgo::Unknown,
        secure_random: RANDOM.to_vec(),
        pending_reset_date: None,
        login_email_pattern: None,
    }
    .into()
}

fn algorithm() -> tl::types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow {
    tl::types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow {
        salt1: SALT_1.to_vec(),
        salt2: SALT_2.to_vec(),
        g: GENERATOR,
        p: prime(),
    }
}

/// Whether the proof is the one that the password gives. The client's random number is the one that
/// it was sent, so there is one proof.
pub(crate) fn is_right(proof: &tl::enums::InputCheckPasswordSrp) -> bool {
    let (m1, a) = calculate_2fa(
        &SALT_1,
        &SALT_2,
        &prime(),
        &GENERATOR,
        SRP_B.to_vec(),
        RANDOM.to_vec(),
        PASSWORD,
    );
    match proof {
        tl::enums::InputCheckPasswordSrp::Srp(proof) => {
            proof.srp_id == SRP_ID && proof.m1 == m1 && proof.a == a
        }
        tl::enums::InputCheckPasswordSrp::InputCheckPasswordEmpty => false,
    }
}

fn prime() -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&PRIME[at..at + 2], 16).expect("hexadecimal");
    (0..PRIME.len()).step_by(2).map(digit).collect()
}
