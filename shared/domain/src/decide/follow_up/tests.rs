use proptest::prelude::*;

use super::*;
use crate::{
    hours::QuietHours,
    session::facts::{EscalationReason, HandOver},
    state::Phase,
    testing::shop,
    turn,
};

/// Noon in Kyiv, on a winter's day.
const NOON: i64 = 1_795_255_200;

fn at(hours_after_noon: i64) -> Timestamp {
    Timestamp::from_second(NOON + hours_after_noon * 3_600).unwrap()
}

/// A customer who wrote at this moment and has an offer before them.
fn silent_since(at: Timestamp) -> Session {
    let mut session = Session::at(State::Offer);
    session.hear(at);
    session
}

fn decide(session: &Session, now: Timestamp) -> FollowUp {
    follow_up(session, &Settings::default(), now)
}

#[test]
fn a_customer_is_written_to_after_4_hours_and_after_23_and_never_again() {
    let mut session = silent_since(at(0));
    assert_eq!(decide(&session, at(3)), FollowUp::At(at(4)));
    assert_eq!(decide(&session, at(4)), FollowUp::Now { nth: 1 });
    session.followed_up(1);
    assert_eq!(decide(&session, at(4)), FollowUp::At(at(23)));
    assert_eq!(decide(&session, at(23)), FollowUp::Now { nth: 2 });
    session.followed_up(2);
    assert_eq!(decide(&session, at(23)), FollowUp::Never);

    session.hear(at(24));

    assert_eq!(decide(&session, at(24)), FollowUp::At(at(28)));
}

#[test]
fn at_night_it_waits_for_nine_in_the_morning() {
    // Written at six in the evening; four hours later it is ten.
    let session = silent_since(at(6));

    assert_eq!(decide(&session, at(10)), FollowUp::At(at(21)));
    assert_eq!(decide(&session, at(21)), FollowUp::Now { nth: 1 });
}

#[test]
fn where_the_morning_is_too_late_a_manager_is_told() {
    // Written at nine in the evening; 23 hours later it is eight, and the window is over at nine.
    let mut session = silent_since(at(9));
    session.followed_up(1);

    // Only if that hour is quiet as well is there nothing left of the window.
    let quiet: QuietHours = "19-9".parse().unwrap();
    let settings = Settings { quiet, ..Settings::default() };
    assert_eq!(follow_up(&session, &settings, at(32)), FollowUp::Manager { nth: 2 });
}

#[test]
fn one_that_was_missed_is_not_made_up_for() {
    let session = silent_since(at(0));

    assert_eq!(decide(&session, at(23)), FollowUp::Now { nth: 2 });
}

#[test]
fn who_bought_waits_for_a_human_or_wants_to_be_left_alone_is_left_alone() {
    let changed = |change: fn(&mut Session)| {
        let mut session = silent_since(at(0));
        change(&mut session);
        decide(&session, at(4))
    };

    assert_eq!(changed(|session| session.facts_mut().payment.proof = true), FollowUp::Never);
    assert_eq!(changed(|session| session.facts_mut().payment.is_approved = true), FollowUp::Never);
    assert_eq!(changed(|session| session.facts_mut().flags.opted_out = true), FollowUp::Never);
    let hand_over = |session: &mut Session| {
        let reason = EscalationReason::HumanAsked;
        let state = (State::Offer, Phase::default());
        let now = Timestamp::UNIX_EPOCH;
        session.facts_mut().hand_over = Some(HandOver::new(now, reason, state.0, state.1));
    };
    assert_eq!(changed(hand_over), FollowUp::Never);
    assert_eq!(decide(&Session::at(State::Offer), at(4)), FollowUp::Never);
}

#[test]
fn each_state_with_a_follow_up_has_words_and_no_other_says_anything() {
    let shop = shop();
    for state in State::ALL {
        let mut session = Session::at(state);
        session.hear(at(0));

        let turn = turn::take_follow_up(&shop, &session, at(4));

        assert_eq!(!turn.reply.bubbles.is_empty(), has_text(state), "{state:?}: {turn:?}");
        assert_eq!(turn.trace.checks_failed, [""; 0], "{state:?}");
        assert_eq!(turn.session.state(), state);
        let again = turn::take_follow_up(&shop, &turn.session, at(4));
        assert!(again.reply.bubbles.is_empty(), "{state:?}: {again:?}");
    }
}

proptest! {
    /// Over days of asking at odd moments: at most two, none at night, none outside the window, none
    /// before its time.
    #[test]
    fn nobody_is_written_to_too_often_at_night_or_too_late(
        heard in 0_i64..400 * 24 * 3_600,
        pauses in prop::collection::vec(1_i64..8 * 3_600, 1..40),
    ) {
        let settings = Settings::default();
        let heard_at = Timestamp::from_second(NOON + heard).unwrap();
        let mut session = silent_since(heard_at);
        let (mut now, mut written) = (heard_at, 0);
        for pause in pauses {
            now = now.checked_add(SignedDuration::from_secs(pause)).unwrap();
            match follow_up(&session, &settings, now) {
                FollowUp::Now { nth } => {
                    written += 1;
                    let since = now.duration_since(heard_at);
                    prop_assert_eq!(settings.quiet.over_at(now), None);
                    prop_assert!(since < WINDOW && since >= settings.follow_ups[0]);
                    prop_assert!(nth == 1 || since >= settings.follow_ups[1]);
                    session.followed_up(nth);
                }
                FollowUp::Manager { nth } => session.followed_up(nth),
                FollowUp::At(at) => prop_assert!(at > now),
                FollowUp::Never => {}
            }
        }
        prop_assert!(written <= 2);
    }
}
