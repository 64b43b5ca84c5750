//! The stock: one item, read by all instances, written by the CRM's telling.

use jiff::Timestamp;
use mirt_domain::stock::Stock;
use mirt_engine::{
    crm_news::{DeliveryId, Recorded},
    failure::PortError,
    shelf::ReadStock,
    take_stock::{KeepStock, KnownStock},
};

use crate::{
    error::port_error,
    table::{Table, counter, data, from_data, key, number},
    transaction::{Written, put},
};

const PK: &str = "STOCK";
const SK: &str = "-";

impl ReadStock for Table {
    /// Eventually consistent, for half the price: it may be a moment old, as what is kept is.
    async fn read_stock(&self) -> Result<Stock, PortError> {
        let what = "the stock";
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key(PK.to_owned(), SK.to_owned())))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", what, error))?;
        answer.item.map_or_else(|| Ok(Stock::default()), |item| from_data(what, &item))
    }
}

impl KeepStock for Table {
    async fn known_stock(&self) -> Result<KnownStock, PortError> {
        let what = "the stock";
        match self.read(what, PK.to_owned(), SK).await? {
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
        let mut item = key(PK.to_owned(), SK.to_owned());
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
