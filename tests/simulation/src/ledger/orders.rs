//! Orders: each that was confirmed in the CRM once, moved along the edges of its states alone, and
//! none stuck (I7, I10).

use std::collections::{BTreeMap, BTreeSet};

use mirt_domain::{
    order::{OrderId, OrderState},
    session_id::SessionId,
};
use mirt_engine::{crm_news::CrmNews, order_book::OrderRecord};

use super::Ledger;
use crate::{executor::TaskId, store::Store};

/// What became of orders.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// How often the CRM has made each.
    made: BTreeMap<OrderId, u32>,
    /// What the CRM was told to be taken.
    acknowledged: BTreeMap<OrderId, BTreeSet<OrderState>>,
    /// Sessions of which managers have heard that an order did not get into the CRM.
    given_up: BTreeSet<SessionId>,
}

impl Orders {
    pub(super) fn count(&self) -> usize {
        self.made.len()
    }
}

impl Ledger {
    /// A turn writes an order.
    pub(crate) fn ordered(
        &mut self,
        process: TaskId,
        before: Option<&OrderRecord>,
        after: &OrderRecord,
    ) {
        let (id, state) = (after.order.id, after.order.state);
        self.note(process, format_args!("leaves order {id} {state}"));
        if before.is_some_and(OrderRecord::is_placed) {
            self.violation(format_args!("I6: a turn writes order {id}, which is the shop's"));
        }
    }

    /// The shop's side writes an order.
    pub(crate) fn kept(
        &mut self,
        process: TaskId,
        before: Option<&OrderRecord>,
        after: &OrderRecord,
    ) {
        let (id, to) = (after.order.id, after.order.state);
        self.note(process, format_args!("writes order {id} {to}, due {:?}", after.due_at));
        let Some(from) = before.map(|before| before.order.state) else {
            return self.violation(format_args!("I6: order {id} comes from nowhere"));
        };
        if from != to && !from.may_become(to) {
            self.violation(format_args!("order {id} goes from {from} to {to}"));
        }
    }

    /// The CRM makes an order.
    pub(crate) fn made(&mut self, id: OrderId) {
        self.note(0, format_args!("the CRM makes order {id}"));
        let made = self.orders.made.entry(id).or_default();
        *made += 1;
        let made = *made;
        if made > 1 {
            self.violation(format_args!("I7: order {id} is in the CRM {made} times"));
        }
    }

    /// The CRM was told that its news were taken.
    pub(crate) fn crm_answered(&mut self, process: TaskId, news: &CrmNews) {
        self.note(process, format_args!("answers the CRM 2xx for {news:?}"));
        if let (Some(id), Some(state)) = (news.ours, news.state) {
            self.orders.acknowledged.entry(id).or_default().insert(state);
        }
    }

    /// A manager hears that an order did not get into the CRM.
    pub(super) fn told_given_up(&mut self, id: &SessionId) {
        self.orders.given_up.insert(id.clone());
    }

    /// The end of a run: every order that was confirmed is where it belongs.
    pub(crate) fn orders_at_rest(&mut self, store: &mut Store) {
        let placed: Vec<OrderRecord> = store.orders.placed().cloned().collect();
        for record in placed {
            let known = store.items(&record.session).checkpoint.facts().placed.clone();
            let known = known.iter().find(|known| known.id == record.order.id);
            for wrong in self.wrong_with(&record, known.map(|known| known.state)) {
                self.violation(format_args!("{wrong}"));
            }
        }
    }

    /// What must not be, of an order that its conversation believes in the state `known`.
    fn wrong_with(&self, record: &OrderRecord, known: Option<OrderState>) -> Vec<String> {
        let (id, state) = (record.order.id, record.order.state);
        let made = self.orders.made.get(&id).copied().unwrap_or_default();
        let mut wrong = Vec::new();
        if state.is_to_submit() {
            wrong.push(format!("I10: order {id} is stuck, {state}"));
        } else if state == OrderState::Failed {
            if !self.orders.given_up.contains(&record.session) {
                wrong.push(format!("I10: no manager has heard that order {id} was given up"));
            }
        } else if made == 0 {
            wrong.push(format!("I7: order {id} is {state} and not in the CRM"));
        }
        let is_news = !state.is_to_submit() && state != OrderState::Accepted;
        if record.is_news || is_news && known != Some(state) {
            wrong.push(format!("I10: {} has not heard that order {id} is {state}", record.session));
        }
        let told = self.orders.acknowledged.get(&id).into_iter().flatten();
        for lost in told.filter(|told| state.may_become(**told)) {
            wrong.push(format!("I1: what the CRM told of order {id} is lost: {lost}"));
        }
        wrong
    }
}
