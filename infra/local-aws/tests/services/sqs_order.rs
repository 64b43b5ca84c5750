//! FIFO: order within a group, groups beside each other.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_sdk_sqs::types::MessageSystemAttributeName as System;
use tokio::task::JoinSet;

use crate::harness::{FIFO, Local, bodies, system};

#[tokio::test]
async fn a_groups_messages_come_in_the_order_of_their_sending() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let sent: Vec<String> = (0..10).map(|n| format!("message-{n}")).collect();
    for body in &sent {
        local.send(&url, "a", body).await;
    }

    let mut received = Vec::new();
    for _ in 0..10 {
        let messages = local.receive(&url, 1).await;
        received.extend(bodies(&messages));
        local.delete(&url, &messages[0]).await;
    }

    assert_eq!(received, sent);
}

#[tokio::test]
async fn one_receive_takes_several_messages_of_a_group_in_order() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for body in ["1", "2", "3"] {
        local.send(&url, "a", body).await;
    }

    let received = local.receive_bodies(&url).await;

    assert_eq!(received, ["1", "2", "3"]);
}

#[tokio::test]
async fn sequence_numbers_grow() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let first = local.send(&url, "a", "1").await.sequence_number.unwrap();
    let second = local.send(&url, "b", "2").await.sequence_number.unwrap();

    assert!(first < second, "{first} is not before {second}");
    assert_eq!([first.len(), second.len()], [20, 20]);
}

#[tokio::test]
async fn a_group_gives_nothing_while_one_of_its_messages_is_in_flight() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "a1").await;
    local.send(&url, "a", "a2").await;
    let first = local.receive(&url, 1).await;

    let meanwhile = local.receive_bodies(&url).await;
    local.delete(&url, &first[0]).await;
    let afterwards = local.receive_bodies(&url).await;

    assert_eq!(meanwhile, [""; 0]);
    assert_eq!(afterwards, ["a2"]);
}

#[tokio::test]
async fn other_groups_flow_while_one_is_blocked() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("c", "c1")] {
        local.send(&url, group, body).await;
    }
    let blocking = local.receive(&url, 1).await;

    let received = local.receive_bodies(&url).await;

    assert_eq!(bodies(&blocking), ["a1"]);
    assert_eq!(received, ["b1", "c1"]);
}

#[tokio::test]
async fn after_the_visibility_timeout_messages_come_again_in_order_and_counted() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for body in ["1", "2", "3"] {
        local.send(&url, "a", body).await;
    }
    let first = local.receive(&url, 2).await;
    local.pass(30);

    let again = local.receive(&url, 10).await;

    assert_eq!(bodies(&first), ["1", "2"]);
    assert_eq!(bodies(&again), ["1", "2", "3"]);
    let counts: Vec<_> =
        again.iter().map(|message| system(message, System::ApproximateReceiveCount)).collect();
    assert_eq!(counts, ["2", "2", "1"]);
}

#[tokio::test]
async fn fifty_concurrent_receivers_get_each_message_once_and_each_group_in_order() {
    let local = Arc::new(Local::start().await);
    let url = local.queue("inbound.fifo", FIFO).await;
    for n in 0..5 {
        for group in 0..20 {
            local.send(&url, &format!("g{group}"), &format!("g{group}:{n}")).await;
        }
    }

    let deliveries = Arc::new(Mutex::new(Vec::new()));
    let mut receivers = JoinSet::new();
    for _ in 0..50 {
        let (local, url, deliveries) = (Arc::clone(&local), url.clone(), Arc::clone(&deliveries));
        receivers.spawn(async move {
            loop {
                let messages = local.receive(&url, 3).await;
                if messages.is_empty() && local.counts(&url).await == ["0", "0", "0"] {
                    break;
                }
                for message in &messages {
                    // Before the deletion, which lets the group's next message go.
                    deliveries.lock().unwrap().push(message.body().unwrap().to_owned());
                    local.delete(&url, message).await;
                }
            }
        });
    }
    receivers.join_all().await;

    let mut by_group = BTreeMap::<String, Vec<String>>::new();
    for body in deliveries.lock().unwrap().iter() {
        let (group, n) = body.split_once(':').unwrap();
        by_group.entry(group.to_owned()).or_default().push(n.to_owned());
    }
    assert_eq!(by_group.len(), 20);
    for (group, order) in by_group {
        assert_eq!(order, ["0", "1", "2", "3", "4"], "{group}");
    }
}
