//! Orders in the table, as `shared/aws` keeps them: each an item with a version, and what the CRM
//! has told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mirt_domain::order::{OrderId, OrderState};
use mirt_engine::{
    crm_news::{DeliveryId, FindByCrmId, RecordDelivery, Recorded},
    failure::PortError,
    order_book::{CrmOrderId, FindByPhone, KeepOrder, LoadOrder, OrderOfPhone, OrderRecord},
    sweep::{Overdue, Subject},
};

use crate::{mutant::Mutant, process::Process, weather::Site};

/// The orders' part of the table.
#[derive(Debug, Default)]
pub(crate) struct OrderStore {
    orders: BTreeMap<OrderId, OrderRecord>,
    /// What the CRM calls them.
    names: BTreeMap<String, OrderId>,
    /// What the CRM has told.
    deliveries: BTreeSet<String>,
    /// Orders of which a wrong port has left a write out.
    left_out: BTreeSet<OrderId>,
}

impl OrderStore {
    pub(crate) fn get(&self, id: OrderId) -> Option<&OrderRecord> {
        self.orders.get(&id)
    }

    /// The orders that customers have placed.
    pub(crate) fn placed(&self) -> impl Iterator<Item = &OrderRecord> {
        self.orders.values().filter(|record| record.is_placed())
    }

    /// A turn's orders.
    pub(crate) fn put_all(&mut self, records: &[OrderRecord]) {
        self.orders.extend(records.iter().map(|record| (record.order.id, record.clone())));
    }

    /// The index of what is due.
    pub(crate) fn due(&self) -> impl Iterator<Item = Overdue> {
        self.orders.iter().filter_map(|(id, record)| {
            let (subject, key) = (Subject::Order(*id), format!("O#{id}"));
            record.due_at.map(|due_at| Overdue { subject, key, due_at })
        })
    }

    /// Whether nothing is left to do but to ask the CRM now and then how far they have come.
    pub(crate) fn is_drained(&self) -> bool {
        self.placed().all(|record| !record.is_news && !record.order.state.is_to_submit())
    }

    /// Writes the next version of an order, if the one before is there.
    fn put(&mut self, record: &OrderRecord, mutant: Option<Mutant>) -> bool {
        let id = record.order.id;
        let is_before = |known: &OrderRecord| {
            let missing = u64::from(self.left_out.contains(&id));
            known.version + 1 == record.version || known.version + 1 + missing == record.version
        };
        let holds = self.orders.get(&id).is_some_and(is_before);
        if !holds && mutant != Some(Mutant::NoOrderVersionCondition) {
            return false;
        }
        if mutant == Some(Mutant::SubmittedAfterTheCall)
            && record.order.state == OrderState::Submitted
        {
            self.left_out.insert(id);
            return true;
        }
        self.left_out.remove(&id);
        if let Some(name) = &record.crm {
            self.names.insert(name.0.clone(), id);
        }
        self.orders.insert(id, record.clone());
        true
    }
}

impl LoadOrder for Process {
    async fn load_order(&self, id: OrderId) -> Result<Option<OrderRecord>, PortError> {
        let load = self.call(Site::LoadOrder, |state| state.store.orders.get(id).cloned());
        let mut record = load.await?;
        if self.world.has(Mutant::NoWaitForAnswer)
            && let Some(record) = &mut record
        {
            record.due_at = None;
        }
        Ok(record)
    }
}

impl KeepOrder for Process {
    /// A transaction with a token: one that is made twice changes nothing the second time.
    async fn keep_order(&self, record: &OrderRecord) -> Result<bool, PortError> {
        let mut record = record.clone();
        if self.world.has(Mutant::GiveUpInSilence) && record.order.state == OrderState::Failed {
            record.is_news = false;
        }
        let mut kept = None;
        let keep = self.call(Site::KeepOrder, |state| {
            *kept.get_or_insert_with(|| {
                let before = state.store.orders.get(record.order.id).cloned();
                let is_kept = state.store.orders.put(&record, self.world.mutant);
                if is_kept {
                    state.ledger.kept(self.id, before.as_ref(), &record);
                }
                is_kept
            })
        });
        Ok(keep.await?)
    }
}

impl FindByPhone for Process {
    async fn orders_of_phone(&self, phone: &str) -> Result<Vec<OrderOfPhone>, PortError> {
        let find = self.call(Site::FindByPhone, |state| {
            let placed = state.store.orders.placed();
            let same =
                placed.filter(|record| record.order.customer.phone.as_deref() == Some(phone));
            let found = same.map(|record| OrderOfPhone {
                order: record.order.id,
                session: record.session.to_string(),
            });
            found.collect()
        });
        Ok(find.await?)
    }
}

impl FindByCrmId for Process {
    async fn find_by_crm_id(&self, id: &CrmOrderId) -> Result<Option<OrderId>, PortError> {
        let find = |state: &mut crate::world::State| state.store.orders.names.get(&id.0).copied();
        Ok(self.call(Site::LoadOrder, find).await?)
    }
}

impl RecordDelivery for Process {
    async fn record_delivery(
        &self,
        delivery: &DeliveryId,
        record: Option<&OrderRecord>,
        _: Timestamp,
    ) -> Result<Recorded, PortError> {
        let mut recorded = None;
        let call = self.call(Site::Hear, |state| {
            *recorded.get_or_insert_with(|| {
                let orders = &mut state.store.orders;
                if orders.deliveries.contains(&delivery.0) {
                    return Recorded::Repeated;
                }
                if let Some(record) = record {
                    let before = orders.get(record.order.id).cloned();
                    if !orders.put(record, self.world.mutant) {
                        return Recorded::Conflict;
                    }
                    state.ledger.kept(self.id, before.as_ref(), record);
                }
                state.store.orders.deliveries.insert(delivery.0.clone());
                Recorded::Done
            })
        });
        Ok(call.await?)
    }
}
