//! An account that lives in another data centre than the one that is asked.
//!
//! Both sides know the keys beforehand. What cannot be played here is how a key is made: the client
//! encrypts its part of the handshake for Telegram's own RSA keys, which are written into the
//! library, and nobody else has their other halves.

use mirt_history::store::{ReadError, ReadHistory as _};
use mirt_telegram::{AppId, Connection, Reader, Session, Step};
use mirt_telegram_peer::{CODE, Fault, PASSWORD, Peer, World, sample};
use serde_json::Value;

use crate::stage::DAY;

/// Two data centres, and a session that has keys of both and thinks that the first is its home.
async fn two_data_centres() -> (Peer, Peer, Session) {
    let first = Peer::start_as(World::default(), 0, 2).await;
    let second = Peer::start_as(sample::everything(DAY), 0, 4).await;
    let of = |peer: &Peer| {
        let session = Session::from_telethon(&peer.session_string()).unwrap();
        serde_json::to_value(session).unwrap()
    };
    let (mut both, other): (Value, Value) = (of(&first), of(&second));
    both["data_centres"]["4"] = other["data_centres"]["4"].clone();
    (first, second, serde_json::from_value(both).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_in_with_a_number_of_another_data_centre_is_logged_in_there() {
    let (first, second, session) = two_data_centres().await;
    second.revoke();
    first.fault("auth.sendCode", 1, Fault::Error(303, "PHONE_MIGRATE_4"));
    let connection = Connection::new(session, AppId(1));

    let sent = connection.send_code("+380500000000", "h").await.unwrap();
    let step = connection.submit_code(&sent, CODE).await.unwrap();
    let account = connection.submit_password(PASSWORD).await.unwrap();
    let kept = connection.close().await;

    assert!(matches!(step, Step::Password(_)), "{step:?}");
    assert_eq!(account.id, sample::OLENA);
    assert!(second.is_authorized());
    assert_eq!((first.calls("auth.sendCode"), first.calls("auth.signIn")), (1, 0));
    // The next process begins where the account lives.
    let next = Connection::new(kept, AppId(1));
    assert_eq!(next.whoami().await.unwrap().map(|account| account.id), Some(sample::OLENA));
    assert_eq!(first.calls("users.getUsers"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_moved_is_read_where_it_is_now() {
    let (first, second, session) = two_data_centres().await;
    first.fault("contacts.resolveUsername", 1, Fault::Error(303, "USER_MIGRATE_4"));
    let connection = Connection::new(session, AppId(1));

    let chat = "@shop_news".parse().unwrap();
    let source = Reader::new(&connection).find(&chat, None).await.unwrap();

    assert_eq!(source.id, "@shop_news");
    assert_eq!(second.calls("contacts.resolveUsername"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_centres_that_send_a_call_to_and_fro_are_not_followed_for_ever() {
    let (first, second, session) = two_data_centres().await;
    for nth in 1..=9 {
        first.fault("contacts.resolveUsername", nth, Fault::Error(303, "USER_MIGRATE_4"));
        second.fault("contacts.resolveUsername", nth, Fault::Error(303, "USER_MIGRATE_2"));
    }
    let connection = Connection::new(session, AppId(1));

    let chat = "@shop_news".parse().unwrap();
    let found = Reader::new(&connection).find(&chat, None).await;

    assert!(matches!(found, Err(ReadError::Refused(_))), "{found:?}");
    let calls = |peer: &Peer| peer.calls("contacts.resolveUsername");
    assert_eq!((calls(&first), calls(&second)), (2, 1));
}
