#![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select};

use super::*;
use crate::{
    catalog::ProductId,
    session::{cart::CartLine, facts::Facts},
};

/// The states that can be reached from one.
fn reachable(from: OrderState) -> BTreeSet<OrderState> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(state) = open.pop() {
        for next in state.next() {
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    seen
}

#[test]
fn every_order_can_come_to_an_end_and_a_cancelled_one_goes_nowhere() {
    for state in OrderState::ALL {
        let reached = reachable(state);
        assert_eq!(reached.is_empty(), state == OrderState::Cancelled, "{state}");
        assert!(reached.contains(&OrderState::Cancelled) || reached.is_empty(), "{state}");
        let can_arrive = reached.contains(&OrderState::Delivered);
        assert!(can_arrive || state >= OrderState::Delivered, "{state} never arrives");
    }
}

#[test]
fn what_is_confirmed_never_is_the_customers_to_change_again() {
    for state in OrderState::ALL.into_iter().filter(|state| !state.is_open()) {
        assert!(reachable(state).iter().all(|state| !state.is_open()), "{state}");
    }
}

#[test]
fn no_order_is_confirmed_without_a_receipt_and_none_is_sent_without_being_confirmed() {
    let before = |state| {
        OrderState::ALL.into_iter().filter(move |from| from.may_become(state)).collect::<Vec<_>>()
    };

    assert_eq!(
        before(OrderState::Confirmed),
        [OrderState::AwaitingConfirmation, OrderState::Failed]
    );
    assert_eq!(before(OrderState::Submitted), [OrderState::Confirmed]);
}

#[test]
fn an_id_is_known_again_by_its_text() {
    for bits in [0, 1, 0x00ab_cdef_0123_4567, u64::MAX] {
        let id = OrderId::new(bits);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.number().len(), 8);
    }
    for text in ["", "123", "00ABCDEF01234567", "+0abcdef01234567", "00abcdef012345678"] {
        assert_eq!(text.parse::<OrderId>(), Err(InvalidOrderId), "{text}");
    }
}

/// One thing that happens to an order.
#[derive(Clone, Copy, Debug)]
enum Step {
    Add,
    Show,
    Prove,
    Reject,
    Approve,
    Leave,
}

fn session(change: impl FnOnce(&mut Facts), before: &Session) -> Session {
    let mut session = before.clone();
    change(session.facts_mut());
    session
}

fn line() -> CartLine {
    CartLine {
        product_id: ProductId(7),
        size: "98-104".parse().unwrap(),
        color: serde_json::from_str("\"рожевий\"").unwrap(),
        quantity: 1,
        price: Money::from_uah(1790),
    }
}

fn step(before: &Session, step: Step, next: OrderId) -> Session {
    let payment = before.facts().payment.clone();
    let has_order = before.facts().order.is_some();
    session(
        |facts| match step {
            Step::Add if !payment.is_approved => {
                facts.cart.add(line());
                facts.order.get_or_insert(next);
            }
            Step::Show => facts.payment.requisites_shown |= has_order,
            Step::Prove => facts.payment.proof |= payment.requisites_shown,
            Step::Reject if !payment.is_approved => facts.payment.proof = false,
            Step::Approve => facts.payment.is_approved |= payment.proof,
            Step::Leave => {
                facts.cart.clear();
                facts.payment = Default::default();
                facts.order = None;
            }
            Step::Add | Step::Reject => {}
        },
        before,
    )
}

proptest! {
    #[test]
    fn whatever_a_session_does_its_orders_move_only_along_the_edges(
        steps in prop::collection::vec(
            select(vec![
                Step::Add, Step::Show, Step::Prove, Step::Reject, Step::Approve, Step::Leave,
            ]),
            1..40,
        ),
    ) {
        let mut books: std::collections::BTreeMap<OrderId, Order> = Default::default();
        let mut before = Session::default();
        for (n, one) in (1..).zip(steps) {
            let after = step(&before, one, OrderId::new(n));
            for order in changed(&before, &after) {
                if let Some(known) = books.get(&order.id) {
                    prop_assert!(known.state.is_open(), "{} is written again", known.state);
                    prop_assert!(
                        known.state == order.state || known.state.may_become(order.state),
                        "{} to {}", known.state, order.state,
                    );
                }
                books.insert(order.id, order);
            }
            // The books say what the session says.
            if let Some(order) = Order::of(&after) {
                prop_assert_eq!(books.get(&order.id), Some(&order));
            }
            prop_assert!(changed(&after, &after).is_empty());
            before = after;
        }
        let open = books.values().filter(|order| order.state.is_open()).count();
        prop_assert!(open <= 1, "{open} orders of one session are open");
    }
}
