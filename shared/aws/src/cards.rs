//! Where managers see a session, and which session a message of theirs is about.

use aws_sdk_dynamodb::types::Put;
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    card::{FindSubject, KeepCard, ManagersMessage, SessionCard},
    failure::PortError,
};

use crate::{
    error::port_error,
    table::{
        Item, SK_CARD, SK_SUBJECT, SK_SUBJECT_HERE, SUBJECT_KEPT, Table, data, key, session_of,
        session_pk, string, subject_pk, text, ttl,
    },
    transaction::put,
};

/// The session of a message in the managers' chat.
const ABOUT: &str = "about";

impl Table {
    async fn put_item(&self, what: &'static str, item: Item) -> Result<(), PortError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map_err(|error| port_error("dynamodb", what, error))?;
        Ok(())
    }
}

impl KeepCard for Table {
    async fn keep_card(&self, id: &SessionId, card: &SessionCard) -> Result<(), PortError> {
        let what = "a card";
        let mut item = key(session_pk(id), SK_CARD.to_owned());
        item.extend([data(what, card)?]);
        self.put_item(what, item).await
    }

    async fn keep_subject(
        &self,
        message: &ManagersMessage,
        about: &SessionId,
        now: jiff::Timestamp,
    ) -> Result<(), PortError> {
        let what = "the subject of a card";
        let mut item = key(subject_pk(message), SK_SUBJECT.to_owned());
        item.insert(ABOUT.to_owned(), string(session_pk(about)));
        item.extend([ttl(now, SUBJECT_KEPT)]);
        // Kept with the session as well: there it is found when the customer is erased.
        let here = format!("{SK_SUBJECT_HERE}{}:{}", message.chat, message.id);
        let mut here = key(session_pk(about), here);
        here.extend([ttl(now, SUBJECT_KEPT)]);
        let puts = [item, here]
            .map(|item| put(what, Put::builder().table_name(&self.name).set_item(Some(item))));
        self.write(what, puts.into_iter().collect::<Result<_, _>>()?).await.map(|_| ())
    }
}

impl FindSubject for Table {
    async fn find_subject(
        &self,
        message: &ManagersMessage,
    ) -> Result<Option<SessionId>, PortError> {
        let item = self.read("the subject of a card", subject_pk(message), SK_SUBJECT).await?;
        Ok(item.and_then(|item| session_of(text(&item, ABOUT))))
    }
}
