//! What becomes of digests: the model, the chat, the words around them.

use mirt_channels::telegram;
use mirt_content::prompts;
use mirt_domain::prompts::{Instruction, TemplateKey};
use mirt_history::digest::{DigestWords, Digests, Told};
use mirt_llm::OpenAi;
use mirt_runtime::settings::{SettingError, Settings};
use serde::Deserialize;

use crate::settings::unreadable;

/// Tokens of a day that the model may read, unless a setting says otherwise: a day of a thousand
/// long messages, for less than ten US cents.
const BUDGET: usize = 60_000;

/// The most that may be asked for: so many parts that a process has time for.
const MAX_BUDGET: usize = 150_000;

/// Tokens that it reads at once: what it still answers well, and within its time.
const PART: usize = 12_000;

/// Days after its end for which a day is news, unless a setting says otherwise.
const NEWEST_DAYS: u16 = 7;

/// What this function needs of the channels' secret.
#[derive(Deserialize)]
pub(crate) struct ChannelSecrets {
    telegram_bot_token: String,
    /// Without it digests are of facts.
    openai_api_key: Option<String>,
}

/// The function's own settings of digests.
pub(crate) struct Settled {
    chat: Option<i64>,
    budget: usize,
    newest_days: u16,
}

pub(crate) fn settled(settings: &Settings) -> Result<Settled, SettingError> {
    let budget = "MIRT_TELEGRAM_DIGEST_TOKENS";
    let expected = "a number of tokens from 0, for no model, to 150000";
    Ok(Settled {
        chat: settings.integer("MIRT_TELEGRAM_DIGEST_CHAT")?,
        budget: match settings.parsed(budget, expected)? {
            None => BUDGET,
            Some(tokens @ 0..=MAX_BUDGET) => tokens,
            Some(_) => return Err(unreadable(budget, expected)),
        },
        newest_days: settings
            .parsed("MIRT_TELEGRAM_DIGEST_DAYS", "a number of days")?
            .unwrap_or(NEWEST_DAYS),
    })
}

/// Everything for digests, as settings and secret say.
pub(crate) fn digests(
    http: &reqwest::Client,
    settings: &Settings,
    secret: ChannelSecrets,
) -> Result<Digests<OpenAi, telegram::Sender>, SettingError> {
    let settled = settled(settings)?;
    let sender = |chat| {
        let api = settings.required("TELEGRAM_API_URL")?;
        Ok((telegram::Sender::new(http.clone(), api, &secret.telegram_bot_token), chat))
    };
    let told = |part| prompts().instruction(part).to_owned();
    Ok(Digests {
        model: match secret.openai_api_key.filter(|key| !key.is_empty() && settled.budget > 0) {
            Some(key) => {
                let prices = "prices like gpt-5.1=1.25/0.125/10";
                let prices = settings.parsed("MIRT_MODEL_PRICES", prices)?.unwrap_or_default();
                let model = settings.required("MIRT_MODEL")?.to_owned();
                let base = settings.required("OPENAI_BASE_URL")?;
                Some(OpenAi::new(http.clone(), base, key, model, prices))
            }
            None => None,
        },
        told: Told { part: told(Instruction::DigestPart), day: told(Instruction::Digest) },
        budget: settled.budget,
        part: PART,
        chat: settled.chat.map(sender).transpose()?,
        words: digest_words(),
        newest_days: settled.newest_days,
    })
}

/// The words around a digest, from `prompts/digest.md`.
#[must_use]
pub fn digest_words() -> DigestWords {
    let word = |key| prompts().wording(key, 0).unwrap_or_default();
    DigestWords {
        messages: word(TemplateKey::DigestMessages),
        comments: word(TemplateKey::DigestComments),
        people: word(TemplateKey::DigestPeople),
        replies: word(TemplateKey::DigestReplies),
        reactions: word(TemplateKey::DigestReactions),
        media: word(TemplateKey::DigestMedia),
        topics: word(TemplateKey::DigestTopics),
        threads: word(TemplateKey::DigestThreads),
        questions: word(TemplateKey::DigestQuestions),
        links: word(TemplateKey::DigestLinks),
        facts_only: word(TemplateKey::DigestFactsOnly),
    }
}
