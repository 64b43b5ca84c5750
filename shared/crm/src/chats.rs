//! Chats in the CRM: found by nickname, given a status and a manager.
//!
//! Source of paths, fields and titles: specification of integrations, section 5.7. Its authors saw no
//! documentation: that a chat is found again by the nickname among those of the last minutes, and
//! that a manager is assigned by a change of the chat, is what the predecessor did.

use std::{sync::OnceLock, time::Duration};

use jiff::Timestamp;
use mirt_domain::nickname::Nickname;
use mirt_engine::{
    failure::chain,
    label_chat::{ChatLabel, LabelChat, Labelled},
    look_after_order::CrmError,
};
use serde_json::{Value, json};

use crate::{
    http::{Repeat, call},
    orders::{listed, text},
};

/// How long before a customer's message their chat may have been touched last, for the CRM: its own
/// clock, and what came before.
const BEFORE: Duration = Duration::from_mins(5);

/// How many chats an answer may have.
const MOST_FOUND: &str = "50";

/// Whom chats are given to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignees {
    /// The full name of the CRM's user who stands for the assistant; nobody where it is not set.
    pub assistant: Option<String>,
    /// The number of the user who gets what needs a human; the first who is not the assistant where
    /// it is not set.
    pub human: Option<u64>,
}

/// The CRM's chats.
#[derive(Clone)]
pub struct Chats {
    http: reqwest::Client,
    base: String,
    key: String,
    assignees: Assignees,
    /// The CRM's users, asked for once: number and full name.
    users: OnceLock<Vec<(u64, String)>>,
}

impl std::fmt::Debug for Chats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chats").finish_non_exhaustive()
    }
}

/// A label in the CRM's words.
const fn status(label: ChatLabel) -> &'static str {
    match label {
        ChatLabel::InWork => "Взято в роботу",
        ChatLabel::Invoiced => "Виставлено рахунок",
        ChatLabel::NeedsHuman => "AI Увага",
    }
}

impl Chats {
    /// The chats of the API at `base`, with the shop's key.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, key: String, assignees: Assignees) -> Self {
        let base = format!("{}/open-api", base.trim_end_matches('/'));
        Self { http, base, key, assignees, users: OnceLock::new() }
    }

    /// The CRM's number of the chat of a nickname.
    async fn find(
        &self,
        nickname: &Nickname,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Option<String>, CrmError> {
        let (from, to) = (from.to_string(), to.to_string());
        let query = [("startDate", from.as_str()), ("endDate", &to), ("limit", MOST_FOUND)];
        let request =
            self.http.get(format!("{}/chats", self.base)).bearer_auth(&self.key).query(&query);
        let body = call(request, Repeat::Harmless).await?;
        let wanted = nickname.as_str().to_lowercase();
        let is_wanted = |chat: &&Value| {
            let own = text(&chat["userNickName"]).to_lowercase();
            own.trim_start_matches('@') == wanted
        };
        let chat = listed(&body).into_iter().flatten().find(is_wanted);
        Ok(chat.map(|chat| text(&chat["id"])).filter(|id| !id.is_empty()))
    }

    async fn change(&self, path: &str, change: &Value) -> Result<(), CrmError> {
        let request = self.http.patch(format!("{}/{path}", self.base)).bearer_auth(&self.key);
        // The same change twice is one change.
        call(request.json(change), Repeat::Harmless).await.map(drop)
    }

    /// Whom a chat with this label is given to.
    async fn assignee(&self, label: ChatLabel) -> Result<Option<u64>, CrmError> {
        let Assignees { assistant, human } = &self.assignees;
        let is_assistant = |name: &str| {
            let assistant = assistant.as_deref().map(str::to_lowercase);
            assistant.is_some_and(|assistant| assistant == name.to_lowercase())
        };
        Ok(match label {
            ChatLabel::Invoiced => None,
            ChatLabel::InWork if assistant.is_none() => None,
            ChatLabel::InWork => self.user(|name| is_assistant(name)).await?,
            ChatLabel::NeedsHuman => match human {
                Some(human) => Some(*human),
                None => self.user(|name| !is_assistant(name)).await?,
            },
        })
    }

    /// The first of the CRM's users of such a name.
    async fn user(&self, is_meant: impl Fn(&str) -> bool) -> Result<Option<u64>, CrmError> {
        let users = match self.users.get() {
            Some(users) => users,
            None => {
                let request =
                    self.http.get(format!("{}/managers", self.base)).bearer_auth(&self.key);
                let body = call(request, Repeat::Harmless).await?;
                let user =
                    |one: &Value| Some((one["id"].as_u64()?, text(&one["user"]["fullname"])));
                let users = listed(&body).into_iter().flatten().filter_map(user).collect();
                self.users.get_or_init(|| users)
            }
        };
        Ok(users.iter().find(|(_, name)| is_meant(name)).map(|(id, _)| *id))
    }
}

impl LabelChat for Chats {
    async fn label_chat(
        &self,
        nickname: &Nickname,
        label: ChatLabel,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Labelled, CrmError> {
        let from = at.checked_sub(BEFORE).unwrap_or(at);
        let Some(chat) = self.find(nickname, from, now).await? else {
            return Ok(Labelled::NoSuchChat);
        };
        self.change(&format!("chats/{chat}/status"), &json!({ "status": status(label) })).await?;
        // The status is what people look at; whose it is, they settle among themselves.
        let assigned = async {
            match self.assignee(label).await? {
                Some(id) => {
                    let change = json!({ "assignedManagerId": id });
                    self.change(&format!("chats/{chat}"), &change).await
                }
                None => Ok(()),
            }
        };
        if let Err(error) = assigned.await {
            tracing::warn!(event = "degraded", what = "chat_not_assigned", error = chain(&error));
        }
        Ok(Labelled::Done)
    }
}
