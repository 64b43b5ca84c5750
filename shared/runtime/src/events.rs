//! What the functions' logs tell of: every name that a line's `event` can have, in one place.

/// The names of events, each with its usual level and its meaning.
pub const EVENTS: &[(&str, &str, &str)] = &[
    ("breaker_open", "error", "the model failed too often lately and is left alone for a while"),
    ("breaker_probe", "warn", "one call finds out whether the model is back: `outcome`"),
    ("call_failed", "warn", "a call of Telegram's history failed"),
    (
        "channel_broken",
        "error",
        "a channel refuses our key or plan: `channel`, `reason`; a human has to mend it",
    ),
    ("chat_labelled", "info", "a chat has a new label in the CRM"),
    ("command_not_settled", "error", "a history command comes again later than it should"),
    (
        "command_put_off",
        "error",
        "the store, a queue or the secrets failed a history command: it comes again in `seconds`",
    ),
    ("command_worked_on", "info", "what a process did for a history command"),
    ("crm_asked_again", "warn", "a call of the CRM is repeated"),
    ("crm_broken", "error", "the CRM refuses our key: `reason`"),
    ("crm_delivery_repeated", "warn", "the CRM told something that was taken before"),
    ("crm_news", "info", "the CRM told how far an order is: `outcome`"),
    ("crm_news_not_received", "error", "what the CRM told could not be stored; it is told again"),
    ("data_centre_moved", "info", "Telegram has the account elsewhere"),
    (
        "degraded",
        "warn or error",
        "something was done worse than it should have been: `what`, see below",
    ),
    ("delivery_out_of_time", "warn", "replies wait for the next process"),
    ("due", "info", "a round by the clock woke sessions: `round`, `overdue`, `woken`"),
    ("escalation", "warn", "a hand-over to a human begins: `reason`"),
    (
        "event_not_received",
        "error",
        "a customer's event could not be stored; the channel sends it again",
    ),
    ("event_received", "info", "a customer's event: `outcome` accepted, duplicate or limited"),
    ("fetch_failed", "error", "a day of history could not be fetched: `category`"),
    ("fields_without_effect", "info", "a history command asks for what the predecessor knew"),
    ("figures", "", "a line of metrics, in CloudWatch's embedded metric format"),
    ("flood_wait", "warn", "Telegram asks to be left alone: `seconds`"),
    ("flow_not_answered", "error", "a flow of ManyChat got no answer; it asks again"),
    ("follow_up_cancelled", "info", "the customer wrote before a follow-up was sent"),
    ("follow_ups_unanswered", "info", "the last follow-up had no answer"),
    ("function_stopped", "error", "a process ends, or did not start, and why"),
    ("hand_over_timed_out", "warn", "the assistant answers again, nobody ended the hand-over"),
    ("hand_over_unanswered", "warn", "the managers are reminded of a customer who waits"),
    ("health_check_failed", "error", "the store or the queue did not answer: `what`"),
    ("interim_sent", "info", "the customer was told that it takes a while"),
    ("limit_not_told", "error", "a customer over the limit was not told so"),
    ("managed", "info", "a manager did something with a card"),
    ("manager_asked", "info", "the customer asks the manager who has them"),
    ("managers_deed_not_received", "error", "what a manager did could not be stored"),
    (
        "managers_words_held_back",
        "info",
        "what a manager wrote is not passed on, and why they hear",
    ),
    (
        "message_joined",
        "info",
        "a message of a burst: its request is `joined`, its turn's is `trace`",
    ),
    ("model_again", "warn", "a call of the model is repeated: `reason`"),
    ("model_ceiling", "warn", "a conversation has cost as much as it may today"),
    ("model_needs_a_human", "error", "the model's account or key has to be mended: `reason`"),
    ("model_without_price", "warn", "what a model costs is not known"),
    ("no_session", "error", "there is no session for Telegram's history"),
    ("not_a_manager", "warn", "somebody else used the managers' buttons"),
    ("order_failed", "error", "an order could not be looked after; its wake-up comes again"),
    ("order_gone_from_crm", "warn", "an order that the CRM had is no longer there"),
    ("order_in_crm", "info", "the CRM has an order"),
    ("order_left_to_managers", "warn", "managers hear of an order"),
    (
        "order_sent_too_late",
        "warn",
        "this process was held up: the next one asks whether the CRM has the order",
    ),
    ("order_to_place", "info", "an order was confirmed"),
    ("order_unknown", "warn", "an order was woken that is not there"),
    ("payment_to_check", "warn", "managers have to look at a payment"),
    ("reply_postponed", "warn", "a channel did not take a reply now: `failures`, `error`"),
    ("reply_sent", "info", "a channel took one call of a reply: `turn`, `part`"),
    ("secret_changed", "info", "a secret was changed, and what is new is gone by from now on"),
    ("send_again", "warn", "a call of a channel is repeated"),
    ("session_in_use", "info", "another process reads Telegram's history"),
    ("stock_not_taken", "error", "what the CRM told of the stock could not be stored"),
    ("stock_taken", "info", "the CRM told how much is left: `levels`"),
    ("sweep_failed", "error", "a part of what is overdue could not be looked through"),
    ("swept", "warn", "what should have been done long ago was woken: `overdue`, `woken`"),
    ("trouble_not_noted", "error", "why a turn failed could not be kept beside its session"),
    (
        "turn_committed",
        "info",
        "a turn: `turn`, `ms`, `messages`, `bubbles`, `intent`, `from`, `to`",
    ),
    ("turn_failed", "error", "a turn failed and is tried again"),
    ("unauthorized", "warn", "a caller of the webhooks without the right secret: `place`"),
    ("unreadable_command", "error", "a history command that is none"),
    ("unreadable_payload", "warn", "a webhook's body that cannot be read: `channel`"),
    ("unreadable_task", "error", "a queue's message that is none of ours"),
];

/// What a `degraded` line calls `what`, with its meaning: each is a loss of quality that nobody was
/// stopped by.
pub const DEGRADED: &[(&str, &str)] = &[
    ("answer", "a flow's answer was not found ready"),
    ("answer_not_claimed", "a flow's answer may be sent as well"),
    ("breaker", "the model's breaker was not read or written"),
    ("card_not_kept", "a card's place was not kept: its buttons may lead nowhere"),
    ("card_not_updated", "a card that somebody deleted"),
    ("card_without_formatting", "a card without bold words and links"),
    (
        "changed_secret_unusable",
        "a secret was changed into something that nobody can use: what there was is gone by",
    ),
    ("chat_not_assigned", "a CRM chat was given to nobody"),
    ("chat_not_labelled", "a CRM chat keeps its old label"),
    ("comments_not_read", "a post without its comments"),
    ("digest_claims_dropped", "words of the model that the day does not bear out"),
    ("digest_of_a_part_of_the_day", "a digest of less than the day"),
    ("digest_refused", "a digest that its chat does not take"),
    ("digest_without_model", "a digest of facts alone"),
    ("event_not_sent", "others were not told of fetched history"),
    ("expiry_of_secret_unreadable", "a secret says in no readable way until when it is good"),
    ("failure_not_noted", "why a day was not fetched was not kept"),
    ("interim", "the message in between was not sent"),
    ("labels_out_of_time", "labels of CRM chats come again: the CRM is slow"),
    ("lease_not_released", "the next reader of history waits a while"),
    ("manager_not_told", "the managers were not reached; tried again"),
    ("managers_chat_moved", "the managers' group has another number: put the setting right"),
    ("managers_photo_not_shown", "what a customer sent did not come to the managers' chat"),
    ("marks_dropped", "a ManyChat field or tag was not set"),
    ("media", "a manager's file was not given out"),
    ("model", "a turn by the rules alone: `reason`"),
    ("model_ceiling", "all instances have asked the model as often as they may this minute"),
    ("model_guards", "the model is asked without its ceiling and breaker known"),
    ("moderation", "a message was not moderated"),
    (
        "notices_not_read",
        "what holds for the whole shop is as it was read last: the stock, a pause",
    ),
    ("order_news_not_told", "news of an order wait"),
    ("order_not_in_crm", "the CRM did not take an order; tried again"),
    ("order_not_woken", "the sweeper wakes an order"),
    ("order_twice_in_crm", "the CRM has an order twice"),
    ("photo", "a photo could not be had"),
    ("photos_dropped", "more photos in a message than are looked at"),
    ("reply_set_aside", "a reply that will never be sent: `reason`"),
    ("rest_not_woken", "the sweeper sends the rest of an answer"),
    ("same_phone", "orders of the same phone were not looked for"),
    ("secret_not_read", "a secret could not be looked at again: what there was is gone by"),
    ("session_closed", "nothing is sent until the customer writes: `reason`"),
    ("session_not_kept", "Telegram's session was not written back"),
    ("sessions_not_named", "there is no `log_key`: lines name no session"),
    ("stock_of_unknown_size", "levels in sizes that are none of ours were left out: `left_out`"),
    ("stock_too_large", "the stock has more lines than are kept"),
    ("summed_turns", "a summary of the last turns alone"),
    ("text_cut", "a message longer than is read"),
    ("traces_not_sent", "there are no traces: the daemon's address is missing"),
    ("typing", "nobody was shown that an answer is written"),
    ("unknown_crm_status", "a state of the CRM that we do not know"),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test whose surroundings fail must fail")]

    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What follows `before` in quotation marks, in all that runs in a function.
    fn named_in_code(before: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut folders = vec![root.join("shared"), root.join("functions")];
        let mut names = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    // However a line is broken.
                    let code = fs::read_to_string(&path).unwrap();
                    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
                    names.extend(named(&code, before));
                }
            }
        }
        names
    }

    fn named(code: &str, before: &str) -> BTreeSet<String> {
        let texts = code.split(before).skip(1);
        texts.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    }

    #[test]
    fn every_event_of_the_code_is_on_the_list_and_nothing_else_is() {
        let listed: BTreeSet<_> = EVENTS.iter().map(|(name, ..)| (*name).to_owned()).collect();

        // Put together, so that this test does not find itself.
        let mut used = named_in_code(&format!("event = {}", '"'));
        used.insert("figures".to_owned());

        assert_eq!(used, listed);
    }

    #[test]
    fn every_loss_of_quality_of_the_code_is_on_the_list_and_nothing_else_is() {
        let listed: BTreeSet<_> = DEGRADED.iter().map(|(name, _)| (*name).to_owned()).collect();

        let used = named_in_code(&format!("event = {0}degraded{0}, what = {0}", '"'));

        assert_eq!(used, listed);
    }

    #[test]
    fn the_lists_are_in_order_and_each_name_is_explained() {
        assert!(EVENTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(DEGRADED.is_sorted_by(|a, b| a.0 < b.0));
        assert!(EVENTS.iter().all(|(_, _, meaning)| !meaning.is_empty()));
        assert!(DEGRADED.iter().all(|(_, meaning)| !meaning.is_empty()));
    }
}
