//! `mirt demo` plays the scenes of the tests on a page of its own.

use mirt_test_support::Mirt;

#[tokio::test(flavor = "multi_thread")]
async fn it_plays_every_conversation_to_its_end_on_the_running_page() {
    let mirt = Mirt::start(env!("CARGO_BIN_EXE_mirt"), &[]).await;
    let port = mirt.url("").rsplit(':').next().unwrap_or_default().to_owned();

    let said = mirt.command(&["demo", "--pace", "0", "--port", &port]).await;

    assert_eq!(said.matches("===").count(), 3, "{said}");
    assert!(said.contains("/#instagram/") && said.contains("/#telegram/"), "{said}");
    for part in ["[Оплата є]", "Оплату підтверджено", "Вітаю, я Олена!"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}
