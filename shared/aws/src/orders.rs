//! Orders: each an item of its own, found by month and by phone, and the queue of those with
//! something to do.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::{Timestamp, tz::TimeZone};
use mirt_domain::{nickname::Nickname, order::OrderId, session::Session, session_id::SessionId};
use mirt_engine::{
    crm_news::{DeliveryId, FindByCrmId, RecordDelivery, Recorded},
    event::digest,
    failure::PortError,
    label_chat::{AskForLabel, FindNickname, LabelTask},
    order_book::{
        CrmOrderId, FindByPhone, KeepOrder, LoadOrder, OrderOfPhone, OrderRecord, OrderTask,
        OrderWakeUp, WakeOrder,
    },
};

use crate::{
    error::{port_error, unreadable},
    table::{
        DEDUPE_KEPT, Item, ORDER_KEPT_UNPLACED, SK_DEAL, SK_ORDER, SK_STATE, Table, data,
        due_order, from_data, key, number, order_pk, session_pk, string, text, ttl,
    },
    transaction::{Written, delete, put},
};

/// The order that an entry of a list leads to.
const ORDER: &str = "order_id";

/// The session that an order comes from.
const SESSION: &str = "session";

/// Where an order is listed: its month's partition and its place in it, its phone's partition.
const MONTH: &str = "month";
const PLACE: &str = "place";
const PHONE: &str = "phone";

/// How many pages of 1 MB a list of orders may have, each of some ten thousand: a month's, a phone's.
const LIST_PAGES: usize = 16;

/// The orders that were confirmed in a month of UTC.
fn month_pk(at: Timestamp) -> String {
    format!("B#{}", at.to_zoned(TimeZone::UTC).strftime("%Y-%m"))
}

fn crm_pk(id: &CrmOrderId) -> String {
    format!("C#{}", id.0)
}

fn phone_pk(phone: &str) -> String {
    format!("PHONE#{}", digest(&[phone]))
}

fn item(record: &OrderRecord) -> Result<Item, PortError> {
    let id = record.order.id;
    let mut item = key(order_pk(id), SK_ORDER.to_owned());
    item.extend([data("an order", record)?]);
    item.insert("version".to_owned(), number(record.version));
    if let Some(at) = record.due_at {
        item.extend(due_order(id, at));
    }
    if !record.is_placed() {
        item.extend([ttl(record.changed_at, ORDER_KEPT_UNPLACED)]);
    }
    Ok(item)
}

impl Table {
    /// The writes of a turn that changed an order.
    pub(crate) fn put_order(
        &self,
        record: &OrderRecord,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let what = "an order";
        let id = record.order.id;
        let mut items = vec![item(record)?];
        let mut own = key(session_pk(&record.session), format!("{SK_DEAL}{id}"));
        if let Some(at) = record.confirmed_at {
            let listed = |pk: String, sk: String| {
                let mut entry = key(pk, sk);
                entry.insert(ORDER.to_owned(), string(id.to_string()));
                entry.insert(SESSION.to_owned(), string(record.session.to_string()));
                entry
            };
            let place = format!("{:017}#{id}", at.as_microsecond().max(0));
            own.insert(MONTH.to_owned(), string(month_pk(at)));
            own.insert(PLACE.to_owned(), string(&place));
            items.push(listed(month_pk(at), place));
            if let Some(phone) = &record.order.customer.phone {
                own.insert(PHONE.to_owned(), string(phone_pk(phone)));
                items.push(listed(phone_pk(phone), id.to_string()));
            }
        } else {
            own.extend([ttl(record.changed_at, ORDER_KEPT_UNPLACED)]);
        }
        items.push(own);
        let put_one = |item| put(what, Put::builder().table_name(&self.name).set_item(Some(item)));
        items.into_iter().map(put_one).collect()
    }

    /// The orders that were confirmed in the month of `month`, oldest first.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    pub async fn orders_of_month(&self, month: Timestamp) -> Result<Vec<OrderRecord>, PortError> {
        let ids = self.listed(month_pk(month)).await?.into_iter().map(|(id, _)| id).collect();
        self.orders(ids).await
    }

    async fn listed(&self, pk: String) -> Result<Vec<(OrderId, String)>, PortError> {
        let what = "a list of orders";
        let entries = self.partition(what, pk, LIST_PAGES).await?;
        entries
            .iter()
            .map(|entry| {
                let id = text(entry, ORDER).parse().map_err(|error| unreadable(what, error))?;
                Ok((id, text(entry, SESSION).to_owned()))
            })
            .collect()
    }

    /// The orders of these names, in their order; those that are not there are left out.
    pub(crate) async fn orders(&self, ids: Vec<OrderId>) -> Result<Vec<OrderRecord>, PortError> {
        let keys: Vec<Item> =
            ids.iter().map(|id| key(order_pk(*id), SK_ORDER.to_owned())).collect();
        let mut found = HashMap::new();
        for item in self.read_all("orders", &keys).await? {
            let record: OrderRecord = from_data("an order", &item)?;
            found.insert(record.order.id, record);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// An order of a customer's, as it is noted with them.
pub(crate) struct Deal {
    /// Which.
    pub(crate) order: OrderId,
    /// Its place among those of its month, if it was confirmed.
    month: Option<(String, String)>,
    /// Where it is listed by its phone, if it is.
    phone: Option<String>,
}

impl Deal {
    /// The order that one of the customer's items is about, if it is.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let order = text(item, "sk").strip_prefix(SK_DEAL)?.parse().ok()?;
        let told = |name| Some(text(item, name).to_owned()).filter(|it| !it.is_empty());
        Some(Self { order, month: told(MONTH).zip(told(PLACE)), phone: told(PHONE) })
    }

    /// The keys of all that there is of it outside of the session.
    pub(crate) fn keys(&self) -> Vec<(String, String)> {
        let own = (order_pk(self.order), SK_ORDER.to_owned());
        let phone = self.phone.clone().map(|pk| (pk, self.order.to_string()));
        [Some(own), self.month.clone(), phone].into_iter().flatten().collect()
    }
}

impl Table {
    /// Keeps an order that was placed without its customer, and where it is listed as well. False where
    /// it was changed meanwhile.
    pub(crate) async fn keep_without_customer(
        &self,
        deal: &Deal,
        record: &OrderRecord,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let what = "an erased order";
        let mut items = self.next_version(&record.clone().without_customer(now))?;
        if let Some((pk, sk)) = &deal.month {
            let mut entry = key(pk.clone(), sk.clone());
            entry.insert(ORDER.to_owned(), string(deal.order.to_string()));
            items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(entry)))?);
        }
        if let Some(pk) = &deal.phone {
            let entry = key(pk.clone(), deal.order.to_string());
            let gone = Delete::builder().table_name(&self.name).set_key(Some(entry));
            items.push(delete(what, gone)?);
        }
        Ok(self.write(what, items).await? == Written::Done)
    }
}

impl FindByPhone for Table {
    async fn orders_of_phone(&self, phone: &str) -> Result<Vec<OrderOfPhone>, PortError> {
        let listed = self.listed(phone_pk(phone)).await?;
        Ok(listed.into_iter().map(|(order, session)| OrderOfPhone { order, session }).collect())
    }
}

impl LoadOrder for Table {
    async fn load_order(&self, id: OrderId) -> Result<Option<OrderRecord>, PortError> {
        let item = self.read("an order", order_pk(id), SK_ORDER).await?;
        item.map(|item| from_data("an order", &item)).transpose()
    }
}

impl Table {
    /// The writes of an order's next version: the order itself, if the version before is there,
    /// and where the CRM's name for it leads.
    fn next_version(&self, record: &OrderRecord) -> Result<Vec<TransactWriteItem>, PortError> {
        let what = "an order";
        let next = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item(record)?))
            .condition_expression("#version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", number(record.version.saturating_sub(1)));
        let mut items = vec![put(what, next)?];
        if let Some(crm) = &record.crm {
            let mut name = key(crm_pk(crm), SK_ORDER.to_owned());
            name.insert(ORDER.to_owned(), string(record.order.id.to_string()));
            items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(name)))?);
        }
        Ok(items)
    }
}

impl KeepOrder for Table {
    async fn keep_order(&self, record: &OrderRecord) -> Result<bool, PortError> {
        Ok(self.write("an order", self.next_version(record)?).await? == Written::Done)
    }
}

impl Table {
    /// The record that refuses a delivery that was taken before.
    pub(crate) fn delivery(
        &self,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, PortError> {
        let mut taken = key(format!("E#crm:{}", delivery.0), "E".to_owned());
        taken.extend([ttl(now, DEDUPE_KEPT)]);
        let taken = Put::builder()
            .table_name(&self.name)
            .set_item(Some(taken))
            .condition_expression("attribute_not_exists(pk)");
        put("a delivery of the CRM", taken)
    }
}

impl FindByCrmId for Table {
    async fn find_by_crm_id(&self, id: &CrmOrderId) -> Result<Option<OrderId>, PortError> {
        let what = "an order of the CRM";
        let item = self.read(what, crm_pk(id), SK_ORDER).await?;
        item.map(|item| text(&item, ORDER).parse().map_err(|error| unreadable(what, error)))
            .transpose()
    }
}

impl RecordDelivery for Table {
    async fn record_delivery(
        &self,
        delivery: &DeliveryId,
        record: Option<&OrderRecord>,
        now: Timestamp,
    ) -> Result<Recorded, PortError> {
        let what = "a delivery of the CRM";
        let mut items = vec![self.delivery(delivery, now)?];
        if let Some(record) = record {
            items.extend(self.next_version(record)?);
        }
        Ok(match self.write(what, items).await? {
            Written::Done => Recorded::Done,
            Written::ConditionFailed { at: 0, .. } => Recorded::Repeated,
            Written::ConditionFailed { .. } => Recorded::Conflict,
        })
    }
}

/// The orders' queue.
#[derive(Clone, Debug)]
pub struct OrdersQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl OrdersQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String) -> Self {
        Self { client: aws_sdk_sqs::Client::new(config), url }
    }

    /// The queue `name`.
    ///
    /// # Errors
    /// When there is no such queue, or it does not answer.
    pub async fn open(config: &aws_config::SdkConfig, name: &str) -> Result<Self, PortError> {
        let client = aws_sdk_sqs::Client::new(config);
        let answer = client.get_queue_url().queue_name(name).send().await;
        let answer = answer.map_err(|error| port_error("sqs", "the orders' queue", error))?;
        Ok(Self { client, url: answer.queue_url.unwrap_or_default() })
    }
}

impl OrdersQueue {
    async fn send(&self, task: &OrderTask, group: String, name: String) -> Result<(), PortError> {
        let what = "a task of the orders' queue";
        let body = serde_json::to_string(task).map_err(|error| unreadable(what, error))?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_deduplication_id(format!("{group}:{name}"))
            .message_group_id(group)
            .message_body(body)
            .send()
            .await
            .map_err(|error| port_error("sqs", what, error))?;
        Ok(())
    }
}

impl WakeOrder for OrdersQueue {
    async fn wake_order(&self, wake_up: &OrderWakeUp) -> Result<(), PortError> {
        let task = OrderTask::LookAfter(wake_up.clone());
        self.send(&task, wake_up.order.to_string(), wake_up.reason.clone()).await
    }
}

impl AskForLabel for OrdersQueue {
    async fn ask_for_label(&self, task: &LabelTask) -> Result<(), PortError> {
        // Hashed: with a colon behind it a long id would not fit.
        let group = format!("chat-{}", digest(&[&task.session.to_string()]));
        self.send(&OrderTask::Label(task.clone()), group, format!("turn-{}", task.turn)).await
    }
}

impl FindNickname for Table {
    async fn find_nickname(&self, session: &SessionId) -> Result<Option<Nickname>, PortError> {
        let what = "a checkpoint";
        let item = self.read(what, session_pk(session), SK_STATE).await?;
        let session: Option<Session> = item.map(|item| from_data(what, &item)).transpose()?;
        Ok(session.and_then(|session| session.facts().customer.nickname.clone()))
    }
}
