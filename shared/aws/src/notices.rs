//! What holds for the whole shop: the stock, written by the CRM's telling, and the pause, written by
//! an operator. All instances read both with one query.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use mirt_engine::{
    crm_news::{DeliveryId, Recorded},
    failure::PortError,
    notice_board::{Notices, Pause, ReadNotices},
    take_stock::{KeepStock, KnownStock},
};

use crate::{
    error::port_error,
    table::{Table, counter, data, from_data, key, number, string, text},
    transaction::{Written, put},
};

const PK: &str = "SHOP";
const SK_STOCK: &str = "STOCK";
const SK_PAUSE: &str = "PAUSE";

impl ReadNotices for Table {
    /// Eventually consistent, for half the price: it may be a moment old, as what is kept is.
    async fn read_notices(&self) -> Result<Notices, PortError> {
        let what = "what holds for the whole shop";
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", string(PK))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", what, error))?;
        let find = |sk: &str| answer.items().iter().find(|item| text(item, "sk") == sk);
        Ok(Notices {
            stock: find(SK_STOCK)
                .map(|item| from_data(what, item))
                .transpose()?
                .unwrap_or_default(),
            pause: find(SK_PAUSE).map(|item| from_data(what, item)).transpose()?,
        })
    }
}

impl Table {
    /// Has everything left to managers from now on. A pause that is there already stays as it is, and
    /// is given back.
    ///
    /// # Errors
    /// When it is not known whether it is written.
    pub async fn pause(&self, pause: &Pause) -> Result<Option<Pause>, PortError> {
        let what = "the pause";
        let mut item = key(PK.to_owned(), SK_PAUSE.to_owned());
        item.extend([data(what, pause)?]);
        let pause = aws_sdk_dynamodb::types::Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        match self.write(what, vec![put(what, pause)?]).await? {
            Written::Done => Ok(None),
            Written::ConditionFailed { .. } => self.paused().await,
        }
    }

    /// Ends the pause, and gives it back; `None` where there was none.
    ///
    /// # Errors
    /// When it is not known whether it is ended.
    pub async fn resume(&self) -> Result<Option<Pause>, PortError> {
        let what = "the pause";
        let answer = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key(PK.to_owned(), SK_PAUSE.to_owned())))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", what, error))?;
        answer.attributes().map(|item| from_data(what, item)).transpose()
    }

    /// The pause, while there is one.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn paused(&self) -> Result<Option<Pause>, PortError> {
        let what = "the pause";
        let item = self.read(what, PK.to_owned(), SK_PAUSE).await?;
        item.map(|item| from_data(what, &item)).transpose()
    }
}

impl KeepStock for Table {
    async fn known_stock(&self) -> Result<KnownStock, PortError> {
        let what = "the stock";
        match self.read(what, PK.to_owned(), SK_STOCK).await? {
            Some(item) => Ok(KnownStock {
                stock: from_data(what, &item)?,
                version: counter(&item, "version"),
            }),
            None => Ok(KnownStock::default()),
        }
    }

    async fn keep_stock(
        &self,
        delivery: &DeliveryId,
        next: &KnownStock,
        now: Timestamp,
    ) -> Result<Recorded, PortError> {
        let what = "the stock";
        let mut item = key(PK.to_owned(), SK_STOCK.to_owned());
        item.extend([data(what, &next.stock)?]);
        item.insert("version".to_owned(), number(next.version));
        let stock = aws_sdk_dynamodb::types::Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", number(next.version.saturating_sub(1)));
        let items = vec![self.delivery(delivery, now)?, put(what, stock)?];
        Ok(match self.write(what, items).await? {
            Written::Done => Recorded::Done,
            Written::ConditionFailed { at: 0, .. } => Recorded::Repeated,
            Written::ConditionFailed { .. } => Recorded::Conflict,
        })
    }
}
